"""How an attempt ends that no answer told about, on both engines."""

import datetime as dt

import pytest
from factories import NOON
from sqlalchemy import select
from storage_samples import LEASE, begin_campaign, claim_next, make_person

from digest.delivery.states import AttemptState, Skipped
from digest.errors import NotFound
from digest.storage.outbox import campaigns, claiming, members, results, settling, throughput
from digest.storage.tables.outbox import attempt

MINUTE = dt.timedelta(minutes=1)
LATER = NOON + MINUTE
PEOPLE = [make_person(name) for name in ("ann", "bob", "cho")]
DECISIONS = [settling.resend, settling.assume_sent, settling.give_up]


@pytest.fixture
def campaign(connection):
    return begin_campaign(connection, *PEOPLE, batch_size=3)


def doubtful(connection, campaign):
    claim = claim_next(connection, campaign)
    results.record_in_doubt(connection, claim.attempt_id, detail="no answer", now=NOON)
    return claim


def written(connection, attempt_id):
    columns = attempt.c.state, attempt.c.finished_at, attempt.c.detail
    return tuple(connection.execute(select(*columns).where(attempt.c.id == attempt_id)).one())


def test_resending_lets_the_same_people_wait_again(connection, campaign):
    claim = doubtful(connection, campaign)

    assert settling.resend(connection, claim.attempt_id, detail="decided", now=LATER)
    assert written(connection, claim.attempt_id) == (AttemptState.NOT_ACCEPTED, LATER, "decided")
    assert claim_next(connection, campaign).recipients == claim.recipients


def test_what_is_assumed_sent_counts_as_accepted(connection, campaign):
    claim = doubtful(connection, campaign)

    assert settling.assume_sent(connection, claim.attempt_id, detail="decided", now=LATER)
    assert written(connection, claim.attempt_id) == (AttemptState.ACCEPTED, LATER, "decided")
    assert campaigns.balance(connection, campaign.id).accepted == 3


def test_whoever_is_given_up_is_skipped_with_that_reason(connection, campaign):
    claim = doubtful(connection, campaign)

    assert settling.give_up(connection, claim.attempt_id, detail="decided", now=LATER)
    assert written(connection, claim.attempt_id) == (AttemptState.NOT_ACCEPTED, LATER, "decided")
    assert campaigns.balance(connection, campaign.id).skipped_because == {Skipped.GIVEN_UP: 3}
    assert claim_next(connection, campaign) is None


@pytest.mark.parametrize("decide", DECISIONS)
def test_nothing_is_decided_about_an_attempt_that_is_not_in_doubt(connection, campaign, decide):
    claim = claim_next(connection, campaign)

    assert decide(connection, claim.attempt_id, detail="decided", now=LATER) is False
    assert written(connection, claim.attempt_id) == (AttemptState.SENDING, None, None)
    results.record_accepted(connection, claim.attempt_id, message_id=None, rejected={}, now=NOON)
    assert decide(connection, claim.attempt_id, detail="decided", now=LATER) is False
    assert written(connection, claim.attempt_id) == (AttemptState.ACCEPTED, NOON, None)
    assert campaigns.balance(connection, campaign.id).accepted == 3


@pytest.mark.parametrize("decide", DECISIONS)
def test_nothing_is_decided_about_an_attempt_that_is_not_there(connection, decide):
    with pytest.raises(NotFound):
        decide(connection, 4711, detail="decided", now=LATER)


def test_giving_up_an_attempt_that_another_one_followed_leaves_the_batch_to_that(connection, campaign):
    first = claim_next(connection, campaign)
    results.record_not_accepted(connection, first.attempt_id, detail="refused", now=NOON)
    second = doubtful(connection, campaign)

    assert settling.give_up(connection, first.attempt_id, detail="decided", now=LATER) is False
    assert settling.give_up(connection, second.attempt_id, detail="decided", now=LATER)
    assert campaigns.balance(connection, campaign.id).skipped == 3


def test_late_proof_counts_more_than_having_given_up(connection, campaign):
    claim = doubtful(connection, campaign)
    settling.give_up(connection, claim.attempt_id, detail="decided", now=NOON)
    results.record_accepted(connection, claim.attempt_id, message_id="m", rejected={}, now=LATER)
    balance = campaigns.balance(connection, campaign.id)

    assert (balance.accepted, balance.skipped_because) == (3, {})
    states = members.states_of(connection, [member.delivery_id for member in claim.recipients])
    assert set(states.values()) == {("accepted", None)}, "why they were skipped is forgotten"


def test_evidence_is_written_down_with_its_words_and_its_time(connection, campaign):
    claim = claim_next(connection, campaign)
    number = claim.recipients[0].delivery_id
    settling.by_evidence(connection, claim.attempt_id, taken={number}, detail="one file is there", now=LATER)

    assert written(connection, claim.attempt_id) == (AttemptState.ACCEPTED, LATER, "one file is there")


def test_evidence_of_nothing_is_written_down_with_its_words_and_its_time(connection, campaign):
    claim = claim_next(connection, campaign)
    settling.by_evidence(connection, claim.attempt_id, taken=(), detail="no file is there", now=LATER)

    assert written(connection, claim.attempt_id) == (AttemptState.NOT_ACCEPTED, LATER, "no file is there")


@pytest.mark.parametrize(("new", "end"), [(LATER, LATER), (NOON + 2 * LEASE, NOON + LEASE)])
def test_lease_of_a_clock_that_was_ahead_ends_earlier_and_never_later(connection, campaign, new, end):
    claim = claim_next(connection, campaign)
    settling.set_back(connection, claim.attempt_id, lease_until=new, finished_at=NOON)
    [found] = claiming.open_attempts(connection, campaign.id)

    assert (found.state, found.lease_until, found.finished_at) == (AttemptState.SENDING, end, None)


@pytest.mark.parametrize(("new", "since"), [(NOON - MINUTE, NOON - MINUTE), (LATER, NOON)])
def test_doubt_of_a_clock_that_was_ahead_began_earlier_and_never_later(connection, campaign, new, since):
    claim = doubtful(connection, campaign)
    settling.set_back(connection, claim.attempt_id, lease_until=NOON, finished_at=new)
    [found] = claiming.open_attempts(connection, campaign.id)

    assert (found.state, found.finished_at, found.lease_until) == (AttemptState.IN_DOUBT, since, NOON + LEASE)


def test_settled_attempt_keeps_its_times_when_the_clock_was_ahead(connection, campaign):
    claim = claim_next(connection, campaign)
    results.record_accepted(connection, claim.attempt_id, message_id=None, rejected={}, now=LATER)
    settling.set_back(connection, claim.attempt_id, lease_until=NOON, finished_at=NOON)

    lease = connection.execute(select(attempt.c.lease_until, attempt.c.finished_at)).one()
    assert tuple(lease) == (NOON + LEASE, LATER)


def test_owners_are_those_with_a_running_lease_or_an_end_within_the_last_minute(connection, campaign):
    claim = claim_next(connection, campaign)

    def owners(now):
        return throughput.measure(connection, campaign.id, now).owners

    assert owners(NOON + LEASE - MINUTE) == {"worker"}
    assert owners(NOON + LEASE) == frozenset(), "its lease has run out"
    results.record_accepted(connection, claim.attempt_id, message_id=None, rejected={}, now=NOON + LEASE)
    assert owners(NOON + LEASE + MINUTE) == {"worker"}
    assert owners(NOON + LEASE + 2 * MINUTE) == frozenset()
