"""Answers that are written down many at once, and requests that were never made, on both engines."""

import datetime as dt

import pytest
from factories import NOON
from sqlalchemy import select
from storage_samples import LEASE, begin_campaign, claim_next, make_person

from digest.delivery.states import AttemptState, CampaignState
from digest.storage.outbox import attempts, campaigns, claiming, partial_results, results
from digest.storage.outbox.results import AcceptedAttempt
from digest.storage.people import subscribers
from digest.storage.tables.outbox import attempt

LATER = NOON + dt.timedelta(minutes=1)
PEOPLE = [make_person(name) for name in ("ann", "bob", "cho", "dee")]


@pytest.fixture
def campaign(connection):
    return begin_campaign(connection, *PEOPLE)


def written(connection):
    columns = attempt.c.state, attempt.c.finished_at, attempt.c.message_id, attempt.c.detail
    return [tuple(row) for row in connection.execute(select(*columns).order_by(attempt.c.id))]


def test_many_answers_are_written_down_at_once(connection, campaign):
    claims = [claim_next(connection, campaign) for _ in range(2)]
    results.record_all_accepted(
        connection, [AcceptedAttempt(one.attempt_id, f"m{one.batch_id}", {}) for one in claims], LATER
    )

    assert written(connection) == [(AttemptState.ACCEPTED, LATER, f"m{one.batch_id}", None) for one in claims]
    assert campaigns.balance(connection, campaign.id).accepted == 4


def test_answer_that_refuses_somebody_is_written_down_beside_the_others(connection, campaign):
    first, second = claims = [claim_next(connection, campaign) for _ in range(2)]
    refused = {second.recipients[0].delivery_id: "550 unknown"}
    answers = [AcceptedAttempt(first.attempt_id, "m1", {}), AcceptedAttempt(second.attempt_id, "m2", refused)]
    results.record_all_accepted(connection, answers, LATER)
    balance = campaigns.balance(connection, campaign.id)

    assert (balance.accepted, balance.rejected) == (3, 1)
    assert [row[2] for row in written(connection)] == ["m1", "m2"]
    assert len(claims) == 2


def test_answers_to_attempts_that_are_no_longer_under_way_are_settled_one_by_one(connection, campaign):
    first, second = (claim_next(connection, campaign) for _ in range(2))
    results.record_not_accepted(connection, first.attempt_id, detail="lease run out", now=NOON)
    again = claim_next(connection, campaign)
    claims = (first, second, again)
    results.record_all_accepted(
        connection, [AcceptedAttempt(one.attempt_id, f"m{one.attempt_id}", {}) for one in claims], LATER
    )

    assert [row[2] for row in written(connection)] == [f"m{one.attempt_id}" for one in claims]
    assert campaigns.balance(connection, campaign.id).accepted == 4
    assert campaigns.duplicates(connection, campaign.id) == 2


def test_answer_reaches_those_who_were_moved_out_of_the_batch_meanwhile(connection, campaign):
    claim = claim_next(connection, campaign)
    partial_results.record_partial(
        connection, claim.attempt_id, {claim.recipients[0].delivery_id: None}, lease_until=LATER
    )
    results.record_all_accepted(connection, [AcceptedAttempt(claim.attempt_id, None, {})], LATER)
    balance = campaigns.balance(connection, campaign.id)

    assert (balance.accepted, balance.sending, balance.waiting) == (2, 0, 2)
    assert campaigns.duplicates(connection, campaign.id) == 0


def test_no_answers_are_written_down_as_nothing(connection, campaign):
    results.record_all_accepted(connection, [], LATER)

    assert campaigns.balance(connection, campaign.id).waiting == 4


def test_claim_whose_request_was_never_made_waits_again(connection, campaign):
    claim = claim_next(connection, campaign)

    assert results.record_never_requested(
        connection, claim.attempt_id, owner="worker", began=NOON, detail="stopped before", now=LATER
    )
    assert written(connection) == [(AttemptState.NOT_ACCEPTED, LATER, None, "stopped before")]
    assert claim_next(connection, campaign).recipients == claim.recipients


@pytest.mark.parametrize(("ahead", "owner", "began"), [(1, "worker", NOON), (0, "another", NOON), (0, "worker", LATER)])
def test_claim_of_another_worker_or_another_time_is_left_alone(connection, campaign, ahead, owner, began):
    claim = claim_next(connection, campaign)
    found = results.record_never_requested(
        connection, claim.attempt_id + ahead, owner=owner, began=began, detail="stopped before", now=LATER
    )

    assert found is False
    assert written(connection) == [(AttemptState.SENDING, None, None, None)]


def test_answers_that_come_late_are_added_to_the_detail_once(connection, campaign):
    claim = claim_next(connection, campaign)
    results.record_not_accepted(connection, claim.attempt_id, detail="refused", now=NOON)
    for detail in ("busy", "busy", "no"):
        results.record_not_accepted(connection, claim.attempt_id, detail=detail, now=LATER)

    assert written(connection) == [(AttemptState.NOT_ACCEPTED, NOON, None, "refused; not taken: busy; not taken: no")]


def test_batch_of_a_campaign_cancelled_meanwhile_is_skipped_when_it_was_not_taken(connection, campaign):
    claim = claim_next(connection, campaign)
    campaigns.set_state(connection, campaign.id, CampaignState.CANCELLED, reason=None, now=NOON)
    results.record_not_accepted(connection, claim.attempt_id, detail="refused", now=LATER)

    assert campaigns.balance(connection, campaign.id).skipped_because == {"cancelled": 2}


def test_number_of_the_newest_attempt_is_told(connection, campaign):
    assert attempts.newest(connection) == 0
    claims = [claim_next(connection, campaign) for _ in range(2)]
    assert attempts.newest(connection) == claims[-1].attempt_id


def test_claims_are_no_more_than_the_limit_and_bear_the_lease(connection):
    campaign = begin_campaign(connection, *PEOPLE, batch_size=1)
    claims = claiming.claim(connection, campaign.id, limit=3, owner="one", lease=LEASE, now=NOON, uptime=10.5)
    found = claiming.open_attempts(connection, campaign.id)

    assert [member.name for claim in claims for member in claim.recipients] == ["ann", "bob", "cho"]
    assert [one.id for one in found] == [claim.attempt_id for claim in claims]
    assert {(one.owner, one.lease_until, one.lease_uptime) for one in found} == {
        ("one", NOON + LEASE, 10.5 + LEASE.total_seconds())
    }


def test_batches_that_lost_everybody_make_room_for_others_up_to_the_limit(connection):
    campaign = begin_campaign(connection, *PEOPLE, batch_size=1)
    first = claim_next(connection, campaign)
    results.record_not_accepted(connection, first.attempt_id, detail="refused", now=NOON)
    subscribers.leave(connection, first.recipients[0].subscriber_id, now=NOON)
    claims = claiming.claim(connection, campaign.id, limit=2, owner="one", lease=LEASE, now=NOON)

    assert [member.name for claim in claims for member in claim.recipients] == ["bob", "cho"]
    assert campaigns.balance(connection, campaign.id).waiting == 1


def test_mail_is_dated_by_its_month_and_first_claim(connection, campaign):
    claim = claim_next(connection, campaign)

    assert (claim.origin.month, claim.origin.date, claim.depth) == ("2026-11", NOON, 0)
