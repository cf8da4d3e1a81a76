import datetime as dt
import threading

import pytest
from factories import NOON, NOVEMBER
from sqlalchemy import select, update
from storage_samples import LEASE, add_people, begin_campaign, claim_next, make_frozen, make_person

from digest.delivery.states import AttemptState, CampaignState
from digest.errors import NotFound
from digest.issue.edition import EditionKey
from digest.storage.outbox import campaigns, claiming, members, partial_results, results, settling, splits
from digest.storage.people import subscribers, suppressions
from digest.storage.tables.outbox import attempt, delivery
from digest.storage.tables.people import subscriber
from digest.subscribers.suppression import Reason

LATER = NOON + dt.timedelta(minutes=1)
ANN, BOB, CHO = PEOPLE = [make_person(name) for name in ("ann", "bob", "cho")]


def names(claim):
    return [member.name for member in claim.recipients]


def numbers(claim):
    return [member.delivery_id for member in claim.recipients]


def balance(connection, campaign):
    found = campaigns.balance(connection, campaign.id)
    assert found.holds
    return found


def test_claim_takes_the_first_waiting_batch_with_all_that_a_request_needs(connection):
    frozen = make_frozen()
    ids = add_people(connection, *PEOPLE)
    campaign = begin_campaign(connection, frozen=frozen)
    claim = claim_next(connection, campaign)

    assert (claim.issue_hash, claim.key) == (frozen.hash, EditionKey("en", 1))
    assert [member[1:] for member in claim.recipients] == [
        (ids[0], "ann@example.org", "ann"),
        (ids[1], "bob@example.org", "bob"),
    ]
    assert numbers(claim) == sorted(numbers(claim))
    assert (balance(connection, campaign).sending, balance(connection, campaign).waiting) == (2, 1)


@pytest.mark.parametrize("late", [["ann"], ["bob"], ["ann", "bob"]])
def test_who_is_put_off_goes_last_and_the_others_where_they_were(connection, late):
    campaign = begin_campaign(connection, *PEOPLE)
    claim = claim_next(connection, campaign)
    some = [member.delivery_id for member in claim.recipients if member.name in late]
    splits.put_off(connection, claim.attempt_id, [*some, 10**6], detail="450 later", now=NOON)
    order = []
    while (following := claim_next(connection, campaign)) is not None:
        order.append(names(following))
        results.record_accepted(connection, following.attempt_id, message_id=None, rejected={}, now=NOON)

    assert order == [
        *([rest] if (rest := [name for name in ("ann", "bob") if name not in late]) else []),
        ["cho"],
        late,
    ]
    assert balance(connection, campaign).accepted == 3


def test_who_was_put_off_counts_as_accepted_if_that_attempt_was_taken_after_all(connection):
    campaign = begin_campaign(connection, *PEOPLE)
    claim = claim_next(connection, campaign)
    splits.put_off(connection, claim.attempt_id, numbers(claim)[:1], detail="450 later", now=NOON)
    results.record_accepted(connection, claim.attempt_id, message_id=None, rejected={}, now=NOON)

    assert (balance(connection, campaign).accepted, balance(connection, campaign).waiting) == (2, 1)


def test_nobody_is_put_off_once_the_campaign_is_cancelled(connection):
    campaign = begin_campaign(connection, ANN)
    claim = claim_next(connection, campaign)
    campaigns.cancel(connection, campaign.id, NOON)
    splits.put_off(connection, claim.attempt_id, numbers(claim), detail="450 later", now=NOON)

    assert (balance(connection, campaign).skipped, balance(connection, campaign).waiting) == (1, 0)


def test_each_batch_is_claimed_once(connection):
    campaign = begin_campaign(connection, *PEOPLE)

    assert [names(claim_next(connection, campaign)) for _ in range(2)] == [["ann", "bob"], ["cho"]]
    assert claim_next(connection, campaign) is None


def test_claim_is_open_with_its_owner_and_lease(connection):
    campaign = begin_campaign(connection, ANN)
    claim = claim_next(connection, campaign)
    [found] = claiming.open_attempts(connection, campaign.id)

    assert (found.id, found.batch_id, found.state) == (claim.attempt_id, claim.batch_id, AttemptState.SENDING)
    assert (found.owner, found.lease_until, found.size) == ("worker", NOON + LEASE, 1)
    assert members.of_batch(connection, claim.batch_id) == numbers(claim)


