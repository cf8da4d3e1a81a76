import datetime as dt
import threading

from factories import NOON

from digest.delivery.breaker import OPEN, Gate
from digest.storage.outbox import gate

SECOND = dt.timedelta(seconds=1)


def test_gate_that_nobody_has_touched_is_open(conn):
    assert gate.read(conn, "sendgrid") == OPEN


def test_gate_remembers_what_was_written_and_each_transport_has_its_own(conn):
    shut = Gate(2, 1, NOON, NOON + SECOND, "no answer", NOON - SECOND)
    gate.lock(conn, "sendgrid")
    gate.write(conn, "sendgrid", shut)

    assert gate.read(conn, "sendgrid") == gate.lock(conn, "sendgrid") == shut
    assert gate.read(conn, "smtp") == OPEN


def go(conn, recipients, now=NOON, rate=50.0):
    """When they may go; they are counted if that is at once."""
    begin = gate.free_from(conn, "smtp", rate, now)
    if begin <= now:
        gate.charge(conn, "smtp", recipients, rate, now)
    return begin


def test_rate_lets_recipients_through_one_after_the_other(conn):
    assert go(conn, 100) <= NOON
    assert go(conn, 100) == NOON + 2 * SECOND
    assert go(conn, 100) == NOON + 2 * SECOND, "who does not go is not counted"
    assert go(conn, 100, NOON + 2 * SECOND) == NOON + 2 * SECOND
    assert go(conn, 100, NOON + 2 * SECOND) == NOON + 4 * SECOND


def test_pause_saves_up_one_second_and_no_more(conn):
    go(conn, 50)
    later = NOON + dt.timedelta(hours=1)
    gone = 0
    while go(conn, 50, later) <= later:
        gone += 1

    assert gone == 2


def test_time_far_ahead_keeps_nobody_waiting(conn):
    go(conn, 100, NOON + dt.timedelta(days=40))

    assert go(conn, 100) <= NOON


def test_slow_rate_is_not_taken_for_a_clock_far_ahead(conn):
    go(conn, 1000, rate=0.1)

    assert go(conn, 1, rate=0.1) > NOON + dt.timedelta(hours=2)


def test_workers_at_once_never_go_at_the_same_time(database):
    gone: list[dt.datetime] = []

    def work() -> None:
        for _ in range(10):
            with database.write() as conn:
                if go(conn, 10, rate=10.0) <= NOON:
                    gone.append(NOON)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(gone) == 1
