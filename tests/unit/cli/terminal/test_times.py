"""Times that commands print."""

import datetime as dt
from zoneinfo import ZoneInfo

from digest.cli.terminal.times import zoned, zoned_clock

TORONTO = ZoneInfo("America/Toronto")


def test_time_is_in_the_newsletters_zone_first():
    time = dt.datetime(2026, 11, 10, 14, 0, 30, tzinfo=dt.UTC)

    assert zoned(time, TORONTO) == "2026-11-10 09:00 EST (14:00 UTC)"
    assert zoned_clock(time, TORONTO) == "09:00:30 EST (14:00:30 UTC)"


def test_day_is_repeated_where_it_differs_in_utc():
    assert zoned(dt.datetime(2026, 11, 11, 2, tzinfo=dt.UTC), TORONTO) == "2026-11-10 21:00 EST (2026-11-11 02:00 UTC)"


def test_utc_alone_is_said_once():
    assert zoned(dt.datetime(2026, 11, 10, 14, tzinfo=dt.UTC), dt.UTC) == "2026-11-10 14:00 UTC"