@pytest.mark.parametrize("state", [CampaignState.HELD, CampaignState.CANCELLED])
def test_nothing_is_claimed_of_a_campaign_that_is_not_sending(connection, state):
    campaign = begin_campaign(connection, ANN)
    campaigns.set_state(connection, campaign.id, state, reason="wait", now=NOON)

    assert claim_next(connection, campaign) is None


def leave(connection, number):
    subscribers.leave(connection, number, now=NOON)


def suppress(connection, _number):
    suppressions.add(connection, BOB.address_hash, None, Reason.BOUNCED, NOON)


def pause(connection, number):
    connection.execute(update(subscriber).where(subscriber.c.id == number).values(paused_until="2026-12"))


def erase(connection, number):
    connection.execute(update(delivery).where(delivery.c.subscriber_id == number).values(subscriber_id=None))


@pytest.mark.parametrize(
    ("happens", "reason"), [(leave, "left"), (suppress, "suppressed"), (pause, "paused"), (erase, "left")]
)
def test_whoever_may_no_longer_be_mailed_is_skipped_at_the_last_moment(connection, happens, reason):
    ids = add_people(connection, *PEOPLE)
    campaign = begin_campaign(connection, batch_size=3)
    happens(connection, ids[1])

    assert names(claim_next(connection, campaign)) == ["ann", "cho"]
    assert balance(connection, campaign).skipped_because == {reason: 1}
    assert balance(connection, campaign).sending == 2


def test_pause_that_ends_with_this_month_does_not_skip(connection):
    [number] = add_people(connection, ANN)
    campaign = begin_campaign(connection)
    connection.execute(update(subscriber).where(subscriber.c.id == number).values(paused_until=str(NOVEMBER)))

    assert names(claim_next(connection, campaign)) == ["ann"]


def test_new_address_is_used_at_once(connection):
    add_people(connection, ANN)
    campaign = begin_campaign(connection)
    connection.execute(update(subscriber).values(address="ann@example.net"))

    assert claim_next(connection, campaign).recipients[0].address == "ann@example.net"


def test_batch_that_has_lost_everybody_is_closed_and_the_next_one_taken(connection):
    ids = add_people(connection, *PEOPLE)
    campaign = begin_campaign(connection, batch_size=1)
    leave(connection, ids[0])
    leave(connection, ids[1])

    assert names(claim_next(connection, campaign)) == ["cho"]
    assert balance(connection, campaign).skipped == 2
    assert len(claiming.open_attempts(connection, campaign.id)) == 1


def test_campaign_that_everybody_has_left_is_done(connection):
    [number] = add_people(connection, ANN)
    campaign = begin_campaign(connection)
    leave(connection, number)

    assert claim_next(connection, campaign) is None
    assert campaigns.finish_if_done(connection, campaign.id, LATER)
    assert balance(connection, campaign).accepted == 0


def test_accepted_batch_is_done(connection):
    campaign = begin_campaign(connection, ANN)
    claim = claim_next(connection, campaign)

    assert results.record_accepted(connection, claim.attempt_id, message_id="m1", rejected={}, now=LATER)
    assert results.record_accepted(connection, claim.attempt_id, message_id="m1", rejected={}, now=LATER), "said twice"
    row = connection.execute(select(attempt)).one()
    assert (row.state, row.message_id, row.finished_at) == (AttemptState.ACCEPTED, "m1", LATER)
    assert balance(connection, campaign).accepted == 1
    assert claiming.open_attempts(connection, campaign.id) == []


def test_refused_recipients_are_rejected_and_the_others_accepted(connection):
    campaign = begin_campaign(connection, *PEOPLE, batch_size=3)
    claim = claim_next(connection, campaign)
    rejected = {numbers(claim)[1]: "does not exist", 4711: "is not of this batch"}
    results.record_accepted(connection, claim.attempt_id, message_id="m1", rejected=rejected, now=LATER)
    results.record_accepted(connection, claim.attempt_id, message_id="m1", rejected=rejected, now=LATER)

    assert (balance(connection, campaign).accepted, balance(connection, campaign).rejected) == (2, 1)
    reasons = connection.execute(select(delivery.c.reason).where(delivery.c.state.is_not(None))).scalars()
    assert list(reasons) == ["does not exist"]


