"""What a person can do next about a month."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from digest.pipeline.status import Status

BY_OTHERS = "a running `digest worker` or `serve` hands it over; otherwise run `digest send {month}`"


def hints(now: "Status", *, from_outside: bool = False) -> list[str]:
    """
    What a person can do next.

    Args:
        from_outside: Others may be handing over; they are taken to be at work for a minute after their last answer.
    """
    step = _before_campaign(now) or _of_campaign(now, from_outside)
    return [said for said in (step, _about_doubt(now), _about_rejected(now)) if said]


def _before_campaign(now: "Status") -> str:
    month = now.month
    no_approval = now.outlook is not None and not now.outlook.require_approval
    if now.state == "collecting":
        calendar = _calendar(now.due, "assembles it")
        return f"`digest check {month}` says what is missing; then run `digest assemble {month}`{calendar}"
    if now.state == "approved" or (now.state == "assembled" and no_approval):
        return f"`digest send {month}` hands it over{_calendar(now.due, 'does so')}"
    if now.state == "assembled":
        sends = _calendar(now.due, "sends it then")
        return f"look at it with `digest preview {month}`, then run `digest approve {month}`{sends}"
    return ""


def _calendar(due: "dt.datetime | None", does: str) -> str:
    return f"; a running `digest serve` or `scheduler` {does}, on {due:%Y-%m-%d at %H:%M} UTC" if due else ""


def _of_campaign(now: "Status", from_outside: bool) -> str:
    idle = now.unfinished and not now.under_way
    if now.state == "held":
        return _about_hold(now)
    if idle and now.paused and from_outside:
        return f"whoever hands over tries again by itself; if nobody does, run `digest send {now.month}`"
    if idle and not (now.ended and from_outside):
        return f"not finished: {BY_OTHERS.format(month=now.month)}"
    return ""


def _about_hold(now: "Status") -> str:
    month = now.month
    go_on = f"`digest resume {month}` and `digest send {month}`"
    if now.correction == "assembled":
        return (
            f"held: the corrected issue is not approved: look at it with `digest preview {month}`, "
            f"run `digest approve {month}`, then {go_on}"
        )
    if now.correction:
        return f"held: the corrected issue is approved; {go_on} hand it to whoever waits"
    return (
        f"held: mend the cause, then run {go_on}; to correct an article, change its file and run "
        f"`digest assemble {month}` and `digest approve {month}` first"
    )


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
