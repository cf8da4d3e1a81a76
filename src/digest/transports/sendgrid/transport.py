"""The `sendgrid` transport: a batch is one request of SendGrid's Mail Send, v3."""

import time
from collections.abc import Sequence

from digest.delivery.handover import Answer, Batch, Note, Report
from digest.transports.sendgrid.description import describe
from digest.transports.sendgrid.http import SendgridApi
from digest.transports.sendgrid.requests import batch_body, note_body
from digest.transports.sendgrid.responses import read_answer

_PATH = "/v3/mail/send"


class SendgridTransport:
    """
    Hands over through SendGrid, which accepts a request as a whole or not at all.

    Args:
        installation: Marks the requests of this database, so that their events differ from those of others.
        deadline: Seconds within which a request must end.
        sandbox: SendGrid only checks each request; nothing is sent, and nothing counts as sent.
        has_webhook: Whether SendGrid's events are received.

    Links are not rewritten and opens are not counted, whatever the account's own settings say.
    """

    def __init__(
        self,
        api: SendgridApi,
        *,
        installation: str,
        deadline: float,
        sandbox: bool = False,
        has_webhook: bool = False,
    ) -> None:
        self.description = describe(sandbox=sandbox, has_webhook=has_webhook)
        self._api = api
        self._deadline = deadline
        self._sandbox = sandbox
        self._installation = installation

    def hand_over(self, batch: Batch, report: Report) -> Answer:  # noqa: ARG002 - the answer is about the whole batch
        """Hand over *batch* in one request.

        Raises:
            NotAccepted, TooLarge, BatchRefused, Refused: See these; sizes are checked before anything goes out.
            InDoubt: The request began to go out, and no clear answer arrived.
        """
        body = batch_body(batch, installation=self._installation, sandbox=self._sandbox)
        ids = [recipient.delivery_id for recipient in batch.recipients]
        return self._send(body, ids, min(batch.until, time.monotonic() + self._deadline))

    def hand_over_note(self, note: Note) -> Answer:
        """Hand over a notification.

        Raises:
            NotAccepted, InDoubt: As for `hand_over`.
        """
        body = note_body(note, installation=self._installation, sandbox=self._sandbox)
        return self._send(body, [note.notification_id], time.monotonic() + self._deadline)

    def evidence(self, deliveries: Sequence[int]) -> None:  # noqa: ARG002
        """Return None: SendGrid can't be asked. Its events say what it accepted."""
        return

    def finish(self) -> None:
        """Close the idle connections."""
        self._api.close()

    def _send(self, body: bytes, ids: Sequence[int], until: float) -> Answer:
        reply = self._api.exchange("POST", _PATH, body, until=until, reserve=self._deadline / 2)
        return read_answer(reply, ids, now=time.time())
