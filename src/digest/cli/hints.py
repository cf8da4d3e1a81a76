"""What an editor can do next about a month."""

from typing import TYPE_CHECKING

from digest.cli.terminal.times import zone_of, zoned

if TYPE_CHECKING:
    from digest.pipeline.campaign.status import Status

WORKER_CONTINUES = "a running `digest worker` or `digest serve` continues it; otherwise run `digest send {month}`"


def hints(now: "Status", *, from_outside: bool = False) -> list[str]:
    """
    What an editor can do next.

    Args:
        from_outside: Another process may be sending; it counts as running for a minute after its last response.
    """
    return [said for said in (_about_next(now, from_outside), _about_doubt(now), _about_rejected(now)) if said]


def _about_next(now: "Status", from_outside: bool) -> str:
    from digest.delivery.next_step import Step, next_step

    following = next_step(now.facts)
    if following.step is Step.WORK:
        return _about_work(now, from_outside)
    does = {Step.ASSEMBLE: "assembles it", Step.APPROVE: "then sends it", Step.SEND: "sends it"}
    as_it_is = now.state == "collecting" or following.step is not Step.ASSEMBLE
    return following.advice + (_calendar(now, does[following.step]) if following.step in does and as_it_is else "")


def _calendar(now: "Status", does: str) -> str:
    if now.due is None:
        return ""
    return f"; a running `digest serve` or `digest scheduler` {does} on {zoned(now.due, zone_of(now))}"


def _about_work(now: "Status", from_outside: bool) -> str:
    idle = now.unfinished and not now.under_way
    if idle and now.paused and from_outside:
        return f"the worker retries by itself; if none is running, run `digest send {now.month}`"
    if idle and not (now.ended and from_outside):
        return f"not finished: {WORKER_CONTINUES.format(month=now.month)}"
    return ""


def _about_doubt(now: "Status") -> str:
    if not now.balance.in_doubt:
        return ""
    why_none = now.outlook.no_evidence if now.outlook is not None else ""
    evidence = f", and no evidence will arrive ({why_none})" if why_none else ", and evidence may still arrive"
    again = "" if now.state == "cancelled" else "--resend (some people may get it twice), "
    return (
        f"{now.balance.in_doubt} in doubt{evidence}; `digest status {now.month} --who in-doubt` lists them; "
        f"decide with `digest settle {now.month}` and {again}--assume-sent (some people may never get it) or --give-up"
    )


def _about_rejected(now: "Status") -> str:
    rejected = now.balance.rejected
    return f"{rejected} rejected: `digest status {now.month} --who rejected` lists them" if rejected else ""
