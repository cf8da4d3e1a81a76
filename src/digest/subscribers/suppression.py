"""Why an address must not be mailed, which reason outranks which, and which ones a person may lift."""

from collections.abc import Mapping
from enum import StrEnum


class Reason(StrEnum):
    """Why an address is suppressed, least severe first."""

    ERASED = "erased"  # the person asked to be forgotten: only the hash of the address is kept
    SOFT_BOUNCES = "soft_bounces"  # several issues in a row
    INVALID = "invalid"  # the provider says that it is not an address
    BOUNCED = "bounced"  # the mailbox permanently refuses mail
    UNSUBSCRIBED = "unsubscribed"  # the person left
    COMPLAINED = "complained"  # the person reported a mail as spam
    MANUAL = "manual"  # the operator's decision


LIFTED_BY_THE_PERSON = frozenset({Reason.UNSUBSCRIBED, Reason.ERASED})
"""Reasons that a new confirmed sign-up lifts; only the operator lifts any other."""

ABOUT_THE_MAILBOX = frozenset({Reason.SOFT_BOUNCES, Reason.INVALID, Reason.BOUNCED})
"""Reasons that stay with the address when the person moves to another one; any other follows the person."""

LEAVES = frozenset({Reason.UNSUBSCRIBED, Reason.COMPLAINED})
"""Reasons that a provider reports for people who no longer want the issue: they are unsubscribed here too."""

GIVEN_BY_THE_OPERATOR = (Reason.MANUAL, Reason.BOUNCED, Reason.COMPLAINED, Reason.UNSUBSCRIBED)
"""Reasons that `digest suppressions add` takes."""

Suppressing = Mapping[str, tuple[str, Reason]]
"""Addresses to suppress: hash to address and reason."""

_SEVERITY: Mapping[Reason, int] = {reason: place for place, reason in enumerate(Reason)}


def may_lift(reason: Reason) -> bool:
    """Whether the person may lift a suppression with this reason by signing up again."""
    return reason in LIFTED_BY_THE_PERSON


def more_severe(old: Reason | None, new: Reason) -> Reason:
    """The more severe of two reasons."""
    return new if old is None or _SEVERITY[new] > _SEVERITY[old] else old


def replaced_by_report(reason: Reason) -> frozenset[Reason]:
    """The reasons that give way when a provider reports *reason*: the less severe ones.

    Someone who was erased stays erased when their unsubscribing is reported: both are their own wish.
    """
    less = {other for other in Reason if _SEVERITY[other] < _SEVERITY[reason]}
    return frozenset(less - LIFTED_BY_THE_PERSON) if reason in LIFTED_BY_THE_PERSON else frozenset(less)


def replaced_by_operator(reason: Reason) -> frozenset[Reason]:
    """The reasons that give way when the operator adds *reason*: those a person may lift, to one they may not lift."""
    return frozenset() if may_lift(reason) else LIFTED_BY_THE_PERSON
