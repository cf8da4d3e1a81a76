"""A transaction of a worker's clerk, and what passes between the clerk, the request threads and the caller."""

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from digest.delivery.breaker import Breaker
from digest.pipeline.campaign.record import Done
from digest.storage.outbox.campaigns import Campaign
from digest.storage.outbox.claiming import Claim


@dataclass(frozen=True)
class Turn:
    """One transaction of the clerk, with the times that hold for all of it.

    Attributes:
        now: In UTC, by the database's clock.
        lease_until: When leases that are renewed now end, in UTC, by the database's clock.
        lease_uptime: The same by this machine's uptime, in seconds; None if the system does not report it.
        deadline: When requests that are claimed now must be over, on the clock of `time.monotonic`.
    """

    connection: Connection
    campaign: Campaign
    now: dt.datetime
    lease_until: dt.datetime
    lease_uptime: float | None
    deadline: float


@dataclass(frozen=True)
class Claimed:
    """A batch whose attempt is recorded. `deadline`: when its request must be over, by `time.monotonic`."""

    claim: Claim
    began: dt.datetime
    deadline: float


@dataclass
class PartialReport:
    """Results of single recipients of a request that goes on; the reporting thread waits until they are committed.

    Attributes:
        results: By delivery: None for accepted, else the reason for the rejection. Set by the request's thread.
        goes_on: Whether more of the request may go out. Set by the clerk before `committed`.
        committed: Set by the clerk after the commit.
    """

    claim: Claim
    began: dt.datetime
    results: Mapping[int, str | None]
    goes_on: bool = True
    committed: threading.Event = field(default_factory=threading.Event)


Message = Done | PartialReport


class Listener:
    """The caller of a worker, who sees its progress and its pauses."""

    def __init__(self, progress: Callable[[int], None], pauses: Callable[[dt.datetime, str], None]) -> None:
        self.progress = progress
        self._pauses = pauses
        self._reported: dt.datetime | None = None

    def paused(self, tripped: Breaker | None) -> None:
        if tripped is not None and tripped.tripped_until is not None and tripped.tripped_at != self._reported:
            self._pauses(tripped.tripped_until, tripped.reason or "")
            self._reported = tripped.tripped_at  # a trial moves only the end
