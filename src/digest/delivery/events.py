"""Events: what a provider reports later about mail that it took, and what follows from it.

They come late, in any order and many times over. So everything here only ever grows: outcomes move up one order, a
suppression takes the more severe reason, and whatever is done twice changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import takewhile
from types import MappingProxyType

from digest.subscribers.suppression import Reason, more_severe


class EventKind(StrEnum):
    """What is reported; whatever else a provider tells of has no effect."""

    PROCESSED = "processed"  # the provider works on it
    DEFERRED = "deferred"  # the mailbox's server wants it later
    DELIVERED = "delivered"
    DROPPED = "dropped"  # the provider did not even try
    OVER_QUOTA = "over_quota"  # the same, for want of quota: nothing is wrong with the recipient
    BLOCKED = "blocked"  # a soft bounce: refused this time
    BOUNCED = "bounced"  # a hard bounce: there is no such mailbox
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"


class Outcome(StrEnum):
    """What became of a delivery after its hand-over, least conclusive first; nothing reported: none of them."""

    PROCESSED = "processed"
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    DROPPED = "dropped"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


OUTCOMES: Mapping[EventKind, Outcome] = MappingProxyType(
    {
        EventKind.PROCESSED: Outcome.PROCESSED,
        EventKind.DEFERRED: Outcome.DEFERRED,
        EventKind.DELIVERED: Outcome.DELIVERED,
        EventKind.DROPPED: Outcome.DROPPED,
        EventKind.BLOCKED: Outcome.BOUNCED,
        EventKind.BOUNCED: Outcome.BOUNCED,
        EventKind.COMPLAINED: Outcome.COMPLAINED,
    }
)
REASONS: Mapping[EventKind, Reason] = MappingProxyType(
    {
        EventKind.BOUNCED: Reason.BOUNCED,
        EventKind.COMPLAINED: Reason.COMPLAINED,
        EventKind.UNSUBSCRIBED: Reason.UNSUBSCRIBED,
    }
)
_RANK: Mapping[Outcome | None, int] = {None: 0} | {outcome: place for place, outcome in enumerate(Outcome, 1)}

About = tuple[int, int]
"""A delivery and the attempt that handed it over."""


@dataclass(frozen=True)
class Event:
    """One report.

    Attributes:
        address: As the provider wrote it, unchecked; empty: not said.
        about: Which delivery of which attempt; None: another mail, or not said.
        reason: Why the address must not be mailed any more, or None.
    """

    kind: EventKind
    address: str
    about: About | None
    reason: Reason | None = None


@dataclass(frozen=True)
class Post:
    """What came in one request: events, and how many there were of each kind that has no effect."""

    events: tuple[Event, ...]
    others: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Effects:
    """What follows from some events, whatever their order and however often each is there.

    Attributes:
        about: Every delivery that is spoken of.
        outcomes: The most conclusive one of each.
        blocked: Deliveries that bounced softly, each with its address.
        over_quota: Deliveries that the provider dropped for want of quota.
        suppress: Addresses as the provider wrote them, with the most severe reason.
    """

    about: frozenset[About]
    outcomes: Mapping[About, Outcome]
    blocked: Mapping[About, str]
    over_quota: frozenset[About]
    suppress: Mapping[str, Reason]


def further(old: Outcome | None, new: Outcome | None) -> Outcome | None:
    """The more conclusive of two outcomes."""
    return old if _RANK[old] >= _RANK[new] else new


def effects(events: Iterable[Event]) -> Effects:
    """Put together what follows from *events*."""
    outcomes: dict[About, Outcome] = {}
    suppress: dict[str, Reason] = {}
    blocked: dict[About, str] = {}
    about: set[About] = set()
    over_quota: set[About] = set()
    for event in events:
        if event.reason is not None and event.address:
            suppress[event.address] = more_severe(suppress.get(event.address), event.reason)
        if event.about is None:
            continue
        about.add(event.about)
        if outcome := further(outcomes.get(event.about), OUTCOMES.get(event.kind)):
            outcomes[event.about] = outcome
        if event.kind is EventKind.BLOCKED:
            blocked[event.about] = max(blocked.get(event.about, ""), event.address)
        elif event.kind is EventKind.OVER_QUOTA:
            over_quota.add(event.about)
    return Effects(frozenset(about), outcomes, blocked, frozenset(over_quota), suppress)


def in_a_row(soft: Sequence[bool], place: int) -> int:
    """How many soft bounces in a row the one at *place* is part of, among somebody's deliveries by campaign."""
    before = takewhile(bool, reversed(soft[: place + 1]))
    after = takewhile(bool, soft[place + 1 :])
    return len(list(before)) + len(list(after))
