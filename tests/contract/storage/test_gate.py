import datetime as dt
import threading

from factories import NOON

from digest.delivery.breaker import OPEN, Gate
from digest.storage import gate

SECOND = dt.timedelta(seconds=1)


def test_gate_that_nobody_has_touched_is_open(conn):
    assert gate.read(conn, "sendgrid") == OPEN


def test_gate_remembers_what_was_written_and_each_transport_has_its_own(conn):
    shut = Gate(2, 1, NOON, NOON + SECOND, "no answer")
    gate.lock(conn, "sendgrid")
    gate.write(conn, "sendgrid", shut)

    assert gate.read(conn, "sendgrid") == gate.lock(conn, "sendgrid") == shut
    assert gate.read(conn, "smtp") == OPEN


def test_rate_lets_recipients_through_one_after_the_other(conn):
    begins = [gate.reserve(conn, "smtp", 100, 50.0, NOON) for _ in range(3)]

    assert begins == [NOON, NOON + 2 * SECOND, NOON + 4 * SECOND]


def test_what_was_not_used_is_given_back(conn):
    gate.reserve(conn, "smtp", 100, 50.0, NOON)
    gate.give_back(conn, "smtp", 50, 50.0)

    assert gate.reserve(conn, "smtp", 1, 50.0, NOON) == NOON + SECOND


def test_pause_saves_up_one_second_and_no_more(conn):
    gate.reserve(conn, "smtp", 50, 50.0, NOON)
    later = NOON + dt.timedelta(hours=1)

    assert gate.reserve(conn, "smtp", 50, 50.0, later) == later - SECOND
    assert gate.reserve(conn, "smtp", 50, 50.0, later) == later
    assert gate.reserve(conn, "smtp", 50, 50.0, later) == later + SECOND


def test_workers_at_once_never_reserve_the_same_time(database):
    begins: list[dt.datetime] = []

    def reserve() -> None:
        for _ in range(10):
            with database.write() as conn:
                begin = gate.reserve(conn, "smtp", 10, 10.0, NOON)
            begins.append(begin)

    threads = [threading.Thread(target=reserve) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(begins) == [NOON + number * SECOND for number in range(40)]
