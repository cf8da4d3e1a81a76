"""Batches that go on in pieces, on both engines."""

import datetime as dt

import pytest
from factories import NOON, NOVEMBER
from sqlalchemy import func, select
from storage_samples import LEASE, begin_campaign, claim_next, make_frozen, make_person

from digest.delivery.states import AttemptState, BatchState, Skipped
from digest.errors import NotFound
from digest.storage.outbox import batches, campaigns, claiming, members, partial_results, results, splits
from digest.storage.people import subscribers
from digest.storage.tables.outbox import attempt, batch

LATER = NOON + dt.timedelta(minutes=1)
NAMES = ["ann", "bob", "cho", "dee", "eve"]


@pytest.fixture
def campaign(connection):
    return begin_campaign(connection, *[make_person(name) for name in NAMES], batch_size=5)


def names(claim):
    return [member.name for member in claim.recipients]


def numbers(claim):
    return [member.delivery_id for member in claim.recipients]


def all_waiting(connection, campaign):
    """Who waits, batch by batch, with the halvings that led to each."""
    found = []
    while (claim := claim_next(connection, campaign, LATER)) is not None:
        found.append((names(claim), claim.depth))
    return found


def written(connection, attempt_id):
    columns = attempt.c.state, attempt.c.finished_at, attempt.c.detail
    return tuple(connection.execute(select(*columns).where(attempt.c.id == attempt_id)).one())


def accept(connection, claim):
    return results.record_accepted(connection, claim.attempt_id, message_id=None, rejected={}, now=NOON)


@pytest.mark.parametrize("deeper", [0, 1])
def test_halves_wait_in_the_place_of_their_batch(connection, campaign, deeper):
    claim = claim_next(connection, campaign)
    splits.halve(connection, claim.attempt_id, detail="too large", deeper=deeper, now=LATER)

    assert written(connection, claim.attempt_id) == (AttemptState.NOT_ACCEPTED, LATER, "too large")
    assert all_waiting(connection, campaign) == [(["ann", "bob"], deeper), (["cho", "dee", "eve"], deeper)]
    assert campaigns.balance(connection, campaign.id).holds


def test_each_halving_counts_once_more(connection, campaign):
    splits.halve(connection, claim_next(connection, campaign).attempt_id, detail="no", deeper=1, now=NOON)
    splits.halve(connection, claim_next(connection, campaign).attempt_id, detail="no", deeper=1, now=NOON)

    assert all_waiting(connection, campaign) == [(["cho", "dee", "eve"], 1), (["ann"], 2), (["bob"], 2)]


def test_two_are_halved_and_one_waits_as_it_was(connection):
    campaign = begin_campaign(connection, make_person("ann"), make_person("bob"))
    splits.halve(connection, claim_next(connection, campaign).attempt_id, detail="no", deeper=1, now=NOON)
    one = claim_next(connection, campaign)
    splits.halve(connection, one.attempt_id, detail="no", deeper=1, now=NOON)

    assert names(one) == ["ann"]
    assert all_waiting(connection, campaign) == [(["ann"], 1), (["bob"], 1)]


def test_batch_that_was_settled_or_cancelled_meanwhile_is_not_halved(connection, campaign):
    claim = claim_next(connection, campaign)
    accept(connection, claim)
    splits.halve(connection, claim.attempt_id, detail="too large", deeper=1, now=LATER)

    assert campaigns.balance(connection, campaign.id).accepted == 5
    assert written(connection, claim.attempt_id) == (AttemptState.ACCEPTED, NOON, "not taken: too large")
    with pytest.raises(NotFound):
        splits.halve(connection, 4711, detail="too large", deeper=1, now=LATER)


def test_batch_of_a_cancelled_campaign_is_skipped_as_a_whole(connection, campaign):
    claim = claim_next(connection, campaign)
    campaigns.cancel(connection, campaign.id, NOON)
    splits.halve(connection, claim.attempt_id, detail="too large", deeper=1, now=LATER)

    assert campaigns.balance(connection, campaign.id).skipped_because == {Skipped.CANCELLED: 5}
    assert connection.execute(select(func.count()).select_from(batch)).scalar_one() == 1


