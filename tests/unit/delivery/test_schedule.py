import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.schedule import Action, Schedule, ScheduleRule
from digest.months import Month

TORONTO = ZoneInfo("America/Toronto")


def make_schedule(day: int | str, hour: int, zone: str = "America/Toronto", lead: int = 0) -> Schedule:
    rule = ScheduleRule(day, hour)
    return Schedule({Action.ASSEMBLE: rule, Action.SEND: rule}, ZoneInfo(zone), lead, dt.timedelta(hours=48))


def due(day: int | str, hour: int, month: Month, **options: object) -> str:
    return make_schedule(day, hour, **options).due_at(Action.SEND, month).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("day", "month", "wanted"),
    [
        (31, Month(2026, 11), "2026-11-30"),
        (31, Month(2026, 2), "2026-02-28"),
        (29, Month(2028, 2), "2028-02-29"),
        (31, Month(2026, 12), "2026-12-31"),
        ("first tuesday", Month(2026, 12), "2026-12-01"),
        ("second tuesday", Month(2026, 11), "2026-11-10"),
        ("last friday", Month(2027, 1), "2027-01-29"),
        ("fourth sunday", Month(2026, 11), "2026-11-22"),
    ],
)
def test_rule_names_a_day_of_every_month(day: int | str, month: Month, wanted: str):
    assert due(day, 12, month).startswith(wanted)


def test_hour_follows_daylight_saving():
    assert due(10, 9, Month(2026, 7)) == "2026-07-10 13:00"
    assert due(10, 9, Month(2026, 11)) == "2026-11-10 14:00"


def test_hour_that_daylight_saving_skips_happens_an_hour_later():
    assert due(8, 2, Month(2026, 3)) == "2026-03-08 07:00"  # 02:00 is 03:00 EDT


def test_hour_that_comes_twice_happens_the_first_time():
    assert due(1, 1, Month(2026, 11)) == "2026-11-01 05:00"  # 01:00 EDT


def test_zone_with_half_an_hour_is_right():
    assert due(10, 9, Month(2026, 11), zone="America/St_Johns") == "2026-11-10 12:30"


@pytest.mark.parametrize(("lead", "wanted"), [(-1, "2026-12-05"), (0, "2026-11-05"), (1, "2026-10-05")])
def test_issue_may_be_of_the_month_before_or_after(lead: int, wanted: str):
    assert due(5, 9, Month(2026, 11), lead=lead).startswith(wanted)


@given(
    st.datetimes(dt.datetime(2001, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC)),
    st.sampled_from([1, 15, 31, "first monday", "last sunday"]),
    st.integers(0, 23),
    st.sampled_from([-1, 0, 1]),
)
def test_latest_month_is_due_and_the_next_is_not(now: dt.datetime, day: int | str, hour: int, lead: int):
    schedule = make_schedule(day, hour, lead=lead)

    latest = schedule.latest(Action.SEND, now)

    assert schedule.due_at(Action.SEND, latest) <= now < schedule.due_at(Action.SEND, latest.shift(1))


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        ("2026-11-30 23:59:00", Month(2026, 11)),
        ("2026-12-01 13:59:59", Month(2026, 11)),
        ("2026-12-01 14:00:00", Month(2026, 12)),  # due at this very instant
    ],
)
def test_month_is_due_from_its_instant_on(now: str, wanted: Month):
    instant = dt.datetime.fromisoformat(now).replace(tzinfo=dt.UTC)

    assert make_schedule(1, 9).latest(Action.SEND, instant) == wanted


def test_month_begins_by_the_clock_of_the_schedule():
    before_midnight_utc = dt.datetime(2026, 11, 30, 23, 0, tzinfo=dt.UTC)  # 12:00 on 1 December in Auckland

    assert make_schedule(1, 9, zone="Pacific/Auckland").latest(Action.SEND, before_midnight_utc) == Month(2026, 12)


def test_due_instant_is_in_utc():
    assert make_schedule(1, 9).due_at(Action.SEND, Month(2026, 11)).tzinfo is dt.UTC
