"""A mail's Date and the name in its Message-ID: the same in every claim of the same people."""

import datetime as dt

from factories import NOON
from sqlalchemy import select
from storage_samples import begin_campaign, claim_next, make_person

from digest.delivery.handover import MailOrigin
from digest.delivery.states import CampaignState
from digest.storage import installation
from digest.storage.outbox import campaigns, claiming, partial_results, results, settling, splits
from digest.storage.tables.outbox import campaign as campaign_table

LATER = NOON + dt.timedelta(hours=5)
MUCH_LATER = NOON + dt.timedelta(days=3)
PEOPLE = [make_person(name) for name in ("ann", "bob", "cy", "dee")]


def claim_all(connection, campaign, now=MUCH_LATER) -> list[claiming.Claim]:
    claims = []
    while (claim := claim_next(connection, campaign, now)) is not None:
        claims.append(claim)
    return claims


def origins(claims: list[claiming.Claim]) -> dict[int, MailOrigin]:
    return {member.delivery_id: claim.origin for claim in claims for member in claim.recipients}


def test_first_claim_gives_the_date_and_the_installation_its_name(connection):
    campaign = begin_campaign(connection, *PEOPLE, batch_size=4)

    claim = claim_next(connection, campaign, LATER)

    assert claim.origin == MailOrigin(installation.read(connection), LATER, "2026-11")


def test_date_of_those_who_were_never_claimed_is_not_that_of_others(connection):
    campaign = begin_campaign(connection, *PEOPLE, batch_size=2)
    claim_next(connection, campaign, NOON)

    assert claim_next(connection, campaign, LATER).origin.date == LATER


def test_resending_what_was_in_doubt_keeps_the_date(connection):
    campaign = begin_campaign(connection, *PEOPLE, batch_size=4)
    first = claim_next(connection, campaign)
    results.record_in_doubt(connection, first.attempt_id, detail="no answer", now=NOON)
    settling.resend(connection, first.attempt_id, detail="a person decided", now=LATER)

    assert origins(claim_all(connection, campaign)) == origins([first])


def test_batch_that_was_halved_between_two_claims_keeps_the_date(connection):
    campaign = begin_campaign(connection, *PEOPLE, batch_size=4)
    first = claim_next(connection, campaign)
    splits.halve(connection, first.attempt_id, detail="too large", deeper=1, now=NOON)
    halves = [claim_next(connection, campaign, LATER)]
    splits.halve(connection, halves[0].attempt_id, detail="too large", deeper=1, now=LATER)

    assert origins(claim_all(connection, campaign)) == origins([first])


def test_those_who_were_put_off_or_let_go_keep_the_date(connection):
    campaign = begin_campaign(connection, *PEOPLE, batch_size=4)
    first = claim_next(connection, campaign)
    ann, bob, cy, _ = (member.delivery_id for member in first.recipients)
    partial_results.record_partial(connection, first.attempt_id, {ann: None}, lease_until=LATER)
    splits.put_off(connection, first.attempt_id, [bob], detail="later", now=NOON)
    second = claim_next(connection, campaign, LATER)
    results.record_in_doubt(connection, second.attempt_id, detail="no answer", doubtful={cy}, now=LATER)
    settling.resend(connection, second.attempt_id, detail="a person decided", now=LATER)
    expected = {number: origin for number, origin in origins([first]).items() if number != ann}

    assert origins(claim_all(connection, campaign)) == expected


def test_those_who_were_dropped_for_want_of_quota_keep_the_date(connection):
    campaign = begin_campaign(connection, *PEOPLE, batch_size=4)
    first = claim_next(connection, campaign)
    results.record_accepted(connection, first.attempt_id, message_id=None, rejected={}, now=NOON)
    splits.wait_again(connection, [first.recipients[1].delivery_id, first.recipients[2].delivery_id])
    again = claim_all(connection, campaign)

    assert {origin.date for origin in origins(again).values()} == {NOON}
    assert len(origins(again)) == 2


def test_campaign_that_was_held_and_resumed_keeps_the_dates_of_what_was_claimed(connection):
    campaign = begin_campaign(connection, *PEOPLE, batch_size=4)
    first = claim_next(connection, campaign)
    results.record_not_accepted(connection, first.attempt_id, detail="refused", now=NOON)
    campaigns.hold(connection, campaign.id, "by hand", NOON)
    campaigns.set_state(connection, campaign.id, CampaignState.SENDING, reason=None, now=MUCH_LATER)

    assert origins(claim_all(connection, campaign)) == origins([first])


def test_campaign_keeps_its_name_after_a_backup_was_put_back(connection):
    campaign = begin_campaign(connection, *PEOPLE, batch_size=4)
    planned_by = installation.read(connection)
    installation.rename(connection, "another")

    assert claim_next(connection, campaign).origin.installation == planned_by
    assert connection.execute(select(campaign_table.c.installation)).scalar_one() == planned_by
