"""The circuit breaker that all workers share: it stops requests to a failing provider and tests when to resume.

It decides and never sleeps. Two uncertain responses in a row trip the breaker, so that an outage never leaves the whole
list in doubt. A temporary refusal (429, no connection) trips it at once. While it is tripped, no worker claims a batch.
Then one trial request goes out. If the provider accepts it, the breaker closes. Otherwise it trips again, for longer
each time. If the provider accepts nothing for fifteen minutes, the campaign is held for a person: a slow provider is
not a broken one. A trial that ends in doubt costs a batch, so waits after doubts are longer and trials fewer.

"Closed" and "tripped" are the words of the literature: a closed breaker lets requests through. A breaker whose time has
passed and which waits for the result of a trial is what others call half-open; here it is `trial`.
"""

import datetime as dt
from dataclasses import dataclass, replace

from digest.delivery.backoff import delay

DOUBTS = 2  # uncertain responses in a row that trip the breaker
PATIENCE = dt.timedelta(minutes=15)  # without an acceptance; then the campaign is held
TRIES = 3  # minimum number of failures before that, so that a worker that was paused still retries
DOUBTFUL_PATIENCE = 6  # uncertain responses in a row that hold the campaign sooner
_GRAVER = 2  # extra doublings of the wait after a doubt
_FORGOTTEN = dt.timedelta(hours=1)  # an older trip says nothing, and none lasts longer


@dataclass(frozen=True)
class Breaker:
    """State of the breaker.

    Attributes:
        doubts: Uncertain responses in a row.
        trips: Times it tripped in a row; 0: nothing is wrong.
        tripped_at: When it last tripped; None: not since the provider last worked.
        tripped_until: Until when no worker claims; None: closed.
        reason: What the provider last said, or None.
        failing_since: When it first tripped with nothing accepted since; None: nothing is wrong.
    """

    doubts: int = 0
    trips: int = 0
    tripped_at: dt.datetime | None = None
    tripped_until: dt.datetime | None = None
    reason: str | None = None
    failing_since: dt.datetime | None = None

    @property
    def exhausted(self) -> bool:
        """Whether retrying is no longer reasonable: a person has to look."""
        if self.doubts >= DOUBTFUL_PATIENCE:
            return True
        if self.tripped_at is None or self.failing_since is None:
            return False
        return self.trips >= TRIES and self.tripped_at - self.failing_since >= PATIENCE

    @property
    def trial(self) -> bool:
        """Whether only one request may go ahead."""
        return self.trips > 0

    def is_tripped(self, now: dt.datetime) -> bool:
        """Whether claims are blocked at *now*; a trip in the future does not count, since the clock was ahead then."""
        seen = as_seen(self, now)
        return seen.tripped_until is not None and now < seen.tripped_until <= now + _FORGOTTEN


CLOSED = Breaker()


def as_seen(breaker: Breaker, now: dt.datetime) -> Breaker:
    """
    Return the breaker without times that can't be true at *now*: the clock was ahead when they were written.

    Counts are kept, so that one request goes ahead as a trial.
    """
    ahead = breaker.tripped_at is not None and breaker.tripped_at > now
    return replace(breaker, tripped_at=None, tripped_until=None) if ahead else breaker


def after_doubt(breaker: Breaker, *, began: dt.datetime, now: dt.datetime, jitter: float, reason: str) -> Breaker:
    """
    Return the breaker after an uncertain response.

    Args:
        began: When the request was begun.
        jitter: Random, evenly from 0 to 1: spreads workers that wait for the same provider.
        reason: For people.
    """
    before = _remembered(breaker, now)
    doubtful = replace(before, doubts=before.doubts + 1)
    if doubtful.doubts < DOUBTS and not before.trial:
        return doubtful
    return _trip(doubtful, began, now, delay(before.trips + _GRAVER, jitter), reason)


def after_refusal(
    breaker: Breaker, *, began: dt.datetime, now: dt.datetime, jitter: float, reason: str, retry_after: float | None
) -> Breaker:
    """
    Return the breaker after a temporary refusal that is about no recipient.

    Args:
        retry_after: Seconds that the provider asked for, or None.
    """
    before = _remembered(breaker, now)
    return _trip(before, began, now, delay(before.trips, jitter, at_least=retry_after), reason)


def after_answer(breaker: Breaker, *, began: dt.datetime, now: dt.datetime) -> Breaker:
    """Return the breaker after a clear response: closed, unless the request was under way when it tripped."""
    seen = as_seen(breaker, now)
    return breaker if seen.tripped_at is not None and began < seen.tripped_at else CLOSED


def after_acceptance(breaker: Breaker, *, began: dt.datetime, now: dt.datetime) -> Breaker:
    """
    Return the breaker when one recipient was accepted and the request goes on: patience starts over.

    It closes, unless the request was under way when it tripped. Doubts in a row still count until a request ends
    clearly: a provider that accepts one recipient and loses the next leaves one in doubt each time.
    """
    seen = as_seen(breaker, now)
    if not seen.trial:
        return breaker
    if seen.tripped_at is not None and began < seen.tripped_at:
        return replace(seen, failing_since=now)
    return Breaker(doubts=seen.doubts)


def during_trial(breaker: Breaker, *, now: dt.datetime, until: dt.datetime) -> Breaker:
    """Return the breaker during a trial: tripped for all other workers until the trial must be over."""
    seen = as_seen(breaker, now)
    return replace(seen, tripped_at=seen.tripped_at or now, tripped_until=until)  # so that a clock put back undoes it


def after_no_request(breaker: Breaker, *, began: dt.datetime, now: dt.datetime) -> Breaker:
    """Return the breaker after a claim whose request was never made: if it was the trial, another may start."""
    seen = as_seen(breaker, now)
    if not seen.trial or (seen.tripped_at is not None and began < seen.tripped_at):
        return breaker
    return replace(seen, tripped_until=now)


def _remembered(breaker: Breaker, now: dt.datetime) -> Breaker:
    seen = as_seen(breaker, now)
    return CLOSED if seen.tripped_until is not None and abs(now - seen.tripped_until) > _FORGOTTEN else seen


def _trip(breaker: Breaker, began: dt.datetime, now: dt.datetime, seconds: float, reason: str) -> Breaker:
    if breaker.tripped_at is not None and began < breaker.tripped_at:
        return breaker  # under way when it tripped: it says nothing new
    until = now + dt.timedelta(seconds=seconds)
    since = min(breaker.failing_since or now, now)  # not later, should the clock have been put back
    return Breaker(breaker.doubts, breaker.trips + 1, now, until, reason, since)
