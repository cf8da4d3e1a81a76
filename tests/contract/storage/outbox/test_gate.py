import datetime as dt
import threading

from factories import NOON

from digest.delivery.breaker import CLOSED, Breaker
from digest.storage.outbox import gate

SECOND = dt.timedelta(seconds=1)


def test_gate_that_nobody_has_touched_is_open(connection):
    assert gate.read(connection, "sendgrid") == CLOSED


def test_gate_remembers_what_was_written_and_each_transport_has_its_own(connection):
    shut = Breaker(2, 1, NOON, NOON + SECOND, "no answer", NOON - SECOND)
    gate.lock(connection, "sendgrid")
    gate.write(connection, "sendgrid", shut)

    assert gate.read(connection, "sendgrid") == gate.lock(connection, "sendgrid") == shut
    assert gate.read(connection, "smtp") == CLOSED


def go(connection, recipients, now=NOON, rate=50.0):
    """When they may go; they are counted if that is at once."""
    begin = gate.free_from(connection, "smtp", rate, now)
    if begin <= now:
        gate.charge(connection, "smtp", recipients, rate, now)
    return begin


def test_rate_lets_recipients_through_one_after_the_other(connection):
    assert go(connection, 100) <= NOON
    assert go(connection, 100) == NOON + 2 * SECOND
    assert go(connection, 100) == NOON + 2 * SECOND, "who does not go is not counted"
    assert go(connection, 100, NOON + 2 * SECOND) == NOON + 2 * SECOND
    assert go(connection, 100, NOON + 2 * SECOND) == NOON + 4 * SECOND


def test_pause_saves_up_one_second_and_no_more(connection):
    go(connection, 50)
    later = NOON + dt.timedelta(hours=1)
    gone = 0
    while go(connection, 50, later) <= later:
        gone += 1

    assert gone == 2


def test_time_far_ahead_keeps_nobody_waiting(connection):
    go(connection, 100, NOON + dt.timedelta(days=40))

    assert go(connection, 100) <= NOON


def test_slow_rate_is_not_taken_for_a_clock_far_ahead(connection):
    go(connection, 1000, rate=0.1)

    assert go(connection, 1, rate=0.1) > NOON + dt.timedelta(hours=2)


def test_workers_at_once_never_go_at_the_same_time(database):
    gone: list[dt.datetime] = []

    def work() -> None:
        for _ in range(10):
            with database.write() as connection:
                if go(connection, 10, rate=10.0) <= NOON:
                    gone.append(NOON)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(gone) == 1