def test_proof_for_the_batch_reaches_its_halves(connection, campaign):
    claim = claim_next(connection, campaign)
    splits.halve(connection, claim.attempt_id, detail="too large", deeper=1, now=NOON)
    second = claim_next(connection, campaign)
    accept(connection, second)

    assert not accept(connection, claim), "those of the second attempt have it twice"
    assert campaigns.balance(connection, campaign.id).accepted == 5
    assert campaigns.duplicates(connection, campaign.id) == 2


def test_whoever_is_put_off_leaves_the_words_and_the_time(connection, campaign):
    claim = claim_next(connection, campaign)
    splits.put_off(connection, claim.attempt_id, numbers(claim)[1:2], detail="450 later", now=LATER)

    assert written(connection, claim.attempt_id) == (AttemptState.NOT_ACCEPTED, LATER, "450 later")
    assert all_waiting(connection, campaign) == [(["ann", "cho", "dee", "eve"], 0), (["bob"], 0)]
    with pytest.raises(NotFound):
        splits.put_off(connection, 4711, [1], detail="450 later", now=LATER)


def test_nobody_is_put_off_by_an_attempt_that_was_settled(connection, campaign):
    first = claim_next(connection, campaign)
    results.record_not_accepted(connection, first.attempt_id, detail="refused", now=NOON)
    splits.put_off(connection, first.attempt_id, numbers(first)[:1], detail="450 later", now=LATER)

    assert all_waiting(connection, campaign) == [(NAMES, 0)]


def test_dropped_readers_wait_in_one_batch_and_the_others_stay_accepted(connection, campaign):
    claim = claim_next(connection, campaign)
    accept(connection, claim)
    ann, bob, cho, *_ = numbers(claim)

    assert splits.wait_again(connection, [cho]) == 1
    assert splits.wait_again(connection, [bob, ann, 4711]) == 2
    assert splits.wait_again(connection, [bob]) == 0, "it waits already"
    balance = campaigns.balance(connection, campaign.id)
    assert (balance.accepted, balance.waiting, balance.holds) == (2, 3, True)
    assert all_waiting(connection, campaign) == [(["ann", "bob", "cho"], 0)]


def test_readers_dropped_after_the_second_batch_has_begun_wait_in_another(connection, campaign):
    claim = claim_next(connection, campaign)
    accept(connection, claim)
    ann, bob, *_ = numbers(claim)
    splits.wait_again(connection, [ann])
    again = claim_next(connection, campaign)
    splits.wait_again(connection, [bob])

    assert (names(again), names(claim_next(connection, campaign))) == (["ann"], ["bob"])


def test_proof_of_the_request_after_which_they_were_dropped_is_none_for_them(connection, campaign):
    claim = claim_next(connection, campaign)
    accept(connection, claim)
    splits.wait_again(connection, numbers(claim)[:1])
    accept(connection, claim)

    assert campaigns.balance(connection, campaign.id).waiting == 1
    assert all_waiting(connection, campaign) == [(["ann"], 0)]


def test_whoever_is_not_accepted_does_not_wait_again(connection, campaign):
    claim = claim_next(connection, campaign)

    assert splits.wait_again(connection, numbers(claim)) == 0
    assert campaigns.balance(connection, campaign.id).sending == 5


def test_dropped_readers_of_several_batches_wait_in_a_batch_of_each(connection):
    people = [make_person("ann"), make_person("bob"), make_person("cho", language="fr")]
    campaign = begin_campaign(connection, *people)
    claims = [claim_next(connection, campaign) for _ in range(2)]
    for claim in claims:
        accept(connection, claim)
    everyone = [number for claim in claims for number in numbers(claim)]

    assert splits.wait_again(connection, everyone) == 3
    assert all_waiting(connection, campaign) == [(["ann", "bob"], 0), (["cho"], 0)]


def test_thousands_are_moved_in_as_many_statements_as_it_takes(connection):
    count = members.IDS_AT_ONCE + 7
    campaign = begin_campaign(connection, *[make_person(f"p{n:04}") for n in range(count)], batch_size=count)
    claim = claim_next(connection, campaign)
    accept(connection, claim)

    assert splits.wait_again(connection, numbers(claim)) == count
    assert len(claim_next(connection, campaign).recipients) == count


