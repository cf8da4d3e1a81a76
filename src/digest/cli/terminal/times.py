"""Times for people: in the newsletter's time zone first, UTC in brackets."""

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.pipeline.campaign.status import Status


def zoned(time: dt.datetime, zone: dt.tzinfo) -> str:
    """Date and minute, such as `2026-11-10 09:00 EST (14:00 UTC)`; UTC alone if that is the zone."""
    return _in_both(time, zone, "%Y-%m-%d %H:%M", "%H:%M")


def zoned_clock(time: dt.datetime, zone: dt.tzinfo) -> str:
    """Time of day with seconds, such as `09:00:30 EST (14:00:30 UTC)`; UTC alone if that is the zone."""
    return _in_both(time, zone, "%H:%M:%S", "%H:%M:%S")


def zone_of(now: "Status") -> dt.tzinfo:
    """The newsletter's time zone; UTC if the status was read without one."""
    schedule = now.outlook.schedule if now.outlook is not None else None
    return dt.UTC if schedule is None else schedule.timezone


def _in_both(time: dt.datetime, zone: dt.tzinfo, form: str, short: str) -> str:
    local, utc = time.astimezone(zone), time.astimezone(dt.UTC)
    if local.utcoffset() == dt.timedelta():
        return f"{utc:{form}} UTC"
    return f"{local:{form} %Z} ({utc:{short if local.date() == utc.date() else form}} UTC)"
