import datetime as dt

from factories import NOON
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.breaker import (
    DOUBTFUL_PATIENCE,
    DOUBTS,
    OPEN,
    PATIENCE,
    Gate,
    after_answer,
    after_doubt,
    after_refusal,
    during_trial,
)

SECOND = dt.timedelta(seconds=1)
DAY = dt.timedelta(days=1)
LEASE = 120 * SECOND


def doubt(gate: Gate, began: dt.datetime = NOON, now: dt.datetime = NOON) -> Gate:
    return after_doubt(gate, began=began, now=now, chance=1.0, reason="no answer")


def refuse(gate: Gate, began: dt.datetime = NOON, now: dt.datetime = NOON, retry_after: float | None = None) -> Gate:
    return after_refusal(gate, began=began, now=now, chance=1.0, reason="busy", retry_after=retry_after)


def test_one_doubt_leaves_the_gate_open_and_two_in_a_row_shut_it():
    once = doubt(OPEN)
    assert not once.is_shut(NOON)

    twice = doubt(once)
    assert DOUBTS == 2
    assert (twice.is_shut(NOON), twice.reason, twice.trial) == (True, "no answer", True)


def test_clear_answer_between_two_doubts_keeps_the_gate_open():
    assert not doubt(after_answer(doubt(OPEN), began=NOON, now=NOON)).is_shut(NOON)


def test_refusal_that_may_pass_shuts_the_gate_for_as_long_as_was_asked():
    gate = refuse(OPEN, retry_after=30)

    assert gate.is_shut(NOON + 30 * SECOND)
    assert not gate.is_shut(NOON + 31 * SECOND)


def test_answer_to_the_trial_opens_the_gate():
    assert after_answer(refuse(OPEN), began=NOON + SECOND, now=NOON + SECOND) == OPEN


def test_answer_to_a_request_that_was_under_way_when_the_gate_was_shut_says_nothing():
    gate = refuse(OPEN, began=NOON, now=NOON + SECOND)

    assert after_answer(gate, began=NOON, now=NOON + SECOND) == gate
    assert refuse(gate, began=NOON, now=NOON + SECOND) == gate


def test_failed_trial_shuts_the_gate_for_longer_each_time():
    gate, now, spans = OPEN, NOON, []
    for _ in range(4):
        gate = refuse(gate, began=now, now=now)
        spans.append((gate.shut_until - now).total_seconds())
        now = gate.shut_until

    assert spans == [1, 2, 4, 8]


def test_one_doubt_is_enough_to_fail_a_trial():
    gate = doubt(refuse(OPEN), began=NOON + SECOND, now=NOON + 2 * SECOND)

    assert gate.shuts == 2


def test_trial_shuts_the_gate_for_all_others():
    gate = during_trial(refuse(OPEN), now=NOON + SECOND, until=NOON + 60 * SECOND)

    assert gate.is_shut(NOON + 59 * SECOND)
    assert after_answer(gate, began=NOON + SECOND, now=NOON + SECOND) == OPEN


def test_patience_ends():
    gate, now = OPEN, NOON
    for _ in range(PATIENCE):
        assert not gate.exhausted
        gate = refuse(gate, began=now, now=now)
        now = gate.shut_until

    assert gate.exhausted


def test_patience_with_doubt_ends_sooner_but_not_within_a_minute():
    gate, now = OPEN, NOON
    for _ in range(DOUBTFUL_PATIENCE):
        assert not gate.exhausted
        gate = doubt(gate, began=now, now=now)
        now = gate.shut_until or now

    assert gate.exhausted
    assert DOUBTFUL_PATIENCE < PATIENCE
    assert now - NOON > 60 * SECOND


def test_outage_of_a_quarter_of_an_hour_is_waited_out():
    gate, now = OPEN, NOON
    while not gate.exhausted:
        gate = after_refusal(gate, began=now, now=now, chance=0.5, reason="no connection", retry_after=None)
        now = gate.shut_until

    assert now - NOON > 15 * 60 * SECOND


def test_trouble_of_last_month_is_forgotten():
    gate, now = OPEN, NOON
    for _ in range(PATIENCE):
        gate = refuse(gate, began=now, now=now)
        now = gate.shut_until
    later = now + dt.timedelta(days=30)

    assert not refuse(gate, began=later, now=later).exhausted
    assert doubt(gate, began=later, now=later).shuts == 0


def test_gate_that_was_shut_by_a_clock_far_ahead_does_not_stay_shut():
    ahead = NOON + dt.timedelta(days=40)

    assert not refuse(OPEN, began=ahead, now=ahead).is_shut(NOON)


def test_first_clear_answer_opens_a_gate_that_was_shut_by_a_clock_far_ahead():
    ahead = NOON + 40 * DAY
    gate = during_trial(refuse(OPEN, began=ahead, now=ahead), now=NOON, until=NOON + LEASE)

    assert gate.is_shut(NOON + SECOND), "the trial is under way"
    assert after_answer(gate, began=NOON, now=NOON + SECOND) == OPEN


def test_trial_that_fails_shuts_a_gate_again_that_was_shut_by_a_clock_far_ahead():
    ahead = NOON + 40 * DAY
    gate = during_trial(refuse(OPEN, began=ahead, now=ahead), now=NOON, until=NOON + LEASE)
    again = refuse(gate, began=NOON, now=NOON + SECOND)

    assert (again.shuts, again.shut_at, again.shut_until) == (2, NOON + SECOND, NOON + 3 * SECOND)


@given(st.data())
def test_clock_that_steps_at_any_point_keeps_nobody_waiting_longer_than_a_wait(data):
    gate, now = OPEN, NOON
    for _ in range(data.draw(st.integers(1, 8))):
        now += data.draw(st.sampled_from([SECOND, 40 * DAY, -40 * DAY, 3000 * SECOND, -3000 * SECOND]))
        began = now - data.draw(st.integers(0, 90)) * SECOND
        happens = data.draw(st.sampled_from(["refusal", "doubt", "answer", "trial"]))
        if happens == "trial" and not gate.is_shut(now):
            gate = during_trial(gate, now=now, until=now + LEASE)
        elif happens == "refusal":
            gate = refuse(gate, began=began, now=now, retry_after=data.draw(st.sampled_from([None, 300])))
        elif happens == "doubt":
            gate = doubt(gate, began=began, now=now)
        elif happens == "answer":
            gate = after_answer(gate, began=began, now=now)
    now += data.draw(st.sampled_from([-40 * DAY, -SECOND, SECOND, 40 * DAY]))

    later = now + dt.timedelta(hours=1)  # the longest lease; no wait is as long
    assert not gate.is_shut(later)
    assert after_answer(during_trial(gate, now=later, until=later + LEASE), began=later, now=later + SECOND) == OPEN
