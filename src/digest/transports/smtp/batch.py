"""One batch on its way to a relay: which recipients it accepts, and what a refusal means for the others."""

import time

from digest.delivery.handover import Answer, Batch, Recipient, Report
from digest.delivery.message import build_message
from digest.errors import InDoubt, RecipientsDeferred, Refused
from digest.transports.smtp.connection import Closing, RecipientRefused, Unclear
from digest.transports.smtp.pool import Pool, PooledConnection

_MOST_UNCLEAR = 20  # unclear refusals in a row after which the batch ends; many relays hang up then
_OTHERS = 1.0  # seconds within which another connection may prove that the relay accepts somebody


class BatchRun:
    """
    One batch on its way.

    If the relay refuses a recipient without saying whether it would refuse everybody, the refusal stays open until the
    relay accepts another recipient.
    """

    def __init__(self, pool: Pool, batch: Batch, report: Report) -> None:
        self._pool = pool
        self._batch = batch
        self._report = report
        self._until = min(batch.until, time.monotonic() + pool.deadline)
        self._unclear: dict[int, Unclear] = {}
        self._rejected: dict[int, str] = {}

    def run(self) -> Answer:
        with PooledConnection(self._pool) as connection:
            for recipient in self._batch.recipients:
                try:
                    self._send_one(connection, recipient)
                except Closing:
                    if (permanent := self._permanent()) and not self._pool.proven.is_set():
                        raise _refused_all(permanent[0]) from None  # it hung up on our requests
                    raise
                if len(self._unclear) == _MOST_UNCLEAR:
                    break
            self._conclude()
        return Answer(rejected=self._rejected)

    def _send_one(self, connection: PooledConnection, recipient: Recipient) -> None:
        message = build_message(self._batch.edition, recipient, self._batch.origin)
        try:
            connection.send(recipient.address, message, self._until, self._settle_refusals)
        except Unclear as refusal:
            self._unclear[recipient.delivery_id] = refusal  # nothing is reported, so the deadline does not move
        except RecipientRefused as refusal:
            self._report_results({recipient.delivery_id: str(refusal)})
        except InDoubt as doubt:
            raise InDoubt(str(doubt), frozenset({recipient.delivery_id})) from None
        else:
            self._report_results({recipient.delivery_id: None})

    def _settle_refusals(self) -> None:
        """Report the unclear refusals. The relay accepts somebody, so they were about those recipients alone."""
        self._report_results(
            {number: str(refusal) for number, refusal in self._unclear.items() if not refusal.is_temporary}
        )
        deferred = {number: refusal for number, refusal in self._unclear.items() if refusal.is_temporary}
        if deferred:
            # after a crash, the first recipient without a report is the one in doubt, so nobody may overtake these
            raise RecipientsDeferred(f"the relay deferred some recipients: {next(iter(deferred.values()))}", deferred)
        self._unclear.clear()

    def _conclude(self) -> None:
        permanent = self._permanent()
        if permanent and (len(self._unclear) == _MOST_UNCLEAR or not self._is_proven()):
            raise _refused_all(permanent[0])
        if self._unclear:
            self._settle_refusals()

    def _permanent(self) -> list[Unclear]:
        return [refusal for refusal in self._unclear.values() if not refusal.is_temporary]

    def _is_proven(self) -> bool:
        left = self._until - time.monotonic()
        return self._pool.proven.wait(max(0.0, min(_OTHERS, left)))

    def _report_results(self, answers: dict[int, str | None]) -> None:
        if not answers:
            return
        self._rejected |= {number: reason for number, reason in answers.items() if reason is not None}
        self._until = time.monotonic() + self._pool.deadline  # before the report, which extends the lease
        self._report(answers)


def _refused_all(refusal: Unclear) -> Refused:
    return Refused(
        f"the relay refused every recipient it was last asked about: {refusal}: allow this machine to send mail "
        "through it, or check smtp.username"
    )
