"""The `smtp` transport: one message for each recipient, over connections that carry many."""

import ssl
import time
from collections.abc import Sequence
from threading import Event

from digest.delivery.handover import Answer, Batch, Note, Report
from digest.delivery.message import build_note
from digest.errors import NotAccepted
from digest.transports.smtp.batch import BatchRun
from digest.transports.smtp.connection import RecipientRefused, Relay, Unclear
from digest.transports.smtp.description import describe
from digest.transports.smtp.pool import Pool, PooledConnection


class SmtpTransport:
    """
    Hands over to a relay, message by message, in the batch's order.

    Args:
        deadline: Seconds within which each message must be answered.

    Each answer is reported before the next message goes out, so that at most one delivery of an attempt is ever in
    doubt. What happens to a message behind the relay is not known here: SMTP has no events.
    """

    def __init__(self, relay: Relay, *, tls: ssl.SSLContext, deadline: float) -> None:
        self.description = describe(relay.host)
        self._proven = Event()
        self._pool = Pool(relay, tls, deadline=deadline, proven=self._proven)

    def hand_over(self, batch: Batch, report: Report) -> Answer:
        """Hand over *batch*; every recipient's answer is reported.

        Raises:
            NotAccepted, Refused: Recipients without a report were not accepted: the relay can't be reached, is busy,
                or refuses the sender, the content, the password, or one recipient after the other.
            RecipientsDeferred: The relay deferred some recipients.
            InDoubt: The answer for the one in `doubtful` did not arrive; those after it did not go out.
        """
        return BatchRun(self._pool, batch, report).run()

    def hand_over_note(self, note: Note) -> Answer:
        """Hand over a notification.

        Raises:
            NotAccepted, InDoubt: As for `hand_over`.
        """
        until = time.monotonic() + self._pool.deadline
        with PooledConnection(self._pool) as connection:
            try:
                connection.send(note.address, build_note(note), until)
            except Unclear as refusal:
                if refusal.is_temporary or not self._proven.is_set():
                    raise NotAccepted(f"the relay refused the recipient: {refusal}") from None
                raise _refused(note, refusal) from None
            except RecipientRefused as refusal:
                raise _refused(note, refusal) from None
        return Answer()

    def evidence(self, deliveries: Sequence[int]) -> None:  # noqa: ARG002
        """Return None: a relay can't be asked."""
        return

    def finish(self) -> None:
        """Close the idle connections."""
        self._pool.close()


def _refused(note: Note, refusal: Exception) -> NotAccepted:
    reason = str(refusal)
    return NotAccepted(f"the relay refused the recipient: {reason}", rejected={note.notification_id: reason})