def test_reported_readers_stand_in_one_accepted_batch_that_grows(connection, campaign):
    claim = claim_next(connection, campaign)
    for number in numbers(claim)[:3]:
        assert partial_results.record_partial(connection, claim.attempt_id, {number: None}, lease_until=LATER)
    rows = connection.execute(select(batch.c.state, batch.c.size).order_by(batch.c.number)).all()

    assert [tuple(row) for row in rows] == [(BatchState.SENDING, 2), (BatchState.ACCEPTED, 3)]
    results.record_not_accepted(connection, claim.attempt_id, detail="cut off", now=NOON)
    assert all_waiting(connection, campaign) == [(["dee", "eve"], 0)]


def test_readers_reported_in_any_order_are_each_counted_once(connection, campaign):
    claim = claim_next(connection, campaign)
    ann, bob, cho, dee, eve = numbers(claim)
    for number in (cho, ann, eve, bob, dee):
        partial_results.record_partial(connection, claim.attempt_id, {number: None}, lease_until=LATER)
        assert campaigns.balance(connection, campaign.id).holds
    balance = campaigns.balance(connection, campaign.id)

    assert (balance.accepted, balance.sending) == (5, 0)
    assert accept(connection, claim)
    assert campaigns.duplicates(connection, campaign.id) == 0


def test_report_lengthens_the_lease_and_rejects_whoever_was_refused(connection, campaign):
    claim = claim_next(connection, campaign)
    ann, bob, *_ = numbers(claim)
    partial_results.record_partial(
        connection, claim.attempt_id, {ann: "550 unknown", bob: None}, lease_until=LATER + LEASE, lease_uptime=4.5
    )
    [found] = claiming.open_attempts(connection, campaign.id)
    balance = campaigns.balance(connection, campaign.id)

    assert (found.lease_until, found.lease_uptime, found.size) == (LATER + LEASE, 4.5, 3)
    assert (balance.rejected, balance.accepted, balance.sending) == (1, 1, 3)


def test_late_report_of_many_counts_each_duplicate_once(connection, campaign):
    first = claim_next(connection, campaign)
    results.record_not_accepted(connection, first.attempt_id, detail="lease run out", now=NOON)
    second = claim_next(connection, campaign)
    accept(connection, second)
    ann, bob, cho, *_ = numbers(first)
    partial_results.record_partial(connection, first.attempt_id, {ann: None, bob: None}, lease_until=LATER)

    assert campaigns.duplicates(connection, campaign.id) == 2
    partial_results.record_partial(connection, first.attempt_id, {cho: None}, lease_until=LATER)
    assert campaigns.duplicates(connection, campaign.id) == 3
    everyone = dict.fromkeys(numbers(first))
    assert not partial_results.record_partial(connection, first.attempt_id, everyone, lease_until=LATER)
    assert campaigns.duplicates(connection, campaign.id) == 5, "no more than there are"


def test_batch_that_loses_its_last_member_to_another_is_closed(connection, campaign):
    claim = claim_next(connection, campaign)
    splits.put_off(connection, claim.attempt_id, numbers(claim), detail="450 later", now=NOON)
    sizes = connection.execute(select(batch.c.state, batch.c.size).order_by(batch.c.number)).all()

    assert [tuple(row) for row in sizes] == [(BatchState.ACCEPTED, 0), (BatchState.WAITING, 5)]
    assert members.of_batch(connection, claim.batch_id) == []


def test_new_batches_take_the_next_numbers_of_their_own_campaign(connection, campaign):
    other = begin_campaign(connection, frozen=make_frozen(month=NOVEMBER.shift(1)), batch_size=1)
    for one in (campaign, other):
        claim = claim_next(connection, one)
        splits.put_off(connection, claim.attempt_id, numbers(claim)[:1], detail="later", now=NOON)
    found = connection.execute(select(batch.c.campaign_id, func.max(batch.c.number)).group_by(batch.c.campaign_id))

    assert dict(map(tuple, found)) == {campaign.id: 2, other.id: 6}


