"""The breaker that all workers share: when to stop asking a provider, for how long, and when to leave it to a person.

Decides, never sleeps. Two doubtful answers in a row shut the gate, so that an outage never puts the whole list in
doubt; a refusal that may pass (429, no connection) shuts it too. While it is shut nobody claims. After that one request
goes ahead as a trial: if it is accepted everything goes on, else the gate stays shut, longer each time. A person has to
look once nothing was accepted for fifteen minutes: a slow provider is not a broken one. A trial that ends in doubt
costs a batch, so after doubts the waits are longer and the trials fewer.
"""

import datetime as dt
from dataclasses import dataclass, replace

from digest.delivery.backoff import delay

DOUBTS = 2  # doubtful answers in a row that shut the gate
PATIENCE = dt.timedelta(minutes=15)  # without any acceptance, after which the campaign is held
TRIES = 3  # failures at least before that: a worker that was stopped for a while still retries
DOUBTFUL_PATIENCE = 6  # doubtful answers in a row that hold it sooner
_GRAVER = 2  # times that the wait is doubled more after a doubt
_FORGOTTEN = dt.timedelta(hours=1)  # after which an old shut says nothing; nobody is shut out for longer


@dataclass(frozen=True)
class Gate:
    """How the gate stands.

    Attributes:
        doubts: Doubtful answers in a row.
        shuts: Times it was shut in a row; 0: nothing is wrong.
        shut_at: When it was last shut; None: never since things were right.
        shut_until: Until then nobody claims; None: open.
        reason: What the provider last said, or None.
        failing_since: When it was first shut with nothing accepted since; None: nothing is wrong.
    """

    doubts: int = 0
    shuts: int = 0
    shut_at: dt.datetime | None = None
    shut_until: dt.datetime | None = None
    reason: str | None = None
    failing_since: dt.datetime | None = None

    @property
    def exhausted(self) -> bool:
        """Whether retrying is no longer reasonable: a person has to look."""
        if self.doubts >= DOUBTFUL_PATIENCE:
            return True
        if self.shut_at is None or self.failing_since is None:
            return False
        return self.shuts >= TRIES and self.shut_at - self.failing_since >= PATIENCE

    @property
    def trial(self) -> bool:
        """Whether only one request may go ahead."""
        return self.shuts > 0

    def is_shut(self, now: dt.datetime) -> bool:
        """Whether nobody may claim at *now*; a gate that was shut in the future is not: the clock was ahead then."""
        seen = as_seen(self, now)
        return seen.shut_until is not None and now < seen.shut_until <= now + _FORGOTTEN


OPEN = Gate()


def as_seen(gate: Gate, now: dt.datetime) -> Gate:
    """
    Return the gate without times that can't be true at *now*: the clock was ahead when they were written.

    What was counted is kept, so that one request goes ahead as a trial.
    """
    ahead = gate.shut_at is not None and gate.shut_at > now
    return replace(gate, shut_at=None, shut_until=None) if ahead else gate


def after_doubt(gate: Gate, *, began: dt.datetime, now: dt.datetime, chance: float, reason: str) -> Gate:
    """
    How the gate stands after a doubtful answer.

    Args:
        began: When the request was begun.
        chance: Evenly from 0 to 1: spreads workers that wait for the same provider.
        reason: For people.
    """
    before = _remembered(gate, now)
    doubtful = replace(before, doubts=before.doubts + 1)
    if doubtful.doubts < DOUBTS and not before.trial:
        return doubtful
    return _shut(doubtful, began, now, delay(before.shuts + _GRAVER, chance), reason)


def after_refusal(
    gate: Gate, *, began: dt.datetime, now: dt.datetime, chance: float, reason: str, retry_after: float | None
) -> Gate:
    """
    How the gate stands after a refusal that concerns no recipient and may pass.

    Args:
        retry_after: Seconds that the provider asked for, or None.
    """
    before = _remembered(gate, now)
    return _shut(before, began, now, delay(before.shuts, chance, at_least=retry_after), reason)


def after_answer(gate: Gate, *, began: dt.datetime, now: dt.datetime) -> Gate:
    """How the gate stands after a clear answer: open, unless the request was under way when the gate was shut."""
    seen = as_seen(gate, now)
    return gate if seen.shut_at is not None and began < seen.shut_at else OPEN


def after_acceptance(gate: Gate, *, began: dt.datetime, now: dt.datetime) -> Gate:
    """
    How the gate stands when one recipient was accepted and the request goes on: patience starts over.

    It opens, unless the request was under way when the gate was shut. Doubts in a row still count until a request ends
    clearly: a provider that accepts one recipient and loses the next puts somebody in doubt each time.
    """
    seen = as_seen(gate, now)
    if not seen.trial:
        return gate
    if seen.shut_at is not None and began < seen.shut_at:
        return replace(seen, failing_since=now)
    return Gate(doubts=seen.doubts)


def during_trial(gate: Gate, *, now: dt.datetime, until: dt.datetime) -> Gate:
    """How the gate stands while the trial is under way: shut for all others, until it must be over."""
    seen = as_seen(gate, now)
    return replace(seen, shut_at=seen.shut_at or now, shut_until=until)  # so that a clock put back undoes it


def after_no_request(gate: Gate, *, began: dt.datetime, now: dt.datetime) -> Gate:
    """How the gate stands after a claim whose request was never made: if it was the trial, another one may go ahead."""
    seen = as_seen(gate, now)
    if not seen.trial or (seen.shut_at is not None and began < seen.shut_at):
        return gate
    return replace(seen, shut_until=now)


def _remembered(gate: Gate, now: dt.datetime) -> Gate:
    seen = as_seen(gate, now)
    return OPEN if seen.shut_until is not None and abs(now - seen.shut_until) > _FORGOTTEN else seen


def _shut(gate: Gate, began: dt.datetime, now: dt.datetime, seconds: float, reason: str) -> Gate:
    if gate.shut_at is not None and began < gate.shut_at:
        return gate  # under way when it was shut: it says nothing new
    until = now + dt.timedelta(seconds=seconds)
    since = min(gate.failing_since or now, now)  # not later, should the clock have been put back
    return Gate(gate.doubts, gate.shuts + 1, now, until, reason, since)
