"""One batch on its way to a relay: whom it takes, whom it refuses, and what a refusal means for the others."""

import time
from collections.abc import Callable
from email.message import EmailMessage
from typing import TYPE_CHECKING, Self

from digest.delivery.handover import Answer, Batch, Recipient, Report
from digest.delivery.message import build_message, sender_of
from digest.errors import InDoubt, Later, NotAccepted, Refused
from digest.transports.smtp.connection import Closing, Connection, RecipientRefused, Unclear

if TYPE_CHECKING:
    from digest.transports.smtp.transport import SmtpTransport

_MOST_KEPT = 20  # refusals in a row after which a relay is asked no more; many hang up then
_OTHERS = 1.0  # seconds in which another connection may prove that the relay takes somebody


class Line:
    """The connection of one batch; replaced when the relay has had enough of it, which is before a message goes out."""

    def __init__(self, transport: "SmtpTransport") -> None:
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

    def send(
        self, address: str, message: EmailMessage, until: float, agreed: Callable[[], object] = lambda: None
    ) -> None:
        """
        Hand over one message.

        Args:
            until: When its answer must be here. The message goes out only while half of the deadline is left for that:
                an answer that comes too late leaves somebody in doubt.
            agreed: Called when the relay takes the recipient, and before the message goes out.

        Raises:
            RecipientRefused, Unclear, NotAccepted, Refused, InDoubt: As `Connection` does.
        """
        fresh = self._connection is None
        self._connection = self._connection or self._open(until)
        try:
            self._send(self._connection, address, message, until, agreed)
        except Closing:
            if fresh and not self._connection.carried:
                raise
            self._connection.close()
            self._connection = None
            self._connection = self._open(until)
            self._send(self._connection, address, message, until, agreed)

    def _open(self, until: float) -> Connection:
        begin_by = until - self._transport.reserve
        if time.monotonic() >= begin_by:
            raise NotAccepted("too little time was left for another message, so none went out")
        return self._transport.take(begin_by)

    def _send(
        self,
        connection: Connection,
        address: str,
        message: EmailMessage,
        until: float,
        agreed: Callable[[], object],
    ) -> None:
        connection.ask(sender_of(message), address, until - self._transport.reserve)
        self._transport.proven.set()
        agreed()
        connection.deliver(message, until)


class Round:
    """
    One batch on its way.

    Whom the relay refuses without saying whether it would refuse everybody is kept until it takes somebody else.
    """

    def __init__(self, transport: "SmtpTransport", batch: Batch, report: Report) -> None:
        self._transport = transport
        self._batch = batch
        self._report = report
        self._until = min(batch.until, time.monotonic() + transport.deadline)
        self._kept: dict[int, Unclear] = {}
        self._rejected: dict[int, str] = {}

    def run(self) -> Answer:
        with Line(self._transport) as line:
            for recipient in self._batch.recipients:
                try:
                    self._one(line, recipient)
                except Closing:
                    if (final := self._final()) and not self._transport.proven.is_set():
                        raise _refused_all(final[0]) from None  # it had enough of our asking
                    raise
                if len(self._kept) == _MOST_KEPT:
                    break
            self._conclude()
        return Answer(rejected=self._rejected)

    def _one(self, line: Line, recipient: Recipient) -> None:
        message = build_message(self._batch.edition, recipient, self._batch.origin)
        try:
            line.send(recipient.address, message, self._until, self._resolve)
        except Unclear as refusal:
            self._kept[recipient.delivery_id] = refusal  # nothing is reported, so the time goes on
        except RecipientRefused as refusal:
            self._say({recipient.delivery_id: str(refusal)})
        except InDoubt as doubt:
            raise InDoubt(str(doubt), frozenset({recipient.delivery_id})) from None
        else:
            self._say({recipient.delivery_id: None})

    def _resolve(self) -> None:
        """The relay takes somebody: what it said to those before was for their own sake."""
        self._say({number: str(refusal) for number, refusal in self._kept.items() if not refusal.passing})
        passing = {number: refusal for number, refusal in self._kept.items() if refusal.passing}
        if passing:
            # whoever was not reported comes first in what is in doubt after a crash, so nobody may overtake them here
            raise Later(f"the relay wants some readers later: {next(iter(passing.values()))}", passing)
        self._kept.clear()

    def _conclude(self) -> None:
        final = self._final()
        if final and (len(self._kept) == _MOST_KEPT or not self._is_proven()):
            raise _refused_all(final[0])
        if self._kept:
            self._resolve()

    def _final(self) -> list[Unclear]:
        return [refusal for refusal in self._kept.values() if not refusal.passing]

    def _is_proven(self) -> bool:
        left = self._until - time.monotonic()
        return self._transport.proven.wait(max(0.0, min(_OTHERS, left)))

    def _say(self, answers: dict[int, str | None]) -> None:
        if not answers:
            return
        self._rejected |= {number: reason for number, reason in answers.items() if reason is not None}
        self._until = time.monotonic() + self._transport.deadline  # before the report, which lengthens the lease
        self._report(answers)


def _refused_all(refusal: Unclear) -> Refused:
    return Refused(
        f"the relay refused everybody it was last asked for: {refusal}: let it take mail from this machine, "
        "or check smtp.username"
    )