def test_members_of_a_batch_are_found_by_their_own_place_before_its_range(connection, campaign):
    other = begin_campaign(connection, frozen=make_frozen(month=NOVEMBER.shift(1)), batch_size=2)
    claim, second = claim_next(connection, campaign), claim_next(connection, other)
    accept(connection, claim)
    splits.wait_again(connection, numbers(claim)[1:2])
    moved = claim_next(connection, campaign)
    wanted = [*numbers(claim), *numbers(second), 0, 10**6]
    homes = members.batches_of(connection, wanted)

    assert [homes.get(number) for number in wanted] == [
        claim.batch_id,
        moved.batch_id,
        *[claim.batch_id] * 3,
        *[second.batch_id] * 2,
        None,
        None,
    ]
    assert list(members.by_batch(connection, reversed(wanted))) == sorted(set(homes.values()))
    assert members.by_batch(connection, numbers(claim))[claim.batch_id] == [numbers(claim)[0], *numbers(claim)[2:]]


def test_deliveries_that_were_skipped_from_the_start_are_in_no_batch(connection):
    campaign = begin_campaign(connection, make_person("ann"), make_person("bob", paused_until=NOVEMBER.shift(1)))
    [ann] = numbers(claim_next(connection, campaign))

    assert list(members.batches_of(connection, [ann, ann + 1])) == [ann]


def test_states_of_deliveries_are_those_of_their_batches(connection):
    campaign = begin_campaign(connection, make_person("ann"), make_person("bob"), make_person("cho"), batch_size=1)
    first, second = claim_next(connection, campaign), claim_next(connection, campaign)
    accept(connection, first)
    campaigns.cancel(connection, campaign.id, NOON)
    [ann], [bob] = numbers(first), numbers(second)

    assert members.states_of(connection, [ann, bob, bob + 1, 4711]) == {
        ann: ("accepted", None),
        bob: ("sending", None),
        bob + 1: ("skipped", "cancelled"),
    }


def test_edition_is_accepted_once_anybody_with_the_same_one_has_it(connection):
    frozen = make_frozen(["empathy"], ["training"])
    people = [make_person("ann"), make_person("bob"), make_person("cho", language="fr"), make_person("dee", "training")]
    campaign = begin_campaign(connection, *people, frozen=frozen, batch_size=1)
    claims = {names(claim)[0]: claim for claim in (claim_next(connection, campaign) for _ in people)}

    def accepted(name):
        return members.edition_accepted(connection, claims[name].batch_id)

    assert not any(map(accepted, claims))
    accept(connection, claims["cho"])
    accept(connection, claims["dee"])
    assert [accepted(name) for name in ("ann", "bob", "cho", "dee")] == [False, False, True, True]
    accept(connection, claims["bob"])
    assert accepted("ann")


def test_edition_of_another_campaign_or_of_an_empty_batch_proves_nothing(connection):
    [other, campaign] = [
        begin_campaign(connection, *people, frozen=make_frozen(month=NOVEMBER.shift(n)), batch_size=1)
        for n, people in enumerate([[make_person("ann"), make_person("bob")], []])
    ]
    accept(connection, claim_next(connection, other))
    first = claim_next(connection, campaign)
    results.record_not_accepted(connection, first.attempt_id, detail="no", now=NOON)
    subscribers.leave(connection, first.recipients[0].subscriber_id, now=NOON)
    second = claim_next(connection, campaign)
    closed = batches.lock(connection, first.batch_id)

    assert (closed.state, closed.size) == (BatchState.ACCEPTED, 0)
    assert not members.edition_accepted(connection, second.batch_id)


def test_campaign_has_any_batch_in_a_state_of_its_own(connection, campaign):
    begin_campaign(connection, frozen=make_frozen(month=NOVEMBER.shift(1)))
    claim_next(connection, campaign)

    assert claiming.any_in(connection, campaign.id, BatchState.SENDING)
    assert not claiming.any_in(connection, campaign.id, BatchState.WAITING)


def test_open_attempt_is_locked_and_a_settled_one_is_not(connection, campaign):
    claim = claim_next(connection, campaign)
    [found] = claiming.open_attempts(connection, campaign.id)

    assert claiming.lock_open(connection, claim.attempt_id) == found
    accept(connection, claim)
    assert claiming.lock_open(connection, claim.attempt_id) is None
