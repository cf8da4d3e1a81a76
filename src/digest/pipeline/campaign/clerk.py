"""The clerk of a worker: the one thread that claims batches and records results.

Each transaction of the clerk does everything that is due. It records the results that have arrived, claims as many
batches as threads are free, and commits. Only then do the requests go out. So every claim is committed before its
request, every result matches its attempt, and one commit serves several requests.
"""

import queue
import threading
import time
from functools import partial

from sqlalchemy import Connection

from digest.delivery.handover import Answer, Transport
from digest.delivery.states import BatchState, CampaignState
from digest.errors import GaveWay, NotAccepted, StorageError, TransportError
from digest.issue.edition import Edition, EditionKey
from digest.months import Month
from digest.pipeline.campaign.admission import Admission
from digest.pipeline.campaign.context import Sending
from digest.pipeline.campaign.high_water import Guard, hold_all
from digest.pipeline.campaign.record import Done, record
from digest.pipeline.campaign.requests import Requests
from digest.pipeline.campaign.settle import settle
from digest.pipeline.campaign.threads import RequestThreads
from digest.pipeline.campaign.turn import Claimed, Listener, Message, PartialReport, Turn
from digest.pipeline.process import uptime
from digest.storage import issues
from digest.storage.db.database import Database
from digest.storage.outbox import campaigns, claiming, partial_results, results

_GLANCE = 1.0  # seconds between checks of what others did
_SETTLE = 5.0  # seconds between checks for workers that died, while there is work
_AT_ONCE = 2  # batches claimed in one transaction: more would be built, and answered, all at the same time
_NO_THREAD = (
    "this machine can't start a thread for a request: raise its limits of processes and memory (ulimit -u, ulimit -v)"
)
_STUBBORN = 30  # times that the clerk tries to record results while the database fails


