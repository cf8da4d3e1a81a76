"""The clock may step at any point: nothing that was put off stays so for longer than its own longest wait."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from factories import NOON, NOVEMBER
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete
from storage_samples import LEASE, add_people, begin_campaign, claim_next, make_person

from digest.delivery.notifications import LONGEST_WAIT
from digest.storage import calendar, chores, limits, notifications, tables
from digest.storage.outbox import gate, results, throughput
from digest.storage.people import subscribers
from digest.storage.tables.notifications import NotificationState
from digest.subscribers.subscriber import State

SECOND, HOUR, DAY = dt.timedelta(seconds=1), dt.timedelta(hours=1), dt.timedelta(days=1)
AHEAD = NOON + 40 * DAY
STEPS = [-40 * DAY, -2 * DAY, -HOUR, -SECOND, dt.timedelta(0), SECOND, HOUR, 2 * DAY, 40 * DAY]


@dataclass(frozen=True)
class Wait:
    """Something that is put off at a time, and is free again after *longest* at the latest."""

    longest: dt.timedelta
    put_off: Callable[[Connection, dt.datetime], object]
    is_free: Callable[[Connection, dt.datetime], bool]


def use_up_limit(connection: Connection, now: dt.datetime) -> None:
    while limits.take(connection, "key", count=3, per=DAY, now=now):
        pass


def use_up_rate(connection: Connection, now: dt.datetime) -> None:
    if gate.free_from(connection, "smtp", 10.0, now) <= now:
        gate.charge(connection, "smtp", 500, 10.0, now)


def enqueue(connection: Connection, now: dt.datetime) -> None:
    notifications.add(connection, "link", "a@example.org", "hash", language="en", subject_id=None, now=now)


def put_mail_off(connection: Connection, now: dt.datetime) -> None:
    enqueue(connection, now)
    while taken := notifications.claim(connection, owner="one", lease=HOUR, now=now):
        waiting, later = NotificationState.WAITING, now + LONGEST_WAIT
        notifications.finish(connection, taken, waiting, owner="one", now=now, next_at=later)


def lease_mail(connection: Connection, now: dt.datetime) -> None:
    enqueue(connection, now)
    while notifications.claim(connection, owner="one", lease=HOUR, now=now):
        pass


def lease_action(connection: Connection, now: dt.datetime) -> bool:
    return calendar.begin(connection, "send", NOVEMBER, due_at=NOON, owner="one", lease=LEASE, now=now)


def take_action_over(connection: Connection, now: dt.datetime) -> bool:
    return calendar.begin(connection, "send", NOVEMBER, due_at=NOON, owner="two", lease=LEASE, now=now)


WAITS = {
    "limit": Wait(DAY, use_up_limit, lambda connection, now: limits.take(connection, "key", count=3, per=DAY, now=now)),
    "rate": Wait(
        dt.timedelta(seconds=gate.MOST_AT_ONCE / 10),
        use_up_rate,
        lambda connection, now: gate.free_from(connection, "smtp", 10.0, now) <= now,
    ),
    "new mail": Wait(dt.timedelta(0), enqueue, notifications.is_due),
    "mail put off": Wait(LONGEST_WAIT, put_mail_off, notifications.is_due),
    "mail under way": Wait(LONGEST_WAIT, lease_mail, notifications.is_due),
    "action of the calendar": Wait(LEASE, lease_action, take_action_over),
    "daily chore": Wait(
        2 * DAY,
        lambda connection, now: chores.begin(connection, "clean-up", now.date()),
        lambda connection, now: chores.begin(connection, "clean-up", now.date()),
    ),
}


@pytest.mark.parametrize("name", WAITS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(STEPS), min_size=1, max_size=4))
def test_clock_that_steps_keeps_nothing_waiting_longer_than_its_own_longest_wait(database, name, steps):
    wait, now = WAITS[name], NOON
    with database.write() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            if table is not tables.outbox.installation:
                connection.execute(delete(table))
        for step in steps:
            wait.put_off(connection, now)
            now += step

        # somebody asks every few seconds: at once, and until it has waited for long enough
        assert wait.is_free(connection, now) or wait.is_free(connection, now + wait.longest)


def test_calendar_that_was_first_asked_by_a_clock_far_ahead_has_begun_when_it_is_asked_again(connection):
    calendar.begun_at(connection, AHEAD)

    assert calendar.begun_at(connection, NOON) == NOON
    assert calendar.begun_at(connection, NOON + DAY) == NOON


def test_people_who_lapsed_by_a_clock_far_ahead_are_active_again(connection):
    [ann] = add_people(connection, make_person("ann", consent_until=(NOON + 30 * DAY).date()))
    subscribers.mark_lapsed(connection, AHEAD.date())
    lapsed = subscribers.get(connection, ann)
    subscribers.mark_lapsed(connection, NOON.date())

    assert lapsed.state is State.LAPSED
    assert subscribers.get(connection, ann).state is State.ACTIVE


def test_what_was_handed_over_by_a_clock_far_ahead_says_nothing_about_the_last_minute(connection):
    campaign = begin_campaign(connection, *[make_person(name) for name in ("ann", "bob", "cho")])
    claim = claim_next(connection, campaign, AHEAD)
    results.record_accepted(connection, claim.attempt_id, message_id=None, rejected={}, now=AHEAD)

    found = throughput.measure(connection, campaign.id, NOON)
    assert (found.rate, found.ended) == (0.0, False)
