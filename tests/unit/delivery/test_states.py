import pytest

from digest.delivery import states
from digest.delivery.balance import Balance
from digest.errors import Conflict


@pytest.mark.parametrize("table", [states.BATCH, states.ATTEMPT, states.CAMPAIGN])
def test_every_state_has_a_row_and_leads_to_known_states(table):
    kind = type(next(iter(table)))

    assert set(table) == set(kind)
    assert all(new in kind for arrows in table.values() for new in arrows)


def test_what_was_accepted_stays_accepted():
    with pytest.raises(Conflict, match="accepted"):
        states.step(states.BATCH, states.BatchState.ACCEPTED, states.BatchState.WAITING)


def test_doubt_is_settled_by_evidence():
    doubt = states.AttemptState.IN_DOUBT

    assert states.step(states.ATTEMPT, doubt, states.AttemptState.ACCEPTED) is states.AttemptState.ACCEPTED


def test_balance_with_a_lost_delivery_does_not_hold():
    assert Balance(planned=3, accepted=2, skipped=1, skipped_because={"left": 1}).holds
    assert not Balance(planned=4, accepted=2, skipped=1, skipped_because={"left": 1}).holds
    assert not Balance(planned=3, accepted=2, skipped=1).holds


@pytest.mark.parametrize(
    ("table", "old", "new", "said"),
    [
        (states.BATCH, states.BatchState.ACCEPTED, states.BatchState.WAITING, "batch is accepted"),
        (states.ATTEMPT, states.AttemptState.NOT_ACCEPTED, states.AttemptState.IN_DOUBT, "attempt is not accepted"),
        (states.CAMPAIGN, states.CampaignState.CANCELLED, states.CampaignState.SENDING, "campaign is cancelled"),
    ],
)
def test_refused_step_names_what_it_is_about_and_its_state(table, old, new, said):
    with pytest.raises(Conflict, match=said):
        states.step(table, old, new)
