"""The status of a month: for people, live on a terminal, and for scripts."""

import time
from collections.abc import Callable
from itertools import groupby
from typing import TYPE_CHECKING, Any

import typer

from digest.cli.hints import hints
from digest.cli.terminal.output import note, print_json
from digest.cli.terminal.times import zone_of, zoned, zoned_clock

if TYPE_CHECKING:
    import datetime as dt

    from rich.console import Console, RenderableType

    from digest.pipeline.campaign.status import Doubt, Status

_PARTS = ("waiting", "sending", "accepted", "in_doubt", "rejected", "skipped")
_EVERY = 1.0  # seconds between updates
_SHOWN = 10  # reasons for doubt that are listed
_WIDEST = 60  # columns of the bar
_WHOLE = 10  # a second: from here on decimals say nothing


def as_document(now: "Status", *, from_outside: bool = False) -> dict[str, Any]:
    """The JSON document that scripts rely on; for *from_outside* see `hints`."""
    balance, paused, left = now.balance, now.paused, now.seconds_left
    return {
        "month": str(now.month),
        "state": now.state,
        "reason": now.reason,
        "correction": now.correction,
        "published_on": now.facts.published_on.isoformat() if now.facts.published_on else None,
        "changes": list(now.facts.changes),
        "paused": {"until": paused.until.isoformat(), "reason": paused.reason} if paused else None,
        "balance": {"planned": balance.planned} | {part: getattr(balance, part) for part in _PARTS},
        "skipped": dict(balance.skipped_because),
        "rejected": dict(now.rejected_because),
        "rate": None if now.rate is None else round(now.rate, 2),
        "seconds_left": None if left is None else round(left),
        "outcomes": now.outcomes,
        "duplicates": now.duplicates,
        "in_doubt": [
            {"attempt": d.attempt_id, "deliveries": d.deliveries, "since": d.since.isoformat(), "detail": d.detail}
            for d in now.doubts
        ],
        "next": hints(now, from_outside=from_outside),
    }


def show(now: "Status", *, as_json: bool, from_outside: bool = False) -> None:
    """Print the status of a month; for *from_outside* see `hints`."""
    if as_json:
        print_json(as_document(now, from_outside=from_outside))
        return
    for line in lines(now):
        typer.echo(line)
    for hint in hints(now, from_outside=from_outside):
        note(hint)


def lines(now: "Status") -> list[str]:
    """The status of a month in words."""
    balance = now.balance
    summands = [f"{getattr(balance, part)} {part.replace('_', ' ')}" for part in _PARTS]
    planned = [f"planned {balance.planned} = {' + '.join(summands)}"] if balance.planned else []
    return [_head(now), *planned, *_details(now)]


def state_word(now: "Status") -> str:
    """The state in words."""
    return "published, not mailed" if now.state == "published" else now.state


def why(now: "Status") -> str:
    """Why a month does not continue: it is held, its provider is paused, a correction of what was sent awaits
    approval, or it was published without mailing; else empty."""
    from digest.delivery.next_step import Step, next_step
    from digest.rendering.words import one_line

    if now.paused:
        return f"retrying at {zoned_clock(now.paused.until, zone_of(now))}: {one_line(now.paused.reason)}"
    if now.facts.is_over and next_step(now.facts).step in {Step.APPROVE, Step.WITHDRAW}:
        return "a correction is awaiting approval"
    day = now.facts.published_on
    published = "" if day is None else f"dated {day}" if now.state == "published" else f"published {day}, not mailed"
    return "; ".join(filter(None, [published, one_line(now.reason or "")]))


def watch(look: Callable[[], "Status"], console: "Console | None" = None, every: float = _EVERY) -> None:
    """
    Show the status of a month on a terminal, live while it changes; Ctrl-C ends it.

    Args:
        every: Seconds between updates.
    """
    from rich.live import Live

    now = look()
    if now.unfinished:
        with Live(panel(now), console=console, auto_refresh=False, transient=True) as live:
            try:
                while now.unfinished:
                    live.update(panel(now), refresh=True)
                    time.sleep(every)
                    now = look()
            except KeyboardInterrupt:
                pass
    show(now, as_json=False, from_outside=True)


def panel(now: "Status") -> "RenderableType":
    """What a terminal shows while a month is sent. A provider's words are plain text, never terminal commands."""
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    balance = now.balance
    total, done = balance.planned - balance.skipped, balance.accepted + balance.rejected
    bar = Table.grid(padding=(0, 1))
    bar.add_column(max_width=_WIDEST)
    bar.add_column(no_wrap=True)
    how_far = f"{100 * done // max(total, 1)}%  {done:,} of {total:,}"
    bar.add_row(ProgressBar(max(total, 1), done, complete_style="green"), how_far)
    counts = ((getattr(balance, part), part.replace("_", " ")) for part in _PARTS)
    text = [", ".join(f"{number:,} {part}" for number, part in counts if number), *_details(now)]
    next_steps = [Text(hint, "dim") for hint in hints(now, from_outside=True)]
    return Group(Text(_head(now), style="bold"), bar, *map(Text, text), *next_steps)


def _head(now: "Status") -> str:
    return f"{now.month}  {state_word(now)}" + (f": {reason}" if (reason := why(now)) else "")


def _details(now: "Status") -> list[str]:
    from digest.rendering.words import one_line

    said = [f"  {_pace(now)}"] if now.unfinished and not now.paused else []
    for reason, count in sorted(now.balance.skipped_because.items()):
        said.append(f"  skipped, {reason.replace('_', ' ')}: {count}")
    for reason, count in now.rejected_because.items():
        said.append(f"  rejected, {one_line(reason)}: {count}")
    if now.rejected_because and (others := now.balance.rejected - sum(now.rejected_because.values())) > 0:
        said.append(f"  rejected, other reasons: {others}")
    said += [f"  {outcome}: {count}" for outcome, count in now.outcomes.items() if count and outcome != "none"]
    if now.duplicates:
        said.append(f"  handed over twice: {now.duplicates}")
    return [*said, *_doubts(now)]


def _doubts(now: "Status") -> list[str]:
    """The requests in doubt, grouped by the response, oldest first."""
    from digest.rendering.words import one_line

    by_detail = sorted(now.doubts, key=lambda doubt: doubt.detail)
    groups = [(one_line(detail), list(some)) for detail, some in groupby(by_detail, key=lambda doubt: doubt.detail)]
    groups.sort(key=lambda group: min(doubt.since for doubt in group[1]))
    said = [f"  in doubt since {_doubt(some, zone_of(now))}: {detail}" for detail, some in groups[:_SHOWN]]
    rest = sum(len(some) for _, some in groups[_SHOWN:])
    return [*said, f"  and {counted(rest, 'more request')} in doubt"] if rest else said


def _doubt(some: "list[Doubt]", zone: "dt.tzinfo") -> str:
    people = counted(sum(doubt.deliveries for doubt in some), "person", "people")
    return f"{zoned(min(doubt.since for doubt in some), zone)}, {people} in {counted(len(some), 'request')}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number and what it counts, such as `2 rows`; *many* is the plural unless that is *one* with an s."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def _pace(now: "Status") -> str:
    rate, left = now.rate, now.seconds_left
    if now.gone:
        return "the worker is no longer running"
    if not rate or left is None:
        return "none accepted in the last minute"
    minutes, seconds = divmod(round(left), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    # two units are enough: nobody needs the seconds of hours
    words = " ".join([f"{number} {unit}" for number, unit in parts if number][:2])
    return f"{rate:,.{0 if rate >= _WHOLE else 1}f} a second, {f'about {words}' if words else 'less than 1 s'} left"
