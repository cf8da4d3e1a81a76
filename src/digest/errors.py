"""Every error that a user can fix.

    DigestError
    +-- ConfigError        the configuration, with all its errors at once
    +-- ContentError       one of the editor's files, with file and line
    +-- RenderError        a template or its input
    +-- InvalidAddress     an email address that can't be mailed
    +-- BadToken           a personal link
    |   +-- BadSignature
    |   +-- ExpiredToken
    +-- Conflict           the state does not allow it: not approved, changed since approval, already started
    +-- NotFound           no such month, subscriber or campaign
    +-- StorageError       the database can't be reached, read or written
    |   +-- GaveWay        a deadlock; this transaction was rolled back: retry it
    +-- TransportError     a failed hand-over of a batch
        +-- NotAccepted    certainly not accepted: safe to retry
        |   +-- TooLarge            has to be split
        |   +-- BatchRefused        something in it is refused, and only splitting it shows what
        |   +-- RecipientsDeferred  some recipients have to wait, the others do not
        |   +-- Refused             retrying is useless until someone fixes the cause
        |   +-- RequestStopped      the worker has to stop, or lost its lease; the provider is fine
        +-- InDoubt        no clear answer: must not be retried blindly

A message says what happened, to what, and what to do; lower case, no full stop.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType


class DigestError(Exception):
    """Base of every error that the command line prints without a traceback."""


class ConfigError(DigestError):
    """The configuration can't be used; the message lists every error with its place."""


@dataclass(frozen=True)
class Place:
    """Where in the editor's files something is: a path as the editor knows it, and a line from 1."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


class ContentError(DigestError):
    """One of the editor's files can't be read.

    Attributes:
        place: File and line.
        problem: What is wrong, without the place.
        remedy: What to do; empty if the problem says it.
    """

    def __init__(self, place: Place, problem: str, remedy: str = "") -> None:
        self.place = place
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{place}: {problem}" + (f": {remedy}" if remedy else ""))


class RenderError(DigestError):
    """A template failed, or rendered something that can't be mailed."""


class InvalidAddress(DigestError):
    """The text is not a single address that can be mailed.

    Attributes:
        fault: Which rule it breaks, for pages that use their own words; see `digest.subscribers.address`.
        character: The character that breaks it, if it is a single one.
    """

    def __init__(self, message: str, fault: str = "", character: str = "") -> None:
        self.fault = fault
        self.character = character
        super().__init__(message)


class BadToken(DigestError):
    """A personal link that is not valid."""


class BadSignature(BadToken):
    """The link is incomplete, altered, for another purpose, or signed by a key that is no longer trusted."""


class ExpiredToken(BadToken):
    """The link is genuine but has expired.

    Attributes:
        ended: When it expired, in UTC.
    """

    def __init__(self, message: str, ended: dt.datetime) -> None:
        self.ended = ended
        super().__init__(message)


class Conflict(DigestError):
    """The state of the issue or campaign does not allow what was asked."""


class NotFound(DigestError):
    """There is no such month, subscriber or campaign."""


class StorageError(DigestError):
    """The database can't be reached, read or written; nothing uncommitted was saved."""


class GaveWay(StorageError):
    """A deadlock: this transaction was rolled back so that the other could continue. Retry it."""


class TransportError(DigestError):
    """A batch could not be handed over."""


class NotAccepted(TransportError):
    """Deliveries that the transport had not reported were certainly not accepted: retrying them is safe.

    Attributes:
        retry_after: Seconds to wait, or None if the answer did not say.
        rejected: Deliveries that are rejected individually, each with its reason; the others can be retried at once.
            Empty if the error concerns the whole batch.
    """

    def __init__(
        self, message: str, retry_after: float | None = None, rejected: Mapping[int, str] = MappingProxyType({})
    ) -> None:
        self.retry_after = retry_after
        self.rejected = rejected
        super().__init__(message)


class TooLarge(NotAccepted):
    """The batch is too large for one request."""


class BatchRefused(NotAccepted):
    """Something in the batch is refused, but the answer does not say what."""


class RecipientsDeferred(NotAccepted):
    """Some recipients are refused for now and can be retried later; the others in the batch do not have to wait.

    Attributes:
        deliveries: The ones that have to wait.
    """

    def __init__(self, message: str, deliveries: Collection[int]) -> None:
        self.deliveries = tuple(deliveries)
        super().__init__(message)


class Refused(NotAccepted):
    """The sender, the content, the key or the account is refused, so every batch would be; never a recipient."""


class RequestStopped(NotAccepted):
    """The rest of the batch must not be sent: it is held or cancelled, the worker stops, or its lease was lost."""


class InDoubt(TransportError):
    """Deliveries that the transport had not reported may or may not have been accepted; evidence must settle them.

    Attributes:
        doubtful: The uncertain deliveries; others that were not reported were certainly not accepted.
            None if all unreported ones are uncertain.
    """

    def __init__(self, message: str, doubtful: frozenset[int] | None = None) -> None:
        self.doubtful = doubtful
        super().__init__(message)
