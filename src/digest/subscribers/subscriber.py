"""A subscriber: a person, where to reach them, and what they chose."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from digest.months import Month
from digest.subscribers.consent import ConsentKind
from digest.subscribers.suppression import Reason


class NoMatch(StrEnum):
    """What to send in a month without an article on the person's topics."""

    NOTHING = "nothing"
    WHOLE = "whole"  # mail the whole issue


class State(StrEnum):
    """Whether a subscriber may be mailed."""

    ACTIVE = "active"
    LEFT = "left"  # by their own choice; only they can resubscribe
    LAPSED = "lapsed"  # the implied consent has ended; a newer consent reactivates them


@dataclass(frozen=True)
class Preferences:
    """What a subscriber chose.

    Attributes:
        topics: Slugs, in no order; empty means every topic.
        paused_until: The first month that is mailed again, or None.
    """

    topics: frozenset[str] = frozenset()
    language: str = "en"
    no_match: NoMatch = NoMatch.NOTHING
    paused_until: Month | None = None


@dataclass(frozen=True, slots=True)
class NewSubscriber:
    """A person to add, from a list or by hand.

    Attributes:
        address: Normalised by `digest.subscribers.address.parse_address`.
        address_hash: Identity of the address, from `digest.subscribers.address.AddressHash`.
        source: Where the consent comes from, according to the list; empty if unknown.
        given_on: The day of the consent, or None if the list does not say.
        consent: Express, or implied.
        consent_until: The day on which implied consent ends; None for express consent.
        says: Which of name, language, topics, no_match and paused_until the list has. Nothing else is changed for
            existing subscribers.
    """

    address: str
    address_hash: str
    name: str = ""
    preferences: Preferences = field(default_factory=Preferences)
    source: str = ""
    given_on: dt.date | None = None
    consent: ConsentKind = ConsentKind.EXPRESS
    consent_until: dt.date | None = None
    says: frozenset[str] = frozenset({"name", "language", "topics", "no_match", "paused_until"})


@dataclass(frozen=True)
class Subscriber:
    """A person in the database; times are UTC.

    Attributes:
        source, given_on: Of the latest consent.
        consent_until: The day on which the consent ends; None if it does not end by itself.
        suppressed_for: Why the address must not be mailed, in any state; None if it may be mailed.
        address_since: When the address last changed; None if it never did.
    """

    id: int
    address: str
    name: str
    preferences: Preferences
    state: State
    created_at: dt.datetime
    left_at: dt.datetime | None = None
    source: str = ""
    given_on: dt.date | None = None
    consent_until: dt.date | None = None
    suppressed_for: Reason | None = None
    address_since: dt.datetime | None = None

    def has_moved_since(self, made: dt.datetime, now: dt.datetime) -> bool:
        """Whether a personal link made at *made* went to an earlier address.

        A time in the future, written while the clock was ahead, does not lock people out of their own page.
        """
        return self.address_since is not None and made < self.address_since <= now


def standing(state: State, suppressed_for: Reason | None) -> str:
    """The state of a person, or `suppressed (reason)` for active people who must not be mailed."""
    return f"suppressed ({suppressed_for})" if state is State.ACTIVE and suppressed_for else state.value
