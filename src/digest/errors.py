"""Everything that can go wrong and is somebody's to mend.

    DigestError
    +-- ConfigError        the configuration; all its faults at once
    +-- ContentError       a file of the editor; carries file and line
    +-- RenderError        a template or its input
    +-- InvalidAddress     an e-mail address that cannot be mailed
    +-- BadToken           a personal link
    |   +-- BadSignature
    |   +-- ExpiredToken
    +-- Conflict           the state does not allow it: not approved, changed since, already started
    +-- NotFound           no such month, subscriber or campaign
    +-- StorageError       the database can't be reached, read or written
    |   +-- GaveWay        two transactions waited for each other, and this one was undone: repeat it
    +-- TransportError     a hand-over; concerns the whole batch
        +-- NotAccepted    certainly not taken: safe to repeat
        |   +-- TooLarge       goes in smaller pieces
        |   +-- BatchRefused   something in it is refused, and nobody says what: smaller pieces tell
        |   +-- Later          somebody in it has to wait, the others need not
        |   +-- Refused        repeating it helps nobody until a person has mended the cause
        |   +-- Withdrawn      the worker was told to stop, or lost its lease: nothing is wrong with the provider
        +-- InDoubt        no clear answer: must not be repeated blindly

A message says what happened, to what, and what to do; lower case, no full stop.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType


class DigestError(Exception):
    """Base of every error that the command line prints without a traceback."""


class ConfigError(DigestError):
    """The configuration can't be used; the message lists every fault with its path."""


@dataclass(frozen=True)
class Place:
    """Where in the editor's files something is: a path as the editor knows it, and a line counted from 1."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


class ContentError(DigestError):
    """A file of the editor can't be read.

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
    """A template failed, or gave something that can't be mailed."""


class InvalidAddress(DigestError):
    """The text is not one address that this project can mail.

    Attributes:
        fault: Which rule it breaks, for a page to put into its own words; see `digest.subscribers.address`.
        character: The character that breaks it, if it is a single one.
    """

    def __init__(self, message: str, fault: str = "", character: str = "") -> None:
        self.fault = fault
        self.character = character
        super().__init__(message)


class BadToken(DigestError):
    """A personal link that proves nothing."""


class BadSignature(BadToken):
    """The link is cut, altered, for another purpose, or signed by a key that is no longer trusted."""


class ExpiredToken(BadToken):
    """The link was genuine, and is too old.

    Attributes:
        ended: When it ended, in UTC.
    """

    def __init__(self, message: str, ended: dt.datetime) -> None:
        self.ended = ended
        super().__init__(message)


class Conflict(DigestError):
    """The state of the issue or campaign does not allow what was asked."""


class NotFound(DigestError):
    """There is no such month, subscriber or campaign."""


class StorageError(DigestError):
    """The database can't be reached, read or written; what was not committed did not happen."""


class GaveWay(StorageError):
    """Two transactions waited for each other, and this one was undone so that the other could go on: repeat it."""


class TransportError(DigestError):
    """A batch could not be handed over; concerns the whole batch."""


class NotAccepted(TransportError):
    """What the transport had not reported as answered was certainly not taken: handing it over again is safe.

    Attributes:
        retry_after: Seconds to wait, or None if nothing was said.
        rejected: Deliveries that are refused for their own sake, each with its reason; the others of the batch can go
            again at once. Empty: it concerns the whole batch.
    """

    def __init__(
        self, message: str, retry_after: float | None = None, rejected: Mapping[int, str] = MappingProxyType({})
    ) -> None:
        self.retry_after = retry_after
        self.rejected = rejected
        super().__init__(message)


class TooLarge(NotAccepted):
    """The batch is more than one request may hold."""


class BatchRefused(NotAccepted):
    """Something in the batch is refused, and the answer does not say what."""


class Later(NotAccepted):
    """Some recipients are not taken now and may be later; the others of the batch need not wait for them.

    Attributes:
        deliveries: Those who have to wait.
    """

    def __init__(self, message: str, deliveries: Collection[int]) -> None:
        self.deliveries = tuple(deliveries)
        super().__init__(message)


class Refused(NotAccepted):
    """Everything like this would be refused: the sender, the content, the key or the account; never a recipient."""


class Withdrawn(NotAccepted):
    """Nothing more of the batch may go out: it is held or cancelled, the worker stops, or its lease was lost."""


class InDoubt(TransportError):
    """What the transport had not reported as answered may or may not have been taken; evidence must settle it.

    Attributes:
        doubtful: The deliveries that this is about; the others that were not reported were certainly not taken.
            None: all that were not reported.
    """

    def __init__(self, message: str, doubtful: frozenset[int] | None = None) -> None:
        self.doubtful = doubtful
        super().__init__(message)