def test_batch_that_was_not_taken_waits_again(connection):
    campaign = begin_campaign(connection, ANN)
    first = claim_next(connection, campaign)
    results.record_not_accepted(connection, first.attempt_id, detail="no connection", now=LATER)
    results.record_not_accepted(connection, first.attempt_id, detail="no connection", now=LATER)

    assert balance(connection, campaign).waiting == 1
    second = claim_next(connection, campaign)
    assert (second.batch_id, second.recipients) == (first.batch_id, first.recipients)
    assert second.attempt_id > first.attempt_id


def test_doubt_is_never_claimed_again(connection):
    campaign = begin_campaign(connection, ANN)
    claim = claim_next(connection, campaign)
    results.record_in_doubt(connection, claim.attempt_id, detail="no answer", now=LATER)
    results.record_in_doubt(connection, claim.attempt_id, detail="no answer", now=LATER)

    assert claim_next(connection, campaign) is None
    assert balance(connection, campaign).in_doubt == 1
    [found] = claiming.open_attempts(connection, campaign.id)
    assert found.state is AttemptState.IN_DOUBT


def test_late_answer_settles_a_doubt(connection):
    campaign = begin_campaign(connection, ANN, BOB)
    claim = claim_next(connection, campaign)
    results.record_in_doubt(connection, claim.attempt_id, detail="lease ran out", now=LATER)

    assert results.record_accepted(
        connection, claim.attempt_id, message_id="m1", rejected={numbers(claim)[0]: "refused"}, now=LATER
    )
    assert (balance(connection, campaign).accepted, balance(connection, campaign).rejected) == (1, 1)


def test_answer_that_comes_after_the_batch_was_given_back_is_noted_as_a_duplicate(connection):
    campaign = begin_campaign(connection, ANN)
    first = claim_next(connection, campaign)
    results.record_not_accepted(connection, first.attempt_id, detail="given up", now=LATER)
    second = claim_next(connection, campaign)
    results.record_accepted(connection, second.attempt_id, message_id="m2", rejected={}, now=LATER)

    assert not results.record_accepted(connection, first.attempt_id, message_id="m1", rejected={}, now=LATER)
    assert not results.record_accepted(connection, first.attempt_id, message_id="m1", rejected={}, now=LATER)
    assert campaigns.duplicates(connection, campaign.id) == 1
    assert balance(connection, campaign).accepted == 1


def test_whoever_left_before_the_second_request_counts_as_accepted_when_the_first_one_is_proven(connection):
    campaign = begin_campaign(connection, ANN, BOB)
    first = claim_next(connection, campaign)
    results.record_in_doubt(connection, first.attempt_id, detail="no answer", now=NOON)
    settling.resend(connection, first.attempt_id, detail="decided", now=NOON)
    subscribers.leave(connection, first.recipients[0].subscriber_id, now=NOON)
    second = claim_next(connection, campaign)
    skipped = balance(connection, campaign)
    results.record_accepted(connection, second.attempt_id, message_id="m", rejected={}, now=NOON)
    results.record_accepted(connection, first.attempt_id, message_id="m", rejected={}, now=LATER)

    assert (names(second), skipped.skipped_because) == (["bob"], {"left": 1})
    assert (balance(connection, campaign).accepted, balance(connection, campaign).skipped) == (2, 0)
    assert campaigns.duplicates(connection, campaign.id) == 1


def test_accepted_attempt_is_never_taken_back(connection):
    claim = claim_next(connection, begin_campaign(connection, ANN))
    results.record_accepted(connection, claim.attempt_id, message_id=None, rejected={}, now=LATER)

    results.record_not_accepted(connection, claim.attempt_id, detail="no connection", now=LATER)
    results.record_in_doubt(connection, claim.attempt_id, detail="", now=LATER)
    settling.by_evidence(connection, claim.attempt_id, taken=[], detail="", now=LATER)
    assert connection.execute(select(attempt.c.state, attempt.c.detail)).one() == (
        "accepted",
        "not taken: no connection",
    )


def test_worker_that_comes_back_after_its_lease_tells_of_everyone_it_reached(connection):
    campaign = begin_campaign(connection, *PEOPLE, batch_size=3)
    first = claim_next(connection, campaign)
    ann, bob, cho = numbers(first)
    results.record_in_doubt(connection, first.attempt_id, detail="lease run out", doubtful=[ann], now=NOON)
    goes_on = partial_results.record_partial(connection, first.attempt_id, {ann: None, bob: None}, lease_until=LATER)
    second = claim_next(connection, campaign)

    assert not goes_on
    assert numbers(second) == [cho]
    results.record_accepted(connection, second.attempt_id, message_id="m", rejected={}, now=NOON)
    assert balance(connection, campaign).accepted == 3
    assert campaigns.duplicates(connection, campaign.id) == 0


