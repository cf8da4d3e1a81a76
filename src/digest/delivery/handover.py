"""What a transport is given, and what it returns."""

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from digest.delivery.description import TransportDescription
from digest.issue.edition import Edition


class Recipient(NamedTuple):
    """One delivery of a batch, with everything that differs for each reader. A campaign may have a million."""

    delivery_id: int
    address: str
    name: str
    greeting: str  # plain text, a whole line
    unsubscribe_url: str  # absolute, ASCII
    preferences_url: str  # absolute, ASCII


@dataclass(frozen=True)
class MailOrigin:
    """What keeps a mail the same when it is built again: its Message-ID and Date.

    Attributes:
        installation: The random name of the database, so that others with the same sender never use the same
            Message-ID; mail stores drop a repeated one.
        date: When it was first claimed or requested; with a time zone.
        month: Of the issue; empty for a notification.
    """

    installation: str
    date: dt.datetime
    month: str = ""


@dataclass(frozen=True)
class Batch:
    """Recipients of one edition, for one request.

    Attributes:
        attempt_id: The request's name in the outbox.
        recipients: In the order in which they are handed over.
        origin: Of every mail in it.
        until: When the request must end, on the clock of `time.monotonic`: nothing begins to go out after it. It is
            before the end of the lease, even if the process was suspended between claim and request.
    """

    attempt_id: int
    edition: Edition
    recipients: Sequence[Recipient]
    origin: MailOrigin
    until: float = math.inf


@dataclass(frozen=True)
class Note:
    """One notification, whole and rendered for its reader.

    Attributes:
        notification_id: Names the mail permanently: the same mail may be handed over again.
        address: One, from `digest.subscribers.address.parse_address`.
        headers: Names and values, decoded and unfolded; without Subject, To, Date and Message-ID.
        origin: The same whenever it is retried.
    """

    notification_id: int
    address: str
    subject: str
    html: str
    text: str
    headers: Sequence[tuple[str, str]]
    origin: MailOrigin


@dataclass(frozen=True)
class Answer:
    """The provider accepted the batch.

    Attributes:
        message_id: The provider's name for the request, or None.
        rejected: Deliveries that it rejected, each with its reason.
    """

    message_id: str | None = None
    rejected: Mapping[int, str] = field(default_factory=dict)


# Called with the result of single recipients as soon as it is known: None for accepted, otherwise the reason. It may
# raise, for example because the lease was lost: nothing more goes out then.
Report = Callable[[Mapping[int, str | None]], None]


class Transport(Protocol):
    """An adapter that hands over a batch; several threads may use it at once."""

    @property
    def description(self) -> TransportDescription:
        """What it says about itself; always the same."""
        ...

    def hand_over(self, batch: Batch, report: Report) -> Answer:
        """Hand the batch over.

        Returns:
            The answer: all were accepted, except those in `rejected` (even if they were reported).

        Raises:
            NotAccepted: Recipients without a report were certainly not accepted. See also its subclasses.
            InDoubt: No clear answer.
        """
        ...

    def hand_over_note(self, note: Note) -> Answer:
        """Hand over a notification.

        Raises:
            NotAccepted: It was certainly not accepted. If `rejected` is not empty, it contains the notification's id.
            InDoubt: No clear answer.
        """
        ...

    def evidence(self, deliveries: Sequence[int]) -> frozenset[int] | None:
        """Return which of *deliveries* were certainly accepted in an earlier attempt; the others certainly were not.

        Returns:
            None if the transport can't tell, as its description says.
        """
        ...

    def finish(self) -> None:
        """Clean up. Called when a worker stops, whether or not the campaign is done."""
        ...
