import datetime as dt
import threading

import pytest
from factories import NOON, NOVEMBER

from digest.storage import calendar
from digest.storage.tables.calendar import CalendarState

LEASE = dt.timedelta(minutes=5)
SEND = "send"


def begin(connection, owner="one", now=NOON):
    return calendar.begin(connection, SEND, NOVEMBER, due_at=NOON, owner=owner, lease=LEASE, now=now)


def test_action_is_leased_to_one_owner(connection):
    assert calendar.find(connection, SEND, NOVEMBER) is None
    assert begin(connection)
    assert not begin(connection, owner="two")
    assert begin(connection), "its own lease is renewed"


def test_action_of_a_dead_owner_is_taken_over(connection):
    begin(connection)

    assert not begin(connection, owner="two", now=NOON + LEASE - dt.timedelta(seconds=1))
    assert begin(connection, owner="two", now=NOON + LEASE)
    assert not calendar.done(connection, SEND, NOVEMBER, owner="one", now=NOON + LEASE)
    assert calendar.done(connection, SEND, NOVEMBER, owner="two", now=NOON + LEASE)


def test_what_is_done_is_never_begun_again(connection):
    begin(connection)

    assert calendar.done(connection, SEND, NOVEMBER, owner="one", now=NOON)
    assert not begin(connection, now=NOON + 10 * LEASE)
    calendar.hold(connection, SEND, NOVEMBER, due_at=NOON, reason="too late", now=NOON)
    row = calendar.find(connection, SEND, NOVEMBER)
    assert (row.state, row.done_at, row.reason) == (CalendarState.DONE, NOON, None)


@pytest.mark.parametrize("begun", [True, False])
def test_what_is_held_says_why_and_is_not_done_behind_a_persons_back(connection, begun):
    if begun:
        begin(connection)
    calendar.hold(connection, SEND, NOVEMBER, due_at=NOON, reason="not approved", now=NOON)

    assert not calendar.done(connection, SEND, NOVEMBER, owner="one", now=NOON)
    row = calendar.find(connection, SEND, NOVEMBER)
    assert (row.state, row.reason, row.due_at) == (CalendarState.HELD, "not approved", NOON)


def test_what_was_held_can_be_tried_again(connection):
    calendar.hold(connection, SEND, NOVEMBER, due_at=NOON, reason="not approved", now=NOON)

    assert begin(connection)
    assert not begin(connection, owner="two")
    assert calendar.done(connection, SEND, NOVEMBER, owner="one", now=NOON)
    row = calendar.find(connection, SEND, NOVEMBER)
    assert (row.state, row.reason) == (CalendarState.DONE, None)


def test_rows_are_listed_newest_month_first(connection):
    for action, month in (("assemble", NOVEMBER), ("send", NOVEMBER), ("assemble", NOVEMBER.shift(1))):
        calendar.begin(connection, action, month, due_at=NOON, owner="one", lease=LEASE, now=NOON)

    listed = [(row.action, str(row.month)) for row in calendar.rows(connection)]
    assert listed == [("assemble", "2026-12"), ("assemble", "2026-11"), ("send", "2026-11")]
    assert [row.action for row in calendar.rows(connection, NOVEMBER)] == ["assemble", "send"]


def test_of_many_who_wake_up_at_once_one_acts(database):
    won: list[str] = []

    def wake_up(owner: str) -> None:
        with database.write() as connection:
            if begin(connection, owner=owner):
                won.append(owner)

    threads = [threading.Thread(target=wake_up, args=[f"owner {number}"]) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(won) == 1