def test_whoever_went_again_meanwhile_counts_as_handed_over_twice(connection):
    campaign = begin_campaign(connection, *PEOPLE, batch_size=3)
    first = claim_next(connection, campaign)
    ann, bob, cho = numbers(first)
    results.record_in_doubt(connection, first.attempt_id, detail="lease run out", doubtful=[ann], now=NOON)
    second = claim_next(connection, campaign)
    partial_results.record_partial(connection, first.attempt_id, {ann: None, bob: None}, lease_until=LATER)
    results.record_accepted(connection, second.attempt_id, message_id="m", rejected={}, now=NOON)

    assert numbers(second) == [bob, cho]
    assert balance(connection, campaign).accepted == 3
    assert campaigns.duplicates(connection, campaign.id) == 1


def test_answer_to_a_settled_attempt_rejects_nobody_and_says_so(connection):
    campaign = begin_campaign(connection, ANN, BOB)
    claim = claim_next(connection, campaign)
    results.record_accepted(connection, claim.attempt_id, message_id="m", rejected={}, now=NOON)

    rejected = {numbers(claim)[0]: "no"}
    assert (
        results.record_not_accepted(connection, claim.attempt_id, detail="late", rejected=rejected, now=LATER) is None
    )
    assert balance(connection, campaign).accepted == 2


def test_attempt_that_is_not_there_is_not_found(connection):
    with pytest.raises(NotFound):
        results.record_accepted(connection, 4711, message_id=None, rejected={}, now=NOON)


@pytest.mark.parametrize("doubtful", [True, False])
@pytest.mark.parametrize(("taken", "again"), [([], "ann bob cho"), ([0, 1, 2], ""), ([1], "ann cho"), ([0, 2], "bob")])
def test_evidence_tells_who_was_taken_and_the_others_wait_again(connection, taken, again, doubtful):
    campaign = begin_campaign(connection, *PEOPLE, batch_size=3)
    claim = claim_next(connection, campaign)
    if doubtful:
        results.record_in_doubt(connection, claim.attempt_id, detail="no answer", now=LATER)
    certain = [numbers(claim)[place] for place in taken]
    settling.by_evidence(connection, claim.attempt_id, taken=[*certain, 4711], detail="worker died", now=LATER)

    assert (balance(connection, campaign).accepted, balance(connection, campaign).waiting) == (
        len(taken),
        3 - len(taken),
    )
    next_claim = claim_next(connection, campaign)
    assert (names(next_claim) if next_claim else []) == again.split()
    if next_claim:
        assert (next_claim.key, set(numbers(next_claim))) == (claim.key, set(numbers(claim)) - set(certain))


def test_workers_at_once_never_share_a_batch(database):
    with database.write() as connection:
        campaign = begin_campaign(connection, *[make_person(f"p{number}") for number in range(60)], batch_size=2)
    claimed: list[int] = []

    def work() -> None:
        while True:
            with database.write() as connection:
                claim = claim_next(connection, campaign)
            if claim is None:
                return
            claimed.extend(numbers(claim))
            with database.write() as connection:
                results.record_accepted(connection, claim.attempt_id, message_id=None, rejected={}, now=LATER)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(claimed) == len(set(claimed)) == 60
    with database.read() as connection:
        assert balance(connection, campaign).accepted == 60


def test_worker_on_postgresql_does_not_wait_for_the_claim_of_another(postgresql_url):
    from digest.storage.db.database import Database

    database = Database(postgresql_url)
    with database.write() as connection:
        campaign = begin_campaign(connection, *PEOPLE)
    with database.write() as one, database.write() as two:
        claims = claim_next(one, campaign), claim_next(two, campaign)
        nothing = claim_next(two, campaign)
    database.dispose()

    assert [names(claim) for claim in claims] == [["ann", "bob"], ["cho"]]
    assert nothing is None


def test_claim_that_is_not_committed_did_not_happen(database):
    with database.write() as connection:
        campaign = begin_campaign(connection, ANN)

    def crash() -> None:
        with database.write() as connection:
            claim_next(connection, campaign)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crash()
    with database.write() as connection:
        assert names(claim_next(connection, campaign)) == ["ann"]
