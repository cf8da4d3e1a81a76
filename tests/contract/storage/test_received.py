"""Which editions a person received, on both engines."""

import datetime as dt

import pytest
from factories import NOON, NOVEMBER
from storage_samples import add_people, begin_campaign, claim_next, make_frozen, make_person

from digest.issue.edition import EditionKey
from digest.months import Month
from digest.storage import erasure, issues
from digest.storage.outbox import campaigns, results, splits
from digest.storage.people import subscribers
from digest.storage.received import ReceivedEdition, editions_received_by

LATER = NOON + dt.timedelta(minutes=1)
DECEMBER = Month(2026, 12)
ANN = make_person("ann", "empathy", language="fr")
BOB = make_person("bob")


def number(connection, name):
    found = subscribers.find(connection, f"hash of {name}")
    assert found is not None
    return found.id


def accept_all(connection, campaign, rejected=(), now=LATER):
    while (claim := claim_next(connection, campaign)) is not None:
        refused = {one.delivery_id: "550 unknown" for one in claim.recipients if one.name in rejected}
        results.record_accepted(connection, claim.attempt_id, message_id=None, rejected=refused, now=now)


def test_edition_that_was_accepted_is_named_by_its_bytes(connection):
    frozen = make_frozen(("training",), ("empathy",))
    accept_all(connection, begin_campaign(connection, ANN, BOB, frozen=frozen))

    assert editions_received_by(connection, number(connection, "ann")) == [
        ReceivedEdition(NOVEMBER, frozen.hash, EditionKey("fr", 0b10), LATER)
    ]
    assert editions_received_by(connection, number(connection, "bob")) == [
        ReceivedEdition(NOVEMBER, frozen.hash, EditionKey("en", 0b11), LATER)
    ]


def test_newest_month_is_first(connection):
    accept_all(connection, begin_campaign(connection, BOB))
    later = make_frozen(month=DECEMBER)
    issues.save(connection, later, NOON)
    campaign = campaigns.plan(connection, DECEMBER, later.hash, batch_size=2, languages=("en", "fr"), now=NOON)
    accept_all(connection, campaign)

    assert [one.month for one in editions_received_by(connection, number(connection, "bob"))] == [DECEMBER, NOVEMBER]


@pytest.mark.parametrize("what", ["waiting", "sending", "in doubt", "rejected", "skipped", "cancelled"])
def test_edition_that_was_not_accepted_was_not_received(connection, what):
    people = [make_person("ann", "training") if what == "skipped" else ANN, BOB]
    campaign = begin_campaign(connection, *people)
    if what == "cancelled":
        campaigns.hold(connection, campaign.id, "a reason", NOON)
        campaigns.cancel(connection, campaign.id, NOON)
    elif what in {"sending", "in doubt"}:
        claims = [claim_next(connection, campaign) for _ in range(2)]
        if what == "in doubt":
            for claim in claims:
                results.record_in_doubt(connection, claim.attempt_id, detail="timed out", now=NOON)
    elif what != "waiting":
        accept_all(connection, campaign, rejected={"ann"})

    assert editions_received_by(connection, number(connection, "ann")) == []


def test_corrected_issue_is_received_as_it_went_out(connection):
    campaign = begin_campaign(connection, BOB)
    corrected = make_frozen(word="second")
    issues.save(connection, corrected, NOON)
    campaigns.correct(connection, campaign.id, corrected.hash)
    accept_all(connection, campaign)
    again = make_frozen(word="third")
    issues.save(connection, again, NOON)
    campaigns.correct(connection, campaign.id, again.hash)

    assert [one.issue_hash for one in editions_received_by(connection, number(connection, "bob"))] == [corrected.hash]


def test_members_of_a_batch_that_was_split_are_found(connection):
    people = [make_person(name) for name in ("ann", "bob", "cho")]
    campaign = begin_campaign(connection, *people, batch_size=3)
    claim = claim_next(connection, campaign)
    splits.halve(connection, claim.attempt_id, detail="too large", deeper=0, now=NOON)
    accept_all(connection, campaign)

    for name in ("ann", "bob", "cho"):
        assert [one.month for one in editions_received_by(connection, number(connection, name))] == [NOVEMBER]


def test_old_deliveries_no_longer_name_the_person(connection):
    campaign = begin_campaign(connection, BOB)
    accept_all(connection, campaign)
    campaigns.finish_if_done(connection, campaign.id, NOON)
    erasure.forget_recipients(connection, NOON + dt.timedelta(days=1))

    assert editions_received_by(connection, number(connection, "bob")) == []


def test_person_without_deliveries_received_nothing(connection):
    begin_campaign(connection, BOB)
    (eve,) = add_people(connection, make_person("eve"))

    assert editions_received_by(connection, eve) == []
    assert editions_received_by(connection, 2**62) == []
