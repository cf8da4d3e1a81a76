"""Holding, resuming, cancelling and correcting a campaign, on both engines."""

import datetime as dt

import pytest
from factories import NOON, NOVEMBER
from storage_samples import begin_campaign, claim_next, make_frozen, make_person

from digest.delivery.states import ONLY_PLANNED, CampaignState, Skipped
from digest.errors import Conflict, NotFound
from digest.storage import issues
from digest.storage.outbox import campaigns, results

LATER = NOON + dt.timedelta(days=1)
PEOPLE = [make_person(name) for name in ("ann", "bob", "cho")]


def begun(connection, month=NOVEMBER, state=CampaignState.SENDING, reason=None):
    """A campaign of nobody in *state*."""
    campaign = begin_campaign(connection, frozen=make_frozen(month=month))
    if state is not CampaignState.SENDING:
        campaigns.set_state(connection, campaign.id, state, reason=reason, now=NOON)
    return campaign


def standing(connection, campaign):
    found = campaigns.require(connection, campaign.month)
    return found.state, found.reason


def test_campaign_is_required_by_its_month(connection):
    campaign = begun(connection)

    assert campaigns.require(connection, NOVEMBER) == campaign
    with pytest.raises(NotFound, match="2026-12 has no campaign"):
        campaigns.require(connection, NOVEMBER.shift(1))


def test_campaign_is_only_planned_while_it_is_held_for_that_reason(connection):
    campaign = begun(connection, state=CampaignState.HELD, reason=ONLY_PLANNED)
    planned = campaigns.require(connection, NOVEMBER)
    campaigns.hold(connection, campaign.id, "wait for the review", LATER)
    held = campaigns.require(connection, NOVEMBER)

    assert planned.is_only_planned
    assert not held.is_only_planned
    assert (held.state, held.reason) == (CampaignState.HELD, "wait for the review")


def test_send_goes_on_with_campaigns_that_are_sending_or_only_planned(connection):
    months = [NOVEMBER.shift(n) for n in (3, 0, 1, 2, 4)]
    begun(connection, months[0])
    begun(connection, months[1], CampaignState.HELD, ONLY_PLANNED)
    begun(connection, months[2], CampaignState.HELD, "by hand")
    begun(connection, months[3], CampaignState.SENT)
    begun(connection, months[4], CampaignState.CANCELLED)

    found = campaigns.sending_or_planned(connection)

    assert [campaign.month for campaign in found] == [NOVEMBER, NOVEMBER.shift(3)]


def test_holding_holds_one_campaign_and_no_other(connection):
    campaign = begun(connection)
    other = begun(connection, NOVEMBER.shift(1))
    planned = begun(connection, NOVEMBER.shift(2), CampaignState.HELD, ONLY_PLANNED)
    campaigns.hold(connection, campaign.id, "by hand", LATER)

    assert standing(connection, campaign) == (CampaignState.HELD, "by hand")
    assert standing(connection, other) == (CampaignState.SENDING, None)
    assert standing(connection, planned) == (CampaignState.HELD, ONLY_PLANNED)


@pytest.mark.parametrize(
    ("state", "reason"),
    [(CampaignState.HELD, "quota"), (CampaignState.SENT, None), (CampaignState.CANCELLED, None)],
)
def test_holding_leaves_a_campaign_that_is_held_or_over_as_it_is(connection, state, reason):
    campaign = begun(connection, state=state, reason=reason)
    campaigns.hold(connection, campaign.id, "by hand", LATER)

    assert standing(connection, campaign) == (state, reason)


def test_reason_of_a_held_campaign_is_reworded_once(connection):
    campaign = begun(connection, state=CampaignState.HELD, reason="quota")
    other = begun(connection, NOVEMBER.shift(1), CampaignState.HELD, "quota")

    assert campaigns.change_reason(connection, campaign.id, "quota until Monday")
    assert not campaigns.change_reason(connection, campaign.id, "quota until Monday"), "it says so already"
    assert standing(connection, campaign) == (CampaignState.HELD, "quota until Monday")
    assert standing(connection, other) == (CampaignState.HELD, "quota")


