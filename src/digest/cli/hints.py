"""What a person can do next about a month."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from digest.pipeline.campaign.status import Status

BY_OTHERS = "a running `digest worker` or `serve` hands it over; otherwise run `digest send {month}`"


def hints(now: "Status", *, from_outside: bool = False) -> list[str]:
    """
    What a person can do next.

    Args:
        from_outside: Others may be handing over; they are taken to be at work for a minute after their last answer.
    """
    return [said for said in (_about_next(now, from_outside), _about_doubt(now), _about_rejected(now)) if said]


def _about_next(now: "Status", from_outside: bool) -> str:
    from digest.delivery.next_step import Step, next_step

    following = next_step(now.facts)
    if following.step is Step.WORK:
        return _about_work(now, from_outside)
    does = {Step.ASSEMBLE: "assembles it", Step.APPROVE: "sends it then", Step.SEND: "does so"}
    as_it_is = now.state == "collecting" or following.step is not Step.ASSEMBLE
    return following.advice + (_calendar(now.due, does[following.step]) if following.step in does and as_it_is else "")


def _calendar(due: "dt.datetime | None", does: str) -> str:
    return f"; a running `digest serve` or `scheduler` {does}, on {due:%Y-%m-%d at %H:%M} UTC" if due else ""


def _about_work(now: "Status", from_outside: bool) -> str:
    idle = now.unfinished and not now.under_way
    if idle and now.paused and from_outside:
        return f"whoever hands over tries again by itself; if nobody does, run `digest send {now.month}`"
    if idle and not (now.ended and from_outside):
        return f"not finished: {BY_OTHERS.format(month=now.month)}"
    return ""


def _about_doubt(now: "Status") -> str:
    if not now.balance.in_doubt:
        return ""
    deaf = now.outlook.no_evidence if now.outlook is not None else ""
    evidence = f", and no evidence will come ({deaf})" if deaf else ": evidence may still come"
    again = "" if now.state == "cancelled" else "--resend (some may get two), "
    return (
        f"{now.balance.in_doubt} in doubt{evidence}; `digest status {now.month} --who in-doubt` names them; "
        f"decide with `digest settle {now.month}` and {again}--assume-sent (some may get none) or --give-up"
    )


def _about_rejected(now: "Status") -> str:
    rejected = now.balance.rejected
    return f"{rejected} rejected: `digest status {now.month} --who rejected` names them" if rejected else ""
