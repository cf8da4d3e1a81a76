"""The states of hand-over, and which may follow which: tables, not branches."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from digest.errors import Conflict

S = TypeVar("S", bound=StrEnum)


class HandOver(StrEnum):
    """How far a delivery has come on its way to the provider."""

    WAITING = "waiting"
    SENDING = "sending"
    ACCEPTED = "accepted"
    IN_DOUBT = "in_doubt"
    REJECTED = "rejected"  # the provider refused this recipient
    SKIPPED = "skipped"  # with a reason


class BatchState(StrEnum):
    """The hand-over state that a batch gives to all its deliveries that have none of their own."""

    WAITING = "waiting"
    SENDING = "sending"
    ACCEPTED = "accepted"
    IN_DOUBT = "in_doubt"
    SKIPPED = "skipped"  # with a reason: cancelled or given up


class AttemptState(StrEnum):
    """What became of one request to the provider."""

    SENDING = "sending"  # recorded before the request goes out
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"  # not accepted, by proof or by decision: the batch does not wait for it
    IN_DOUBT = "in_doubt"


class CampaignState(StrEnum):
    """A campaign is `sent` when nothing is waiting, sending or in doubt."""

    SENDING = "sending"
    HELD = "held"  # with a reason
    SENT = "sent"
    CANCELLED = "cancelled"


ONLY_PLANNED = "only planned"
"""Why a campaign is held that nobody has started yet. `digest hold` may replace it by another reason."""


class Skipped(StrEnum):
    """Why a delivery was not handed over."""

    NO_MATCH = "no_match"  # no article on the person's topics, and `nothing` chosen for that case
    PAUSED = "paused"
    LEFT = "left"
    SUPPRESSED = "suppressed"
    LAPSED = "lapsed"  # the implied consent has ended
    CANCELLED = "cancelled"  # with the campaign
    GIVEN_UP = "given_up"  # was in doubt, and a person decided to leave it there


BATCH: Mapping[BatchState, frozenset[BatchState]] = {
    # from waiting or skipped to accepted: an earlier request turns out to have been accepted
    BatchState.WAITING: frozenset({BatchState.SENDING, BatchState.SKIPPED, BatchState.ACCEPTED}),
    BatchState.SENDING: frozenset({BatchState.ACCEPTED, BatchState.WAITING, BatchState.IN_DOUBT}),
    BatchState.IN_DOUBT: frozenset({BatchState.ACCEPTED, BatchState.WAITING, BatchState.SKIPPED}),
    BatchState.SKIPPED: frozenset({BatchState.ACCEPTED}),
    BatchState.ACCEPTED: frozenset(),
}

ATTEMPT: Mapping[AttemptState, frozenset[AttemptState]] = {
    AttemptState.SENDING: frozenset({AttemptState.ACCEPTED, AttemptState.NOT_ACCEPTED, AttemptState.IN_DOUBT}),
    AttemptState.IN_DOUBT: frozenset({AttemptState.ACCEPTED, AttemptState.NOT_ACCEPTED}),
    AttemptState.NOT_ACCEPTED: frozenset({AttemptState.ACCEPTED}),  # whatever was decided, later proof wins
    AttemptState.ACCEPTED: frozenset(),
}

CAMPAIGN: Mapping[CampaignState, frozenset[CampaignState]] = {
    CampaignState.SENDING: frozenset({CampaignState.HELD, CampaignState.SENT, CampaignState.CANCELLED}),
    CampaignState.HELD: frozenset({CampaignState.SENDING, CampaignState.CANCELLED}),
    CampaignState.SENT: frozenset(
        {CampaignState.HELD}
    ),  # deliveries that were dropped because the quota was used up wait again
    CampaignState.CANCELLED: frozenset(),
}


def step(table: Mapping[S, frozenset[S]], old: S, new: S) -> S:
    """Go from *old* to *new*.

    Raises:
        Conflict: *table* has no such arrow.
    """
    if new not in table[old]:
        what = type(old).__name__.removesuffix("State").lower()
        was, is_to_be = (state.replace("_", " ") for state in (old, new))
        raise Conflict(f"the {what} is {was}: it can no longer be {is_to_be}")
    return new
