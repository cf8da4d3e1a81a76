"""Why an address must not be mailed, and which of these a person may undo."""

from enum import StrEnum


class Reason(StrEnum):
    """Why an address is suppressed."""

    UNSUBSCRIBED = "unsubscribed"  # the person left
    ERASED = "erased"  # the person asked to be forgotten: only the hash of the address is kept
    COMPLAINED = "complained"  # reported a mail as spam
    BOUNCED = "bounced"  # the mailbox refuses mail for good
    MANUAL = "manual"  # the operator's decision


LIFTED_BY_THE_PERSON = frozenset({Reason.UNSUBSCRIBED, Reason.ERASED})
"""What a new confirmed sign-up undoes; anything else only the operator does."""


def may_lift(reason: str) -> bool:
    """Whether the person may undo a suppression of that reason."""
    return reason in LIFTED_BY_THE_PERSON
