"""Events: what a provider reports later about mail that it accepted, and what follows from it.

They arrive late, in any order and more than once. So everything here only grows: outcomes move up in one order, a
suppression takes the more severe reason, and repeating anything changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import takewhile
from types import MappingProxyType

from digest.subscribers.suppression import Reason, more_severe


class EventKind(StrEnum):
    """What is reported; other kinds of reports have no effect."""

    PROCESSED = "processed"  # the provider is working on it
    DEFERRED = "deferred"  # the mailbox's server deferred it
    DELIVERED = "delivered"
    DROPPED = "dropped"  # the provider did not even try
    OVER_QUOTA = "over_quota"  # dropped because the quota is used up: nothing is wrong with the recipient
    BLOCKED = "blocked"  # a soft bounce: refused this time
    BOUNCED = "bounced"  # a hard bounce: the mailbox does not exist
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"


class Outcome(StrEnum):
    """What became of a delivery after its hand-over, least conclusive first. Without a report, there is none."""

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
        address: As the provider wrote it, unchecked; empty if not reported.
        about: Which delivery of which attempt; None if it is another mail, or not reported.
        reason: Why the address must no longer be mailed, or None.
    """

    kind: EventKind
    address: str
    about: About | None
    reason: Reason | None = None


@dataclass(frozen=True)
class Post:
    """The content of one webhook request: events, and the number of each kind that has no effect."""

    events: tuple[Event, ...]
    others: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Effects:
    """What follows from some events, whatever their order and however often each is there.

    Attributes:
        about: Every delivery with an event.
        outcomes: The most conclusive one of each.
        blocked: Deliveries with a soft bounce, each with its address.
        over_quota: Deliveries that the provider dropped because the quota is used up.
        suppress: Addresses as the provider wrote them, with the most severe reason.
    """

    about: frozenset[About]
    outcomes: Mapping[About, Outcome]
    blocked: Mapping[About, str]
    over_quota: frozenset[About]
    suppress: Mapping[str, Reason]


def further(old: Outcome | None, new: Outcome | None) -> Outcome | None:
    """Return the more conclusive of two outcomes."""
    return old if _RANK[old] >= _RANK[new] else new


def effects(events: Iterable[Event]) -> Effects:
    """Combine what follows from *events*."""
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
    """Return how many soft bounces in a row include the one at *place*, among one person's deliveries by campaign."""
    before = takewhile(bool, reversed(soft[: place + 1]))
    after = takewhile(bool, soft[place + 1 :])
    return len(list(before)) + len(list(after))
