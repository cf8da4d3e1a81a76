"""A worker: one clerk who writes down, and hands that make the requests.

One transaction of the clerk does all there is to do: it writes down the answers that have come, claims as many batches
as there are free hands, and commits; only then the requests go out. So every claim is committed before its request,
every answer is matched with its attempt, and a commit serves several requests.
"""

import datetime as dt
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import Connection

from digest.delivery.breaker import Breaker
from digest.delivery.handover import Answer, Batch, Recipient, Transport
from digest.delivery.states import BatchState, CampaignState
from digest.errors import GaveWay, InDoubt, NotAccepted, StorageError, TransportError, Withdrawn
from digest.issue.addresses import preferences_url, unsubscribe_url
from digest.issue.edition import Edition, EditionKey
from digest.issue.greeting import greeter
from digest.months import Month
from digest.pipeline.campaign.admission import Admission
from digest.pipeline.campaign.context import Sending
from digest.pipeline.campaign.hands import Hands
from digest.pipeline.campaign.high_water import Guard, hold_all
from digest.pipeline.campaign.record import Done, record
from digest.pipeline.campaign.settle import settle
from digest.pipeline.process import uptime
from digest.storage import issues
from digest.storage.db.database import Database
from digest.storage.outbox import campaigns, claiming, partial_results, results
from digest.storage.outbox.campaigns import Campaign
from digest.storage.outbox.claiming import Claim

_GLANCE = 1.0  # seconds between looks at what others did
_SETTLE = 5.0  # seconds between looks for workers that died, while there is enough to do
_AT_ONCE = 2  # batches claimed in one transaction: more would all be built at the same time, and come back together
_NO_THREAD = (
    "this machine can't start a thread for a request: raise its limits of processes and memory (ulimit -u, ulimit -v)"
)
_STUBBORN = 30  # times that the clerk tries to write down answers while the database fails


def work(
    database: Database,
    month: Month,
    sending: Sending,
    progress: Callable[[int], None] = lambda _count: None,
    stop: threading.Event | None = None,
    pauses: Callable[[dt.datetime, str], None] = lambda _until, _reason: None,
) -> CampaignState:
    """
    Hand over the campaign of *month* until it is sent or held, or nothing but doubt is left; other workers may do the
    same at the same time.

    Args:
        progress: Told how many deliveries were handed over, now and then.
        stop: Once it is set no new request goes out, and those under way are finished.
        pauses: Told until when (UTC) nothing goes out, and why; each time that the breaker trips again.

    Returns:
        The campaign's state.

    Raises:
        NotFound: *month* has no campaign.
        StorageError: The database failed, for so long that answers could not be written down: these are in doubt.
        Exception: A fault of the program; what was under way was written down first.
    """
    transport = sending.transport(month)
    try:
        with sending.hands(sending.in_flight) as hands:
            _Clerk(
                database, month, sending, transport, hands, _Listener(progress, pauses), stop or threading.Event()
            ).run()
        with database.read() as connection:
            return campaigns.require(connection, month).state
    finally:
        transport.finish()


@dataclass(frozen=True)
class _Claimed:
    """A batch whose attempt is written down. `until`: when its request must be over, by `time.monotonic`."""

    claim: Claim
    began: dt.datetime
    until: float


@dataclass
class _Report:
    """What became of single recipients of a request that goes on; whoever reports waits until it is written down."""

    claim: Claim
    began: dt.datetime
    answers: Mapping[int, str | None]
    goes_on: bool = True  # whether more of the request may go out
    written: threading.Event = field(default_factory=threading.Event)


class _Listener:
    """Whoever looks on."""

    def __init__(self, progress: Callable[[int], None], pauses: Callable[[dt.datetime, str], None]) -> None:
        self.progress = progress
        self._pauses = pauses
        self._told: dt.datetime | None = None

    def paused(self, tripped: Breaker | None) -> None:
        if tripped is not None and tripped.tripped_until is not None and tripped.tripped_at != self._told:
            self._pauses(tripped.tripped_until, tripped.reason or "")
            self._told = tripped.tripped_at  # a trial moves only the end


