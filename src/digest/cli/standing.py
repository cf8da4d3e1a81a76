"""How a month stands, for people, live, and for scripts."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import typer

from digest.cli.output import note, print_json

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from digest.pipeline.status import Status

_PARTS = ("waiting", "sending", "accepted", "in_doubt", "rejected", "skipped")
_EVERY = 1.0  # seconds between looks
_SHOWN = 10  # attempts in doubt that are listed
_WIDEST = 60  # columns of the bar
_WHOLE = 10  # a second: from here on nobody wants decimals


def as_document(now: "Status", *, from_outside: bool = False) -> dict[str, Any]:
    """The document that scripts rely on; for *from_outside* see `hints`."""
    balance, paused, left = now.balance, now.paused, now.seconds_left
    return {
        "month": str(now.month),
        "state": now.state,
        "reason": now.reason,
        "paused": {"until": paused.until.isoformat(), "reason": paused.reason} if paused else None,
        "balance": {"planned": balance.planned} | {part: getattr(balance, part) for part in _PARTS},
        "skipped": dict(balance.skipped_because),
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
    """Print how a month stands; for *from_outside* see `hints`."""
    if as_json:
        print_json(as_document(now, from_outside=from_outside))
        return
    for line in lines(now):
        typer.echo(line)
    for hint in hints(now, from_outside=from_outside):
        note(hint)


def lines(now: "Status") -> list[str]:
    """How a month stands, in words."""
    balance = now.balance
    summands = [f"{getattr(balance, part)} {part.replace('_', ' ')}" for part in _PARTS]
    planned = [f"planned {balance.planned} = {' + '.join(summands)}"] if balance.planned else []
    return [_head(now), *planned, *_details(now)]


def why(now: "Status") -> str:
    """Why a month does not go on: it is held, or its provider is left alone for a while; else empty."""
    from digest.rendering.words import one_line

    if now.paused:
        return f"waiting until {now.paused.until:%H:%M:%S} UTC: {one_line(now.paused.reason)}"
    return one_line(now.reason or "")


def hints(now: "Status", *, from_outside: bool = False) -> list[str]:
    """
    What a person can do next.

    Args:
        from_outside: Others may be handing over; they are taken to be at work for a minute after their last answer.
    """
    month, balance = now.month, now.balance
    idle = now.unfinished and not now.under_way
    said = []
    if now.state == "held":
        said.append(f"held: mend the cause, then run `digest resume {month}` and `digest send {month}`")
    elif idle and now.paused and from_outside:
        said.append(f"whoever hands over tries again by itself; if nobody does, run `digest send {month}`")
    elif idle and not (now.ended and from_outside):
        said.append(f"not finished: run `digest send {month}` to go on")
    if balance.in_doubt:
        said.append(
            f"{balance.in_doubt} in doubt: evidence may still come; or decide with `digest settle {month}` and "
            "--resend (some may get two), --assume-sent (some may get none) or --give-up"
        )
    return said


def watch(look: Callable[[], "Status"], console: "Console | None" = None, every: float = _EVERY) -> None:
    """
    Show how a month stands on a terminal, again and again while something happens; ends with Ctrl-C.

    Args:
        every: Seconds between looks.
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
    """What a terminal shows while a month is sent. Words of others are text: nothing in them is a command to it."""
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
    return f"{now.month}  {now.state}" + (f": {reason}" if (reason := why(now)) else "")


def _details(now: "Status") -> list[str]:
    from digest.rendering.words import one_line

    said = [f"  {_pace(now)}"] if now.unfinished else []
    for reason, count in sorted(now.balance.skipped_because.items()):
        said.append(f"  skipped, {reason.replace('_', ' ')}: {count}")
    said += [f"  {outcome}: {count}" for outcome, count in now.outcomes.items() if count and outcome != "none"]
    if now.duplicates:
        said.append(f"  handed over twice: {now.duplicates}")
    for doubt in now.doubts[:_SHOWN]:
        said.append(f"  in doubt since {doubt.since:%Y-%m-%d %H:%M} UTC: {doubt.deliveries}, {one_line(doubt.detail)}")
    if len(now.doubts) > _SHOWN:
        said.append(f"  and {len(now.doubts) - _SHOWN} more requests in doubt")
    return said


def _pace(now: "Status") -> str:
    rate, left = now.rate, now.seconds_left
    if not rate or left is None:
        return "nobody was accepted in the last minute"
    minutes, seconds = divmod(round(left), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    # two are enough: the hours of a long one say nothing of seconds
    words = " ".join([f"{number} {unit}" for number, unit in parts if number][:2])
    return f"{rate:,.{0 if rate >= _WHOLE else 1}f} a second, {f'about {words}' if words else 'less than 1 s'} left"
