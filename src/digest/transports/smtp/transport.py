"""The `smtp` transport: one message for each recipient, over connections that carry many."""

import ssl
import time
from collections import deque
from collections.abc import Sequence
from threading import Event

from digest.delivery.handover import Answer, Batch, Note, Report
from digest.delivery.message import build_note
from digest.errors import NotAccepted
from digest.transports.smtp.batch import Line, Round
from digest.transports.smtp.connection import Connection, RecipientRefused, Relay, Unclear

_IDLE = 30.0  # seconds after which a connection is not used again


class SmtpTransport:
    """
    Hands over to a relay, message by message, in the batch's order.

    Args:
        deadline: Seconds in which each message must be over.

    Each answer is reported before the next message goes out, so that at most one delivery of an attempt is ever in
    doubt. What becomes of a message behind the relay is not known here: SMTP has no events.
    """

    name = "smtp"
    one_by_one = True

    def __init__(self, relay: Relay, *, tls: ssl.SSLContext, deadline: float) -> None:
        self._relay = relay
        self._tls = tls
        self.deadline = deadline
        self.proven = Event()  # that the relay takes recipients from us
        self._idle: deque[tuple[float, Connection]] = deque()

    @property
    def reserve(self) -> float:
        """Seconds of the deadline that are kept for the answer to a message that has begun to go out."""
        return self.deadline / 2

    def hand_over(self, batch: Batch, report: Report) -> Answer:
        """Hand over *batch*; every recipient's answer is reported.

        Raises:
            NotAccepted, Refused: Whoever was not reported was not taken: the relay can't be reached, is busy, or
                refuses sender, content, password, or one recipient after the other.
            Later: The relay wants some of them later.
            InDoubt: The answer for the one in `doubtful` did not come; those after it did not go out.
        """
        return Round(self, batch, report).run()

    def hand_over_note(self, note: Note) -> Answer:
        """Hand over a notification.

        Raises:
            NotAccepted, InDoubt: As for `hand_over`.
        """
        until = time.monotonic() + self.deadline
        with Line(self) as line:
            try:
                line.send(note.address, build_note(note), until)
            except Unclear as refusal:
                if refusal.passing or not self.proven.is_set():
                    raise NotAccepted(f"the relay refused the recipient: {refusal}") from None
                raise _refused(note, refusal) from None
            except RecipientRefused as refusal:
                raise _refused(note, refusal) from None
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
        return Connection(self._relay, self._tls, until)

    def give_back(self, connection: Connection) -> None:
        """Keep a connection that is in order for the next batch."""
        self._idle.append((time.monotonic(), connection))


def _refused(note: Note, refusal: Exception) -> NotAccepted:
    reason = str(refusal)
    return NotAccepted(f"the relay refused the recipient: {reason}", rejected={note.notification_id: reason})