class _Clerk:
    def __init__(
        self,
        database: Database,
        month: Month,
        sending: Sending,
        transport: Transport,
        hands: Hands,
        listener: "_Listener",
        stop: threading.Event,
    ) -> None:
        self._database = database
        self._month = month
        self._sending = sending
        self._transport = transport
        self._hands = hands
        self._listener = listener
        self._stop = stop
        self._ended = threading.Event()
        self._said: queue.SimpleQueue[Done | _Report] = queue.SimpleQueue()
        self._unwritten: list[Done | _Report] = []
        self._claimed: list[_Claimed] = []  # and not yet handed out
        self._under_way = 0
        self._failures = 0
        self._fault: BaseException | None = None
        self._editions: dict[tuple[str, EditionKey], Edition] = {}
        self._admission = Admission(transport.name, sending)
        self._guard = Guard(sending.high_water)
        self._settled = 0.0

    def run(self) -> None:
        try:
            while self._turn_or_close():
                pass
        finally:
            self._ended.set()
        if self._fault is not None:
            raise self._fault

    def _turn_or_close(self) -> bool:
        """A turn; after a fault of the program the answers to what is under way are still awaited and written down."""
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
        """Requests that go on."""
        return self._under_way - sum(isinstance(one, Done) for one in self._unwritten)

    def _turn(self) -> bool:
        """Write down, claim, hand out, listen; False if there is nothing left that this worker could do."""
        try:
            if not self._closing:
                self._settle(_SETTLE)
            again = self._transact()
        except StorageError as error:
            self._failures += 1
            needed = self._unwritten or self._under_way or self._claimed or isinstance(error, GaveWay)
            if self._failures > _STUBBORN or not needed:
                raise
            self._sending.wait(_GLANCE)
            return True
        self._failures = 0
        self._hand_out()  # first: until then nobody makes these requests
        self._tell()
        self._listener.paused(self._admission.tripped)
        if not self._under_way and not self._claimed and (self._closing or self._is_over()):
            return False
        self._listen(again)
        return True

    def _transact(self) -> float:
        """Write down and claim; the seconds after which to ask again if nothing is said meanwhile."""
        busy = self._busy
        ready = 0 if self._closing else self._hands.ready(busy + _AT_ONCE)
        left = len(self._claimed)
        with self._database.write() as connection:
            now, until = self._database.now(connection), time.monotonic() + self._sending.deadline
            campaign = campaigns.require(connection, self._month)
            self._give_back(connection, now)
            self._write_down(connection, campaign, now)
            again = _GLANCE
            if self._closing:
                pass
            elif not ready:
                campaigns.hold(connection, campaign.id, _NO_THREAD, now)
            elif ready > busy and (reason := self._guard.why_not(connection)) is not None:
                hold_all(connection, reason, now)
            elif ready > busy:
                again = self._claim(connection, campaign, ready - busy, now, until)
        del self._claimed[:left]
        return again

    def _claim(self, connection: Connection, campaign: Campaign, free: int, now: dt.datetime, until: float) -> float:
        limit, seconds = self._admission.admit(connection, min(free, _AT_ONCE), now)
        if not limit:
            return min(seconds, _GLANCE)
        owner, lease = self._sending.owner, self._sending.lease
        claims = claiming.claim(
            connection, campaign.id, limit=limit, owner=owner, lease=lease, now=now, uptime=uptime()
        )
        self._admission.record_claims(connection, [len(claim.recipients) for claim in claims], now)
        for claim in claims:
            if (claim.hash, claim.key) not in self._editions:
                self._editions[claim.hash, claim.key] = issues.edition(connection, claim.hash, claim.key)
        # before the commit: whatever becomes of it, they are handed out or given back
        self._claimed += [_Claimed(claim, now, until) for claim in claims]
        return 0.0 if limit < free and len(claims) == limit else _GLANCE

    def _give_back(self, connection: Connection, now: dt.datetime) -> None:
        """Let what was claimed and not handed out wait again: nobody has made these requests."""
        for one in self._claimed:
            owner, number = self._sending.owner, one.claim.attempt_id
            if results.record_never_requested(
                connection, number, owner=owner, began=one.began, detail="no request was made", now=now
            ):
                self._admission.give_back(connection, one.began, now)

    def _hand_out(self) -> None:
        """Give what was claimed to the hands; the rest stays claimed if the machine refuses."""
        try:
            self._guard.keep([one.claim.attempt_id for one in self._claimed])
        except StorageError as error:
            self._refuse(NotAccepted(f"{error}; nothing went out"))
        try:
            while self._claimed:
                self._hands.give(partial(self._hand_over, self._claimed[0]))
                del self._claimed[0]
                self._under_way += 1
        except (RuntimeError, MemoryError) as error:
            self._hands.limit(self._busy, error)

    def _refuse(self, why: NotAccepted) -> None:
        """Say of all that was claimed that it was not taken."""
        for one in self._claimed:
            self._under_way += 1
            self._said.put(Done(one.claim, one.began, why))
        self._claimed.clear()

    def _write_down(self, connection: Connection, campaign: Campaign, now: dt.datetime) -> None:
        until, up = now + self._sending.lease, uptime()
        up = None if up is None else up + self._sending.lease.total_seconds()
        told = [one for one in self._unwritten if isinstance(one, _Report)]
        for one in told:
            attempt = one.claim.attempt_id
            ours = partial_results.record_partial(connection, attempt, one.answers, lease_until=until, lease_uptime=up)
            one.goes_on = ours and campaign.state is CampaignState.SENDING and not self._closing
        progress = [one.began for one in told if None in one.answers.values()]
        done = [one for one in self._unwritten if isinstance(one, Done)]
        record(connection, self._transport.name, campaign.id, done, now, self._sending.jitter, progress)

    def _tell(self) -> None:
        """What was said is committed now: let go on whoever waits for that."""
        said, self._unwritten = self._unwritten, []
        done = [one for one in said if isinstance(one, Done)]
        self._under_way -= len(done)
        for report in said:
            if isinstance(report, _Report):
                report.written.set()
        for one in done:
            if not isinstance(one.outcome, Answer | TransportError):
                self._fault = one.outcome  # of the program: somebody has to see it
        for one in done:
            if isinstance(one.outcome, Answer):
                self._listener.progress(len(one.claim.recipients) - len(one.outcome.rejected))

    def _listen(self, seconds: float) -> None:
        try:
            self._unwritten.append(self._said.get(timeout=seconds) if seconds > 0 else self._said.get_nowait())
            while True:
                self._unwritten.append(self._said.get_nowait())
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

    def _hand_over(self, claimed: "_Claimed") -> None:
        outcome: Answer | BaseException
        claim, requested = claimed.claim, False
        try:
            batch = self._batch(claim, claimed.until)
            requested = True
            outcome = self._transport.hand_over(batch, lambda said: self._report(claim, claimed.began, said))
        except BaseException as error:  # noqa: BLE001  whatever it is, it is written down
            outcome = error
        self._say(claimed, outcome, requested=requested)

    def _say(self, claimed: "_Claimed", outcome: Answer | BaseException, *, requested: bool) -> None:
        while True:
            try:
                self._said.put(Done(claimed.claim, claimed.began, outcome, requested))
            except MemoryError:  # the clerk waits for this
                time.sleep(_GLANCE)
            else:
                return

    def _report(self, claim: Claim, began: dt.datetime, said: Mapping[int, str | None]) -> None:
        report = _Report(claim, began, said)
        self._said.put(report)
        while not report.written.wait(_GLANCE):
            if self._ended.is_set():
                raise InDoubt("the worker stopped before it could write down the answers")
        if not report.goes_on:
            raise Withdrawn("the worker stops, the campaign is held or cancelled, or the lease had run out")

    def _batch(self, claim: Claim, until: float) -> Batch:
        base_url = self._sending.newsletter.base_url
        leaving, choosing = unsubscribe_url(base_url, ""), preferences_url(base_url, "")
        leave, choose = self._sending.sign, self._sending.preferences_signer(claim.origin.date)
        greet = greeter(claim.key.language, self._sending.renderer)
        deliveries, people, addresses, names = zip(*claim.recipients, strict=True)
        left = [leaving + leave(person) for person in people]
        chosen = [choosing + choose(person) for person in people]
        columns = zip(deliveries, addresses, names, map(greet, names), left, chosen, strict=True)
        recipients = list(map(Recipient._make, columns))
        return Batch(claim.attempt_id, self._editions[claim.hash, claim.key], recipients, claim.origin, until)
