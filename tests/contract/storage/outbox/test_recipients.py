"""Who was rejected, is in doubt or waits, by name and with the reason, on both engines."""

from factories import NOON
from storage_samples import begin_campaign, claim_next, make_person

from digest.delivery.states import BatchState
from digest.storage import erasure
from digest.storage.outbox import recipients, results
from digest.storage.outbox.recipients import ListedRecipient


def begun(connection):
    return begin_campaign(connection, *[make_person(f"p{number}") for number in range(6)], batch_size=3)


def test_whoever_is_in_doubt_is_named_with_the_request_and_what_came_back(connection):
    campaign = begun(connection)
    claim = claim_next(connection, campaign)
    results.record_in_doubt(connection, claim.attempt_id, detail="no answer", now=NOON)

    doubtful = list(recipients.in_batches(connection, campaign.id, BatchState.IN_DOUBT))

    assert doubtful == [ListedRecipient(f"p{number}@example.org", "no answer", claim.attempt_id) for number in range(3)]


def test_whoever_waits_is_named_with_what_kept_them_waiting(connection):
    campaign = begun(connection)
    claim = claim_next(connection, campaign)
    results.record_not_accepted(connection, claim.attempt_id, detail="429 busy", now=NOON)

    waiting = list(recipients.in_batches(connection, campaign.id, BatchState.WAITING))

    assert [one.address for one in waiting] == [f"p{number}@example.org" for number in range(6)]
    assert [one.reason for one in waiting] == ["429 busy"] * 3 + [None] * 3


def test_whoever_was_rejected_is_named_once_and_not_among_those_in_doubt(connection):
    campaign = begun(connection)
    claim = claim_next(connection, campaign)
    refused = {claim.recipients[1].delivery_id: "550 unknown user"}
    results.record_not_accepted(connection, claim.attempt_id, detail="one refused", rejected=refused, now=NOON)
    again = claim_next(connection, campaign)
    results.record_in_doubt(connection, again.attempt_id, detail="no answer", now=NOON)

    assert list(recipients.rejected(connection, campaign.id)) == [
        ListedRecipient("p1@example.org", "550 unknown user", None)
    ]
    doubtful = recipients.in_batches(connection, campaign.id, BatchState.IN_DOUBT)
    assert [one.address for one in doubtful] == ["p0@example.org", "p2@example.org"]


def test_doubt_about_one_recipient_names_that_one_alone(connection):
    campaign = begun(connection)
    claim = claim_next(connection, campaign)
    results.record_in_doubt(
        connection, claim.attempt_id, detail="cut off", doubtful=[claim.recipients[0].delivery_id], now=NOON
    )

    named = {state: list(recipients.in_batches(connection, campaign.id, state)) for state in BatchState}

    assert [one.address for one in named[BatchState.IN_DOUBT]] == ["p0@example.org"]
    assert sorted(str(one.address) for one in named[BatchState.WAITING]) == [f"p{n}@example.org" for n in range(1, 6)]


def test_address_of_an_erased_person_is_gone_and_the_reason_stays(connection):
    campaign = begun(connection)
    claim = claim_next(connection, campaign)
    refused = {claim.recipients[0].delivery_id: "550 unknown user"}
    results.record_accepted(connection, claim.attempt_id, message_id=None, rejected=refused, now=NOON)
    erasure.erase(connection, "hash of p0", NOON)

    assert list(recipients.rejected(connection, campaign.id)) == [ListedRecipient(None, "550 unknown user", None)]


def test_reasons_of_the_rejected_are_counted_the_most_frequent_first(connection):
    campaign = begun(connection)
    claim = claim_next(connection, campaign)
    numbers = [member.delivery_id for member in claim.recipients]
    refused = dict(zip(numbers, ["full", "unknown", "unknown"], strict=True))
    results.record_accepted(connection, claim.attempt_id, message_id=None, rejected=refused, now=NOON)

    assert recipients.rejected_because(connection, campaign.id, 10) == [("unknown", 2), ("full", 1)]
    assert recipients.rejected_because(connection, campaign.id, 1) == [("unknown", 2)]
