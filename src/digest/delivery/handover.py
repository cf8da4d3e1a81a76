"""What a transport is given, and what it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from digest.issue.edition import Edition


@dataclass(frozen=True)
class Recipient:
    """One delivery of a batch, with all that differs from reader to reader."""

    delivery_id: int
    address: str
    name: str
    greeting: str  # plain text, a whole line
    unsubscribe_url: str  # absolute, ASCII
    preferences_url: str  # absolute, ASCII


@dataclass(frozen=True)
class Batch:
    """Recipients of one edition, for one request. `attempt_id` names the request in the outbox."""

    attempt_id: int
    edition: Edition
    recipients: Sequence[Recipient]


@dataclass(frozen=True)
class Note:
    """One notification, whole and rendered for its reader.

    Attributes:
        notification_id: Names the mail for ever: the same one may be handed over again.
        address: One, from `digest.subscribers.address.parse_address`.
        headers: Names and values, decoded and unfolded; without Subject, To, Date and Message-ID.
    """

    notification_id: int
    address: str
    subject: str
    html: str
    text: str
    headers: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """The provider took the batch.

    Attributes:
        message_id: The provider's name for the request, or None.
        rejected: Deliveries that it refused, each with its reason.
    """

    message_id: str | None = None
    rejected: Mapping[int, str] = field(default_factory=dict)


class Transport(Protocol):
    """An adapter that hands over batches and notifications."""

    name: str

    def hand_over(self, batch: Batch) -> Answer:
        """Hand the batch over, all of it or none.

        Raises:
            NotAccepted: Certainly nothing was taken.
            InDoubt: No clear answer.
        """
        ...

    def hand_over_note(self, note: Note) -> Answer:
        """Hand over one notification; the same one again is harmless.

        Raises:
            NotAccepted: Certainly not taken.
            InDoubt: No clear answer.
        """
        ...

    def evidence(self, deliveries: Sequence[int]) -> frozenset[int] | None:
        """Which of *deliveries* were certainly taken in an earlier attempt; the others then certainly were not.
        None: this transport can't tell."""
        ...

    def finish(self) -> None:
        """Leave things tidy: called when a worker stops, whether the campaign is done or not."""
        ...
