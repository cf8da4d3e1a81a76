import datetime as dt

from factories import NOON
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.breaker import (
    DOUBTFUL_PATIENCE,
    DOUBTS,
    OPEN,
    PATIENCE,
    TRIES,
    Gate,
    after_acceptance,
    after_answer,
    after_doubt,
    after_no_request,
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


def fail_until_exhausted(gate: Gate = OPEN, chance: float = 0.5) -> tuple[Gate, dt.datetime]:
    """The gate and the time after refusals, one as soon as the next trial is allowed."""
    now = NOON
    while not gate.exhausted:
        gate = after_refusal(gate, began=now, now=now, chance=chance, reason="no connection", retry_after=None)
        now = max(gate.shut_until or now, now + SECOND)
    return gate, now


def test_campaign_is_held_after_a_quarter_of_an_hour_without_any_acceptance():
    gate, _ = fail_until_exhausted()

    assert gate.shut_at is not None
    assert PATIENCE <= gate.shut_at - NOON < PATIENCE + 5 * 60 * SECOND


def test_relay_that_accepts_a_few_each_round_is_never_given_up():
    gate, now = OPEN, NOON
    for _ in range(200):  # more than an hour
        gate = after_acceptance(gate, began=now, now=now + SECOND)
        gate = refuse(gate, began=now, now=now + 2 * SECOND)
        assert not gate.exhausted
        now += 20 * SECOND


def test_acceptance_opens_the_gate_and_waits_start_small_again():
    gate = refuse(refuse(refuse(OPEN), began=NOON + SECOND, now=NOON + SECOND), began=NOON + 9 * SECOND)
    open_again = after_acceptance(gate, began=NOON + 10 * SECOND, now=NOON + 11 * SECOND)

    assert open_again == OPEN
    assert refuse(open_again).shut_until == NOON + SECOND


def test_acceptance_by_a_request_from_before_the_shut_leaves_it_shut_and_restarts_patience():
    gate = refuse(OPEN, began=NOON, now=NOON + SECOND)
    later = after_acceptance(gate, began=NOON, now=NOON + 60 * SECOND)

    assert (later.shut_until, later.shuts) == (gate.shut_until, gate.shuts)
    assert later.failing_since == NOON + 60 * SECOND


def test_acceptance_before_each_doubt_does_not_put_a_list_in_doubt():
    gate, now, doubts = OPEN, NOON, 0
    while not gate.exhausted:
        gate = after_acceptance(gate, began=now, now=now + SECOND)
        gate = doubt(gate, began=now, now=now + 2 * SECOND)
        now = max(gate.shut_until or now, now) + 3 * SECOND
        doubts += 1

    assert doubts == DOUBTFUL_PATIENCE


def test_one_failure_after_a_long_stop_of_the_worker_is_not_the_end():
    gate = refuse(OPEN)
    later = NOON + dt.timedelta(minutes=40)

    assert not refuse(gate, began=later, now=later).exhausted
    assert TRIES > 2


@given(st.lists(st.tuples(st.sampled_from(["refuse", "accept", "answer"]), st.integers(0, 1200)), max_size=60))
def test_no_campaign_is_held_for_refusals_within_a_quarter_of_an_hour_of_an_acceptance(steps):
    gate, now, accepted = OPEN, NOON, NOON
    for what, seconds in steps:
        now += seconds * SECOND
        if what == "refuse":
            gate = refuse(gate, began=now, now=now)
        elif what == "accept":
            gate, accepted = after_acceptance(gate, began=now, now=now), now
        else:
            gate, accepted = after_answer(gate, began=now, now=now), now

        assert not gate.exhausted or now - accepted >= PATIENCE


@given(st.lists(st.tuples(st.sampled_from(["refuse", "accept"]), st.integers(-7200, 600)), max_size=60))
def test_acceptance_never_exhausts_patience_even_if_the_clock_is_put_back(steps):
    gate, now = OPEN, NOON
    for what, seconds in steps:
        now += seconds * SECOND
        if what == "refuse":
            gate = refuse(gate, began=now, now=now)
        else:
            gate = after_acceptance(gate, began=now, now=now)
            assert not gate.exhausted


def test_patience_with_doubt_ends_sooner_but_not_within_a_minute():
    gate, now = OPEN, NOON
    for _ in range(DOUBTFUL_PATIENCE):
        assert not gate.exhausted
        gate = doubt(gate, began=now, now=now)
        now = gate.shut_until or now

    assert gate.exhausted
    assert 60 * SECOND < now - NOON < PATIENCE


def test_trouble_of_last_month_is_forgotten():
    gate, now = fail_until_exhausted()
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


def test_trial_of_a_clock_that_was_put_back_shuts_nobody_out():
    gate = during_trial(Gate(shuts=1), now=NOON, until=NOON + LEASE)

    assert not gate.is_shut(NOON - 3000 * SECOND)


@given(st.data())
def test_clock_that_steps_at_any_point_keeps_nobody_waiting_longer_than_a_wait(data):
    gate, now = OPEN, NOON
    for _ in range(data.draw(st.integers(1, 8))):
        now += data.draw(st.sampled_from([SECOND, 40 * DAY, -40 * DAY, 3000 * SECOND, -3000 * SECOND]))
        began = now - data.draw(st.integers(0, 90)) * SECOND
        happens = data.draw(st.sampled_from(["refusal", "doubt", "answer", "acceptance", "trial"]))
        if happens == "trial" and not gate.is_shut(now):
            gate = during_trial(gate, now=now, until=now + LEASE)
        elif happens == "refusal":
            gate = refuse(gate, began=began, now=now, retry_after=data.draw(st.sampled_from([None, 300])))
        elif happens == "doubt":
            gate = doubt(gate, began=began, now=now)
        elif happens == "answer":
            gate = after_answer(gate, began=began, now=now)
        elif happens == "acceptance":
            gate = after_acceptance(gate, began=began, now=now)
    now += data.draw(st.sampled_from([-40 * DAY, -SECOND, SECOND, 40 * DAY]))

    later = now + dt.timedelta(hours=1)  # the longest lease; no wait is as long
    assert not gate.is_shut(later)
    assert after_answer(during_trial(gate, now=later, until=later + LEASE), began=later, now=later + SECOND) == OPEN


def test_trial_whose_request_was_never_made_lets_another_one_go_ahead():
    gate = during_trial(refuse(OPEN), now=NOON + SECOND, until=NOON + LEASE)
    freed = after_no_request(gate, began=NOON + SECOND, now=NOON + 2 * SECOND)

    assert gate.is_shut(NOON + 2 * SECOND)
    assert not freed.is_shut(NOON + 2 * SECOND)
    assert (freed.shuts, freed.trial, freed.shut_until) == (gate.shuts, True, NOON + 2 * SECOND)


def test_claim_from_before_the_shut_frees_no_trial():
    gate = during_trial(refuse(OPEN, now=NOON + SECOND), now=NOON + 3 * SECOND, until=NOON + LEASE)

    assert after_no_request(gate, began=NOON, now=NOON + 4 * SECOND) == gate
    assert after_no_request(gate, began=NOON + SECOND, now=NOON + 4 * SECOND) != gate, "begun when it was shut"


def test_claim_without_a_request_leaves_an_open_gate_as_it_is():
    assert after_no_request(OPEN, began=NOON, now=NOON) == OPEN
    assert after_no_request(doubt(OPEN), began=NOON, now=NOON) == doubt(OPEN)


def test_trial_of_a_clock_far_ahead_is_freed_at_the_present_time():
    ahead = NOON + 40 * DAY
    freed = after_no_request(refuse(OPEN, began=ahead, now=ahead), began=NOON, now=NOON + SECOND)

    assert (freed.shut_at, freed.shut_until) == (None, NOON + SECOND)


def test_trial_without_a_time_of_its_shut_is_freed():
    assert after_no_request(Gate(shuts=1), began=NOON, now=NOON).shut_until == NOON


def test_acceptance_begun_in_the_second_of_the_shut_opens_the_gate():
    gate = refuse(OPEN, began=NOON, now=NOON + SECOND)

    assert after_acceptance(gate, began=NOON + SECOND, now=NOON + 2 * SECOND) == OPEN


def test_reason_of_a_refusal_is_kept_for_people():
    assert refuse(OPEN).reason == "busy"


def test_gate_may_be_shut_for_an_hour_and_no_longer():
    hour = Gate(shuts=1, shut_at=NOON, shut_until=NOON + 3600 * SECOND)

    assert hour.is_shut(NOON)
    assert not Gate(shuts=1, shut_at=NOON, shut_until=NOON + 3601 * SECOND).is_shut(NOON)
