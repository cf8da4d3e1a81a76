import datetime as dt

from factories import NOON
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.breaker import (
    CLOSED,
    DOUBTFUL_PATIENCE,
    DOUBTS,
    PATIENCE,
    TRIES,
    Breaker,
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


def doubt(breaker: Breaker, began: dt.datetime = NOON, now: dt.datetime = NOON) -> Breaker:
    return after_doubt(breaker, began=began, now=now, jitter=1.0, reason="no answer")


def refuse(
    breaker: Breaker, began: dt.datetime = NOON, now: dt.datetime = NOON, retry_after: float | None = None
) -> Breaker:
    return after_refusal(breaker, began=began, now=now, jitter=1.0, reason="busy", retry_after=retry_after)


def test_one_doubt_leaves_the_gate_open_and_two_in_a_row_shut_it():
    once = doubt(CLOSED)
    assert not once.is_tripped(NOON)

    twice = doubt(once)
    assert DOUBTS == 2
    assert (twice.is_tripped(NOON), twice.reason, twice.trial) == (True, "no answer", True)


def test_clear_answer_between_two_doubts_keeps_the_gate_open():
    assert not doubt(after_answer(doubt(CLOSED), began=NOON, now=NOON)).is_tripped(NOON)


def test_refusal_that_may_pass_shuts_the_gate_for_as_long_as_was_asked():
    breaker = refuse(CLOSED, retry_after=30)

    assert breaker.is_tripped(NOON + 30 * SECOND)
    assert not breaker.is_tripped(NOON + 31 * SECOND)


def test_answer_to_the_trial_opens_the_gate():
    assert after_answer(refuse(CLOSED), began=NOON + SECOND, now=NOON + SECOND) == CLOSED


def test_answer_to_a_request_that_was_under_way_when_the_gate_was_shut_says_nothing():
    breaker = refuse(CLOSED, began=NOON, now=NOON + SECOND)

    assert after_answer(breaker, began=NOON, now=NOON + SECOND) == breaker
    assert refuse(breaker, began=NOON, now=NOON + SECOND) == breaker


def test_failed_trial_shuts_the_gate_for_longer_each_time():
    breaker, now, spans = CLOSED, NOON, []
    for _ in range(4):
        breaker = refuse(breaker, began=now, now=now)
        spans.append((breaker.tripped_until - now).total_seconds())
        now = breaker.tripped_until

    assert spans == [1, 2, 4, 8]


def test_one_doubt_is_enough_to_fail_a_trial():
    breaker = doubt(refuse(CLOSED), began=NOON + SECOND, now=NOON + 2 * SECOND)

    assert breaker.trips == 2


def test_trial_shuts_the_gate_for_all_others():
    breaker = during_trial(refuse(CLOSED), now=NOON + SECOND, until=NOON + 60 * SECOND)

    assert breaker.is_tripped(NOON + 59 * SECOND)
    assert after_answer(breaker, began=NOON + SECOND, now=NOON + SECOND) == CLOSED


def fail_until_exhausted(breaker: Breaker = CLOSED, jitter: float = 0.5) -> tuple[Breaker, dt.datetime]:
    """The breaker and the time after refusals, one as soon as the next trial is allowed."""
    now = NOON
    while not breaker.exhausted:
        breaker = after_refusal(breaker, began=now, now=now, jitter=jitter, reason="no connection", retry_after=None)
        now = max(breaker.tripped_until or now, now + SECOND)
    return breaker, now


def test_campaign_is_held_after_a_quarter_of_an_hour_without_any_acceptance():
    breaker, _ = fail_until_exhausted()

    assert breaker.tripped_at is not None
    assert PATIENCE <= breaker.tripped_at - NOON < PATIENCE + 5 * 60 * SECOND


def test_relay_that_accepts_a_few_each_round_is_never_given_up():
    breaker, now = CLOSED, NOON
    for _ in range(200):  # more than an hour
        breaker = after_acceptance(breaker, began=now, now=now + SECOND)
        breaker = refuse(breaker, began=now, now=now + 2 * SECOND)
        assert not breaker.exhausted
        now += 20 * SECOND


def test_acceptance_opens_the_gate_and_waits_start_small_again():
    breaker = refuse(refuse(refuse(CLOSED), began=NOON + SECOND, now=NOON + SECOND), began=NOON + 9 * SECOND)
    open_again = after_acceptance(breaker, began=NOON + 10 * SECOND, now=NOON + 11 * SECOND)

    assert open_again == CLOSED
    assert refuse(open_again).tripped_until == NOON + SECOND


def test_acceptance_by_a_request_from_before_the_shut_leaves_it_shut_and_restarts_patience():
    breaker = refuse(CLOSED, began=NOON, now=NOON + SECOND)
    later = after_acceptance(breaker, began=NOON, now=NOON + 60 * SECOND)

    assert (later.tripped_until, later.trips) == (breaker.tripped_until, breaker.trips)
    assert later.failing_since == NOON + 60 * SECOND


def test_acceptance_before_each_doubt_does_not_put_a_list_in_doubt():
    breaker, now, doubts = CLOSED, NOON, 0
    while not breaker.exhausted:
        breaker = after_acceptance(breaker, began=now, now=now + SECOND)
        breaker = doubt(breaker, began=now, now=now + 2 * SECOND)
        now = max(breaker.tripped_until or now, now) + 3 * SECOND
        doubts += 1

    assert doubts == DOUBTFUL_PATIENCE


def test_one_failure_after_a_long_stop_of_the_worker_is_not_the_end():
    breaker = refuse(CLOSED)
    later = NOON + dt.timedelta(minutes=40)

    assert not refuse(breaker, began=later, now=later).exhausted
    assert TRIES > 2


@given(st.lists(st.tuples(st.sampled_from(["refuse", "accept", "answer"]), st.integers(0, 1200)), max_size=60))
def test_no_campaign_is_held_for_refusals_within_a_quarter_of_an_hour_of_an_acceptance(steps):
    breaker, now, accepted = CLOSED, NOON, NOON
    for what, seconds in steps:
        now += seconds * SECOND
        if what == "refuse":
            breaker = refuse(breaker, began=now, now=now)
        elif what == "accept":
            breaker, accepted = after_acceptance(breaker, began=now, now=now), now
        else:
            breaker, accepted = after_answer(breaker, began=now, now=now), now

        assert not breaker.exhausted or now - accepted >= PATIENCE


@given(st.lists(st.tuples(st.sampled_from(["refuse", "accept"]), st.integers(-7200, 600)), max_size=60))
def test_acceptance_never_exhausts_patience_even_if_the_clock_is_put_back(steps):
    breaker, now = CLOSED, NOON
    for what, seconds in steps:
        now += seconds * SECOND
        if what == "refuse":
            breaker = refuse(breaker, began=now, now=now)
        else:
            breaker = after_acceptance(breaker, began=now, now=now)
            assert not breaker.exhausted


def test_patience_with_doubt_ends_sooner_but_not_within_a_minute():
    breaker, now = CLOSED, NOON
    for _ in range(DOUBTFUL_PATIENCE):
        assert not breaker.exhausted
        breaker = doubt(breaker, began=now, now=now)
        now = breaker.tripped_until or now

    assert breaker.exhausted
    assert 60 * SECOND < now - NOON < PATIENCE


def test_trouble_of_last_month_is_forgotten():
    breaker, now = fail_until_exhausted()
    later = now + dt.timedelta(days=30)

    assert not refuse(breaker, began=later, now=later).exhausted
    assert doubt(breaker, began=later, now=later).trips == 0


def test_gate_that_was_shut_by_a_clock_far_ahead_does_not_stay_shut():
    ahead = NOON + dt.timedelta(days=40)

    assert not refuse(CLOSED, began=ahead, now=ahead).is_tripped(NOON)


def test_first_clear_answer_opens_a_gate_that_was_shut_by_a_clock_far_ahead():
    ahead = NOON + 40 * DAY
    breaker = during_trial(refuse(CLOSED, began=ahead, now=ahead), now=NOON, until=NOON + LEASE)

    assert breaker.is_tripped(NOON + SECOND), "the trial is under way"
    assert after_answer(breaker, began=NOON, now=NOON + SECOND) == CLOSED


def test_trial_that_fails_shuts_a_gate_again_that_was_shut_by_a_clock_far_ahead():
    ahead = NOON + 40 * DAY
    breaker = during_trial(refuse(CLOSED, began=ahead, now=ahead), now=NOON, until=NOON + LEASE)
    again = refuse(breaker, began=NOON, now=NOON + SECOND)

    assert (again.trips, again.tripped_at, again.tripped_until) == (2, NOON + SECOND, NOON + 3 * SECOND)


def test_trial_of_a_clock_that_was_put_back_shuts_nobody_out():
    breaker = during_trial(Breaker(trips=1), now=NOON, until=NOON + LEASE)

    assert not breaker.is_tripped(NOON - 3000 * SECOND)


@given(st.data())
def test_clock_that_steps_at_any_point_keeps_nobody_waiting_longer_than_a_wait(data):
    breaker, now = CLOSED, NOON
    for _ in range(data.draw(st.integers(1, 8))):
        now += data.draw(st.sampled_from([SECOND, 40 * DAY, -40 * DAY, 3000 * SECOND, -3000 * SECOND]))
        began = now - data.draw(st.integers(0, 90)) * SECOND
        happens = data.draw(st.sampled_from(["refusal", "doubt", "answer", "acceptance", "trial"]))
        if happens == "trial" and not breaker.is_tripped(now):
            breaker = during_trial(breaker, now=now, until=now + LEASE)
        elif happens == "refusal":
            breaker = refuse(breaker, began=began, now=now, retry_after=data.draw(st.sampled_from([None, 300])))
        elif happens == "doubt":
            breaker = doubt(breaker, began=began, now=now)
        elif happens == "answer":
            breaker = after_answer(breaker, began=began, now=now)
        elif happens == "acceptance":
            breaker = after_acceptance(breaker, began=began, now=now)
    now += data.draw(st.sampled_from([-40 * DAY, -SECOND, SECOND, 40 * DAY]))

    later = now + dt.timedelta(hours=1)  # the longest lease; no wait is as long
    assert not breaker.is_tripped(later)
    assert (
        after_answer(during_trial(breaker, now=later, until=later + LEASE), began=later, now=later + SECOND) == CLOSED
    )


def test_trial_whose_request_was_never_made_lets_another_one_go_ahead():
    breaker = during_trial(refuse(CLOSED), now=NOON + SECOND, until=NOON + LEASE)
    freed = after_no_request(breaker, began=NOON + SECOND, now=NOON + 2 * SECOND)

    assert breaker.is_tripped(NOON + 2 * SECOND)
    assert not freed.is_tripped(NOON + 2 * SECOND)
    assert (freed.trips, freed.trial, freed.tripped_until) == (breaker.trips, True, NOON + 2 * SECOND)


def test_claim_from_before_the_shut_frees_no_trial():
    breaker = during_trial(refuse(CLOSED, now=NOON + SECOND), now=NOON + 3 * SECOND, until=NOON + LEASE)

    assert after_no_request(breaker, began=NOON, now=NOON + 4 * SECOND) == breaker
    assert after_no_request(breaker, began=NOON + SECOND, now=NOON + 4 * SECOND) != breaker, "begun when it was shut"


def test_claim_without_a_request_leaves_an_open_gate_as_it_is():
    assert after_no_request(CLOSED, began=NOON, now=NOON) == CLOSED
    assert after_no_request(doubt(CLOSED), began=NOON, now=NOON) == doubt(CLOSED)


def test_trial_of_a_clock_far_ahead_is_freed_at_the_present_time():
    ahead = NOON + 40 * DAY
    freed = after_no_request(refuse(CLOSED, began=ahead, now=ahead), began=NOON, now=NOON + SECOND)

    assert (freed.tripped_at, freed.tripped_until) == (None, NOON + SECOND)


def test_trial_without_a_time_of_its_shut_is_freed():
    assert after_no_request(Breaker(trips=1), began=NOON, now=NOON).tripped_until == NOON


def test_acceptance_begun_in_the_second_of_the_shut_opens_the_gate():
    breaker = refuse(CLOSED, began=NOON, now=NOON + SECOND)

    assert after_acceptance(breaker, began=NOON + SECOND, now=NOON + 2 * SECOND) == CLOSED


def test_reason_of_a_refusal_is_kept_for_people():
    assert refuse(CLOSED).reason == "busy"


def test_gate_may_be_shut_for_an_hour_and_no_longer():
    hour = Breaker(trips=1, tripped_at=NOON, tripped_until=NOON + 3600 * SECOND)

    assert hour.is_tripped(NOON)
    assert not Breaker(trips=1, tripped_at=NOON, tripped_until=NOON + 3601 * SECOND).is_tripped(NOON)