class Clerk:
    """The one thread of a worker that writes to the database."""

    def __init__(
        self,
        database: Database,
        month: Month,
        sending: Sending,
        transport: Transport,
        threads: RequestThreads,
        listener: Listener,
        stop: threading.Event,
    ) -> None:
        # Set once and only read afterwards, by the clerk's thread.
        self._database = database
        self._month = month
        self._sending = sending
        self._transport = transport
        self._threads = threads
        self._listener = listener
        # Shared between threads: the caller or a signal sets `stop`, the request threads put messages, and the clerk
        # adds editions before it hands out a batch that needs them.
        self._stop = stop
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._editions: dict[tuple[str, EditionKey], Edition] = {}
        self._ended = threading.Event()  # set by the clerk, read by the request threads
        self._requests = Requests(sending, transport, self._editions, self._messages, self._ended)
        # Owned by the clerk's thread: no other thread reads or writes these.
        self._uncommitted: list[Message] = []  # received and not yet committed
        self._claimed: list[Claimed] = []  # committed and not yet handed out
        self._under_way = 0  # handed out, and the end not yet committed
        self._failures = 0  # of the database, in a row
        self._fault: BaseException | None = None  # the first bug that surfaced; raised at the end
        self._admission = Admission(transport.description.name, sending)
        self._guard = Guard(sending.high_water)
        self._settled = 0.0  # when leases were last checked, by `time.monotonic`

    def run(self) -> None:
        try:
            while self._turn_or_close():
                pass
        finally:
            self._ended.set()
        if self._fault is not None:
            raise self._fault

    def _turn_or_close(self) -> bool:
        """Take a turn. After a bug, the clerk still waits for open requests and records their results."""
        try:
            return self._turn()
        except Exception as fault:
            if self._fault is not None or isinstance(fault, StorageError):
                raise
            self._fault = fault
            return True

    @property
    def _closing(self) -> bool:
        return self._stop.is_set() or self._fault is not None

    @property
    def _busy(self) -> int:
        """The number of requests under way."""
        return self._under_way - sum(isinstance(one, Done) for one in self._uncommitted)

    def _turn(self) -> bool:
        """Record, claim, hand out, listen; False if nothing is left that this worker could do."""
        try:
            if not self._closing:
                self._settle(_SETTLE)
            again = self._transact()
        except StorageError as error:
            self._failures += 1
            needed = self._uncommitted or self._under_way or self._claimed or isinstance(error, GaveWay)
            if self._failures > _STUBBORN or not needed:
                raise
            self._sending.wait(_GLANCE)
            return True
        self._failures = 0
        self._hand_out()  # first: until then no thread makes these requests
        self._tell()
        self._listener.paused(self._admission.tripped)
        if not self._under_way and not self._claimed and (self._closing or self._is_over()):
            return False
        self._listen(again)
        return True

    def _transact(self) -> float:
        """Record and claim; return the seconds after which to claim again if no message arrives."""
        busy = self._busy
        ready = 0 if self._closing else self._threads.ready(busy + _AT_ONCE)
        left = len(self._claimed)
        with self._database.write() as connection:
            turn = self._begin_turn(connection)
            self._give_back(turn)
            self._record_messages(turn)
            again = _GLANCE
            if self._closing:
                pass
            elif not ready:
                campaigns.hold(connection, turn.campaign.id, _NO_THREAD, turn.now)
            elif ready > busy and (reason := self._guard.why_not(connection)) is not None:
                hold_all(connection, reason, turn.now)
            elif ready > busy:
                again = self._claim(turn, ready - busy)
        del self._claimed[:left]
        return again

    def _begin_turn(self, connection: Connection) -> Turn:
        now, up = self._database.now(connection), uptime()
        return Turn(
            connection,
            campaigns.require(connection, self._month),
            now,
            lease_until=now + self._sending.lease,
            lease_uptime=None if up is None else up + self._sending.lease.total_seconds(),
            deadline=time.monotonic() + self._sending.deadline,
        )

    def _claim(self, turn: Turn, free: int) -> float:
        connection, now = turn.connection, turn.now
        limit, seconds = self._admission.admit(connection, min(free, _AT_ONCE), now)
        if not limit:
            return min(seconds, _GLANCE)
        owner, lease = self._sending.owner, self._sending.lease
        claims = claiming.claim(
            connection, turn.campaign.id, limit=limit, owner=owner, lease=lease, now=now, uptime=uptime()
        )
        self._admission.record_claims(connection, [len(claim.recipients) for claim in claims], now)
        for claim in claims:
            if (claim.issue_hash, claim.key) not in self._editions:
                self._editions[claim.issue_hash, claim.key] = issues.edition(connection, claim.issue_hash, claim.key)
        # before the commit: even if it fails, these are handed out or given back
        self._claimed += [Claimed(claim, now, turn.deadline) for claim in claims]
        return 0.0 if limit < free and len(claims) == limit else _GLANCE

    def _give_back(self, turn: Turn) -> None:
        """Let batches that were claimed and not handed out wait again: no request was made for them."""
        for one in self._claimed:
            owner, attempt_id = self._sending.owner, one.claim.attempt_id
            if results.record_never_requested(
                turn.connection, attempt_id, owner=owner, began=one.began, detail="no request was made", now=turn.now
            ):
                self._admission.give_back(turn.connection, one.began, turn.now)

    def _hand_out(self) -> None:
        """Give claimed batches to the threads. If the machine refuses a thread, the rest stays claimed."""
        try:
            self._guard.keep([one.claim.attempt_id for one in self._claimed])
        except StorageError as error:
            self._refuse(NotAccepted(f"{error}; nothing went out"))
        try:
            while self._claimed:
                self._threads.give(partial(self._requests.hand_over, self._claimed[0]))
                del self._claimed[0]
                self._under_way += 1
        except (RuntimeError, MemoryError) as error:
            self._threads.limit(self._busy, error)

    def _refuse(self, why: NotAccepted) -> None:
        """Report every claimed batch as not accepted."""
        for one in self._claimed:
            self._under_way += 1
            self._messages.put(Done(one.claim, one.began, why))
        self._claimed.clear()

    def _record_messages(self, turn: Turn) -> None:
        """Record all messages that have arrived."""
        reports = [one for one in self._uncommitted if isinstance(one, PartialReport)]
        for one in reports:
            one.goes_on = self._record_partial(turn, one) and not self._closing
        progress = [one.began for one in reports if None in one.results.values()]
        done = [one for one in self._uncommitted if isinstance(one, Done)]
        jitter = self._sending.jitter
        record(turn.connection, self._transport.description.name, turn.campaign.id, done, turn.now, jitter, progress)

    def _record_partial(self, turn: Turn, report: PartialReport) -> bool:
        """Record a partial report; return whether more of its request may go out."""
        ours = partial_results.record_partial(
            turn.connection,
            report.claim.attempt_id,
            report.results,
            lease_until=turn.lease_until,
            lease_uptime=turn.lease_uptime,
        )
        return ours and turn.campaign.state is CampaignState.SENDING

    def _tell(self) -> None:
        """Tell waiting threads and the listener what has just been committed."""
        committed, self._uncommitted = self._uncommitted, []
        done = [one for one in committed if isinstance(one, Done)]
        self._under_way -= len(done)
        for report in committed:
            if isinstance(report, PartialReport):
                report.committed.set()
        for one in done:
            if not isinstance(one.outcome, Answer | TransportError):
                self._fault = one.outcome  # a bug: raised once the rest is recorded
        for one in done:
            if isinstance(one.outcome, Answer):
                self._listener.progress(len(one.claim.recipients) - len(one.outcome.rejected))

    def _listen(self, seconds: float) -> None:
        try:
            self._uncommitted.append(
                self._messages.get(timeout=seconds) if seconds > 0 else self._messages.get_nowait()
            )
            while True:
                self._uncommitted.append(self._messages.get_nowait())
        except queue.Empty:
            return

    def _settle(self, every: float) -> None:
        if time.monotonic() - self._settled >= every:
            settle(self._database, self._month, self._transport, self._sending.resend_after, self._sending.lease)
            self._settled = time.monotonic()

    def _is_over(self) -> bool:
        self._settle(_GLANCE)
        with self._database.write() as connection:
            campaign = campaigns.require(connection, self._month)
            if campaign.state is not CampaignState.SENDING:
                return True
            if campaigns.finish_if_done(connection, campaign.id, self._database.now(connection)):
                return True
            return not any(
                claiming.any_in(connection, campaign.id, state) for state in (BatchState.WAITING, BatchState.SENDING)
            )
