"""What a worker passes before it claims: the breaker and the rate limit, shared by all workers through the database."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection

from digest.delivery.breaker import during_trial
from digest.pipeline.sending import Sending
from digest.storage import gate


class Passage:
    """One worker's way through the gate of the transport *name*.

    Attributes:
        reason: What the provider said when the gate was shut, if it was the last time that this worker asked.
    """

    reason: str | None = None

    def __init__(self, name: str, sending: Sending) -> None:
        self._name = name
        self._sending = sending
        self._granted: tuple[int, dt.datetime] | None = None  # batches, and from when on they may go
        self._trial = False

    def admit(self, conn: Connection, batches: int, now: dt.datetime) -> tuple[int, float]:
        """
        Ask to claim up to *batches*.

        Returns:
            How many may be claimed in this transaction, and if none, the seconds after which to ask again.
        """
        state = gate.read(conn, self._name)
        self._trial = state.trial
        if self._trial:
            state = gate.lock(conn, self._name)  # only one worker makes the trial
            batches = 1
        if state.is_shut(now):
            assert state.shut_until is not None
            self.reason = state.reason
            return 0, (state.shut_until - now).total_seconds()
        self.reason = None
        return self._within_rate(conn, batches, now) if self._sending.rate else (batches, 0.0)

    def passed(self, conn: Connection, sizes: Sequence[int], now: dt.datetime) -> None:
        """Tell how many recipients each claimed batch has; in the same transaction."""
        if self._trial and sizes:
            state = gate.lock(conn, self._name)
            gate.write(conn, self._name, during_trial(state, until=now + self._sending.lease))
        if self._granted is not None:
            unused = self._granted[0] * self._sending.batch_size - sum(sizes)
            self._granted = None
            if unused != 0:
                gate.give_back(conn, self._name, unused, self._sending.rate)

    def forget(self) -> None:
        """The transaction was undone, and what was reserved in it."""
        self._granted = None

    def _within_rate(self, conn: Connection, batches: int, now: dt.datetime) -> tuple[int, float]:
        rate, size = self._sending.rate, self._sending.batch_size
        if self._granted is None:
            number = min(batches, max(1, int(rate / size)))  # a second's worth at once
            self._granted = number, gate.reserve(conn, self._name, number * size, rate, now)
        number, begin = self._granted
        return (0, (begin - now).total_seconds()) if begin > now else (min(batches, number), 0.0)
