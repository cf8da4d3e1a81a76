"""The `smtp` transport: one message for each recipient, over connections that carry many."""

import datetime as dt
import ssl
import time
from collections import deque
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from threading import Event
from typing import Self

from digest.delivery.handover import Answer, Batch, Note, Report
from digest.delivery.message import build_message, build_note
from digest.errors import InDoubt, NotAccepted
from digest.transports.smtp_relay import Closing, Connection, RecipientRefused, Relay

_IDLE = 30.0  # seconds after which a connection is not used again


class SmtpTransport:
    """
    Hands over to a relay, message by message, in the batch's order.

    Args:
        deadline: Seconds in which each message must be over.
        now: The time for the Date header.

    Each answer is reported before the next message goes out, so that at most one delivery of an attempt is ever in
    doubt. What becomes of a message behind the relay is not known here: SMTP has no events.
    """

    name = "smtp"
    one_by_one = True

    def __init__(self, relay: Relay, *, tls: ssl.SSLContext, deadline: float, now: Callable[[], dt.datetime]) -> None:
        self._relay = relay
        self._tls = tls
        self._deadline = deadline
        self._now = now
        self._proven = Event()  # that the relay takes mail from us
        self._idle: deque[tuple[float, Connection]] = deque()

    def hand_over(self, batch: Batch, report: Report) -> Answer:
        """Hand over *batch*; every recipient's answer is reported.

        Raises:
            NotAccepted, Refused: Whoever was not reported was not taken: the relay can't be reached, is busy, or
                refuses sender, content or password.
            InDoubt: The answer for the one in `doubtful` did not come; those after it did not go out.
        """
        rejected: dict[int, str] = {}
        until = min(batch.until, time.monotonic() + self._deadline)
        with _Line(self) as line:
            for recipient in batch.recipients:
                message = build_message(batch.edition, recipient, date=self._now())
                try:
                    reason = line.send(recipient.address, message, until)
                except InDoubt as doubt:
                    raise InDoubt(str(doubt), frozenset({recipient.delivery_id})) from None
                if reason is not None:
                    rejected[recipient.delivery_id] = reason
                until = time.monotonic() + self._deadline  # before the report, which lengthens the lease
                report({recipient.delivery_id: reason})
        return Answer(rejected=rejected)

    def hand_over_note(self, note: Note) -> Answer:
        """Hand over a notification.

        Raises:
            NotAccepted, InDoubt: As for `hand_over`.
        """
        with _Line(self) as line:
            message = build_note(note, date=self._now())
            reason = line.send(note.address, message, time.monotonic() + self._deadline)
        if reason is not None:
            raise NotAccepted(f"the relay refused the recipient: {reason}", rejected={note.notification_id: reason})
        return Answer()

    def evidence(self, deliveries: Sequence[int]) -> None:  # noqa: ARG002
        """None: a relay can't be asked."""
        return

    def finish(self) -> None:
        """Take leave on the connections that are not in use."""
        while self._idle:
            self._idle.pop()[1].close()

    def take(self, until: float) -> Connection:
        """A connection for one thread, new or used before.

        Raises:
            NotAccepted, Refused: There is none to be had.
        """
        while self._idle:
            try:
                since, connection = self._idle.pop()
            except IndexError:
                break  # another thread was faster
            if time.monotonic() - since < _IDLE:
                return connection
            connection.close()
        return Connection(self._relay, self._tls, until, self._proven)

    def give_back(self, connection: Connection) -> None:
        """Keep a connection that is in order for the next batch."""
        self._idle.append((time.monotonic(), connection))


class _Line:
    """The connection of one batch; replaced when the relay has had enough of it, which is before a message goes out."""

    def __init__(self, transport: SmtpTransport) -> None:
        self._transport = transport
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._connection is None:
            return
        if kind is None:
            self._transport.give_back(self._connection)
        else:
            self._connection.close()

    def send(self, address: str, message: EmailMessage, until: float) -> str | None:
        """Hand over one message; why its recipient was refused, or None."""
        connection = self._connection = self._connection or self._transport.take(until)
        sender = message["From"].addresses[0].addr_spec
        try:
            try:
                connection.send(sender, address, message, until)
            except Closing:
                if not connection.carried:
                    raise
                connection.close()
                self._connection = None
                self._connection = connection = self._transport.take(until)
                connection.send(sender, address, message, until)
        except RecipientRefused as refusal:
            return str(refusal)
        return None
