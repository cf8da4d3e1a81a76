"""How a month stands, for people, live, and for scripts."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import typer

from digest.cli.output import note, print_json

if TYPE_CHECKING:
    from digest.pipeline.status import Status

_PARTS = ("waiting", "sending", "accepted", "in_doubt", "rejected", "skipped")
_EVERY = 1.0  # seconds between looks
_SHOWN = 10  # attempts in doubt that are listed


def as_document(now: "Status") -> dict[str, Any]:
    """The document that scripts rely on."""
    balance = now.balance
    return {
        "month": str(now.month),
        "state": now.state,
        "reason": now.reason,
        "balance": {"planned": balance.planned} | {part: getattr(balance, part) for part in _PARTS},
        "skipped": dict(balance.skipped_because),
        "outcomes": now.outcomes,
        "duplicates": now.duplicates,
        "in_doubt": [
            {"attempt": d.attempt_id, "deliveries": d.deliveries, "since": d.since.isoformat(), "detail": d.detail}
            for d in now.doubts
        ],
    }


def show(now: "Status", *, as_json: bool) -> None:
    """Print how a month stands."""
    if as_json:
        print_json(as_document(now))
        return
    for line in lines(now):
        typer.echo(line)
    for hint in hints(now):
        note(hint)


def lines(now: "Status") -> list[str]:
    """How a month stands, in words."""
    said = [f"{now.month}  {now.state}" + (f": {now.reason}" if now.reason else "")]
    balance = now.balance
    if balance.planned:
        summands = [f"{getattr(balance, part)} {part.replace('_', ' ')}" for part in _PARTS]
        said.append(f"planned {balance.planned} = {' + '.join(summands)}")
    for reason, count in sorted(balance.skipped_because.items()):
        said.append(f"  skipped, {reason.replace('_', ' ')}: {count}")
    said += [f"  {outcome}: {count}" for outcome, count in now.outcomes.items() if count and outcome != "none"]
    if now.duplicates:
        said.append(f"  handed over twice: {now.duplicates}")
    for doubt in now.doubts[:_SHOWN]:
        said.append(f"  in doubt since {doubt.since:%Y-%m-%d %H:%M} UTC: {doubt.deliveries}, {doubt.detail}")
    if len(now.doubts) > _SHOWN:
        said.append(f"  and {len(now.doubts) - _SHOWN} more requests in doubt")
    return said


def hints(now: "Status") -> list[str]:
    """What a person can do next."""
    month, balance = now.month, now.balance
    said = []
    if now.state == "held":
        said.append(f"held: mend the cause, then run `digest resume {month}` and `digest send {month}`")
    elif now.state == "sending" and balance.waiting + balance.sending:
        said.append(f"not finished: run `digest send {month}` to go on")
    if balance.in_doubt:
        said.append(
            f"{balance.in_doubt} in doubt: evidence may still come; or decide with `digest settle {month}` and "
            "--resend (some may get two), --assume-sent (some may get none) or --give-up"
        )
    return said


def watch(look: Callable[[], "Status"]) -> None:
    """Show how a month stands on a terminal, again and again while something happens; ends with Ctrl-C."""
    from rich.console import Console
    from rich.live import Live

    now = look()
    began, at_first = time.monotonic(), now.balance.open
    if now.state == "sending" and now.balance.waiting + now.balance.sending:
        with Live(console=Console(), auto_refresh=False) as live:
            try:
                while now.state == "sending" and now.balance.waiting + now.balance.sending:
                    live.update("\n".join([*lines(now), _pace(now, at_first, time.monotonic() - began)]), refresh=True)
                    time.sleep(_EVERY)
                    now = look()
            except KeyboardInterrupt:
                pass
            live.update("", refresh=True)
    show(now, as_json=False)


def _pace(now: "Status", at_first: int, seconds: float) -> str:
    done = at_first - now.balance.open
    if done <= 0 or seconds <= 0:
        return "nobody has handed anything over since you look"
    left = now.balance.open * seconds / done
    return f"{done / seconds:,.0f} a second, about {left // 60:.0f} min {left % 60:.0f} s left"
