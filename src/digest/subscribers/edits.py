"""The operator's changes to one person, and when they may move to another address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from digest.errors import InvalidAddress
from digest.subscribers.address import parse_address
from digest.subscribers.lists import cells as cell
from digest.subscribers.lists.fields import Field
from digest.subscribers.subscriber import Preferences
from digest.subscribers.suppression import ABOUT_THE_MAILBOX, Reason
from digest.topics import Taxonomy

_PREFERENCES = {
    Field.LANGUAGE: "language",
    Field.TOPICS: "topics",
    Field.NO_MATCH: "no_match",
    Field.PAUSED_UNTIL: "paused_until",
}


@dataclass(frozen=True)
class Edit:
    """The requested changes. None, and preferences that are not named, mean no change."""

    address: str | None = None
    name: str | None = None
    preferences: Mapping[str, Any] = field(default_factory=dict)

    def applied_to(self, old: Preferences) -> Preferences:
        """The preferences of a person after the change."""
        return replace(old, **self.preferences)


def read_edit(given: Mapping[Field, str], taxonomy: Taxonomy, languages: tuple[str, ...]) -> Edit:
    """
    Read the requested changes, in the format of a list. An empty text means the same as in a list.

    Raises:
        ValueError: A value can't be read; the message lists all such values.
    """
    readers: Mapping[Field, Callable[[str], Any]] = {
        Field.EMAIL: parse_address,
        Field.NAME: cell.read_name,
        Field.LANGUAGE: lambda text: cell.read_language(text, languages),
        Field.TOPICS: lambda text: cell.read_topics(text, taxonomy),
        Field.NO_MATCH: cell.read_no_match,
        Field.PAUSED_UNTIL: cell.read_month,
    }
    read: dict[Field, Any] = {}
    problems = []
    for column, text in given.items():
        try:
            read[column] = readers[column](text)
        except (ValueError, InvalidAddress) as error:
            problems.append(f"{column}: {error}")
    if problems:
        raise ValueError("; ".join(problems))
    chosen = {name: read[column] for column, name in _PREFERENCES.items() if column in read}
    return Edit(read.get(Field.EMAIL), read.get(Field.NAME), chosen)


def why_not_move(old: Reason | None, new: Reason | None, *, is_taken: bool) -> str | None:
    """
    Why a person may not move to another address; None: they may.

    Args:
        old, new: Why these addresses are suppressed; None: they are not.
        is_taken: Whether the new address is another subscriber's, in any state.

    A bounce or an invalid address is about the mailbox and stays behind. Any other reason is about the person and
    follows them.
    """
    if is_taken:
        return "another subscriber already uses that address: erase one of the two first"
    if new in {Reason.UNSUBSCRIBED, Reason.ERASED}:
        return "the person at that address has left: only they can return, by signing up on the site"
    if new is not None:
        return f"that address is suppressed ({new}): if it may be mailed again, run `digest suppressions remove`"
    if old is not None and old not in ABOUT_THE_MAILBOX:
        return f"this person is suppressed ({old}), which would also apply to the new address"
    return None