@pytest.mark.parametrize("state", [CampaignState.SENDING, CampaignState.SENT, CampaignState.CANCELLED])
def test_campaign_that_is_not_held_has_no_reason_to_reword(connection, state):
    campaign = begun(connection, state=state, reason="past" if state is CampaignState.SENT else None)

    assert not campaigns.change_reason(connection, campaign.id, "quota")
    assert standing(connection, campaign)[1] != "quota"


@pytest.mark.parametrize("state", [CampaignState.SENDING, CampaignState.SENT])
def test_campaign_with_somebody_waiting_again_is_held(connection, state):
    campaign = begun(connection, state=state)
    campaigns.reopen(connection, campaign.id, "quota", LATER)
    found = campaigns.require(connection, NOVEMBER)

    assert (found.state, found.reason, found.finished_at) == (CampaignState.HELD, "quota", None)


@pytest.mark.parametrize(("state", "reason"), [(CampaignState.HELD, "by hand"), (CampaignState.CANCELLED, None)])
def test_campaign_that_is_held_or_cancelled_is_not_reopened(connection, state, reason):
    campaign = begun(connection, state=state, reason=reason)
    campaigns.reopen(connection, campaign.id, "quota", LATER)

    assert standing(connection, campaign) == (state, reason)


def test_cancelling_skips_all_who_wait_and_nobody_else(connection):
    campaign = begin_campaign(connection, *PEOPLE, batch_size=1)
    other = begin_campaign(connection, frozen=make_frozen(month=NOVEMBER.shift(1)))
    under_way = claim_next(connection, campaign)
    campaigns.cancel(connection, campaign.id, LATER)
    balance = campaigns.balance(connection, campaign.id)
    found = campaigns.require(connection, NOVEMBER)

    assert (found.state, found.reason, found.finished_at) == (CampaignState.CANCELLED, None, LATER)
    assert (balance.sending, balance.skipped_because) == (1, {Skipped.CANCELLED: 2})
    assert campaigns.balance(connection, other.id).waiting == 3
    results.record_not_accepted(connection, under_way.attempt_id, detail="refused", now=LATER)
    assert campaigns.balance(connection, campaign.id).skipped_because == {Skipped.CANCELLED: 3}


def test_campaign_that_is_over_is_not_cancelled(connection):
    campaign = begun(connection, state=CampaignState.SENT)

    with pytest.raises(Conflict):
        campaigns.cancel(connection, campaign.id, LATER)
    with pytest.raises(NotFound):
        campaigns.cancel(connection, 4711, LATER)


def test_skipped_readers_of_the_plan_and_of_the_campaign_are_counted_by_reason(connection):
    people = [
        make_person("p1", paused_until=NOVEMBER.shift(1)),
        make_person("p2", paused_until=NOVEMBER.shift(1)),
        make_person("p3", "attachment"),
        make_person("p4"),
        make_person("p5", language="fr"),
    ]
    campaign = begin_campaign(connection, *people)
    campaigns.cancel(connection, campaign.id, LATER)
    balance = campaigns.balance(connection, campaign.id)

    assert balance.skipped_because == {Skipped.PAUSED: 2, Skipped.NO_MATCH: 1, Skipped.CANCELLED: 2}
    assert balance.skipped == 5


def test_correction_gives_those_who_wait_another_issue_and_leaves_other_campaigns_alone(connection):
    campaign = begin_campaign(connection, *PEOPLE, batch_size=1)
    other = begin_campaign(connection, frozen=make_frozen(month=NOVEMBER.shift(1)))
    before = claim_next(connection, campaign)
    corrected = make_frozen(word="corrected")
    issues.save(connection, corrected, LATER)
    campaigns.correct(connection, campaign.id, corrected.hash)

    assert before.issue_hash == campaign.issue_hash
    assert claim_next(connection, campaign).issue_hash == corrected.hash
    assert campaigns.require(connection, other.month).issue_hash == other.issue_hash


def test_finishing_one_campaign_leaves_the_others_sending(connection):
    campaign = begun(connection)
    other = begun(connection, NOVEMBER.shift(1))

    assert campaigns.finish_if_done(connection, campaign.id, LATER)
    assert standing(connection, campaign) == (CampaignState.SENT, None)
    assert standing(connection, other) == (CampaignState.SENDING, None)
