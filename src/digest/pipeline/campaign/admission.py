"""What a worker passes before it claims: the breaker and the rate limit, shared by all workers through the database."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection

from digest.delivery.breaker import Breaker, after_no_request, during_trial
from digest.pipeline.campaign.context import Sending
from digest.storage.outbox import gate


class Admission:
    """Decides how much one worker may claim for the transport *name*.

    Attributes:
        tripped: The breaker if it was tripped when this worker last asked, else None.
    """

    def __init__(self, name: str, sending: Sending) -> None:
        self._name = name
        self._sending = sending
        self._trial = False
        self.tripped: Breaker | None = None

    def admit(self, connection: Connection, batches: int, now: dt.datetime) -> tuple[int, float]:
        """
        Ask to claim up to *batches*.

        Returns:
            How many may be claimed in this transaction, and if none, the seconds after which to ask again.
        """
        state = gate.read(connection, self._name)
        self._trial = state.trial
        if self._trial:
            state = gate.lock(connection, self._name)  # only one worker makes the trial
            batches = 1
        self.tripped = state if state.is_tripped(now) else None
        if state.tripped_until is not None and self.tripped:
            return 0, (state.tripped_until - now).total_seconds()
        return self._within_rate(connection, batches, now) if self._sending.rate else (batches, 0.0)

    def record_claims(self, connection: Connection, sizes: Sequence[int], now: dt.datetime) -> None:
        """Record how many recipients each claimed batch has; in the transaction that claims them."""
        if self._trial and sizes:
            state = gate.lock(connection, self._name)
            gate.write(connection, self._name, during_trial(state, now=now, until=now + self._sending.lease))
        if sizes and self._sending.rate:
            gate.charge(connection, self._name, sum(sizes), self._sending.rate, now)

    def give_back(self, connection: Connection, began: dt.datetime, now: dt.datetime) -> None:
        """Record that a claim made at *began* led to no request; in the transaction that gives it back."""
        state = gate.lock(connection, self._name)
        gate.write(connection, self._name, after_no_request(state, began=began, now=now))

    def _within_rate(self, connection: Connection, batches: int, now: dt.datetime) -> tuple[int, float]:
        rate = self._sending.rate
        begin = gate.free_from(connection, self._name, rate, now)
        a_seconds_worth = max(1, int(rate / self._sending.planned_batch_size))
        return (0, (begin - now).total_seconds()) if begin > now else (min(batches, a_seconds_worth), 0.0)
