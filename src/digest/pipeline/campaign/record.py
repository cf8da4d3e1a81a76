"""Recording the results of requests, with their effect on batch, campaign and breaker."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from digest.delivery import breaker
from digest.delivery.breaker import CLOSED, Breaker
from digest.delivery.handover import Answer
from digest.errors import BatchRefused, InDoubt, NotAccepted, RecipientsDeferred, Refused, RequestStopped, TooLarge
from digest.storage.outbox import campaigns, gate, members, results, splits
from digest.storage.outbox.claiming import Claim
from digest.storage.outbox.results import AcceptedAttempt

_HALVINGS = 3  # of a batch that is refused without a reason, before a person has to look


@dataclass(frozen=True)
class Done:
    """A request that has ended.

    Attributes:
        began: The claim's time.
        outcome: The answer, or the exception.
        requested: Whether the transport was called; if not, no one can have been reached.
    """

    claim: Claim
    began: dt.datetime
    outcome: Answer | BaseException
    requested: bool = True


def record(
    connection: Connection,
    transport: str,
    campaign_id: int,
    done: Sequence[Done],
    now: dt.datetime,
    jitter: Callable[[], float],
    progress: Sequence[dt.datetime] = (),
) -> None:
    """
    Record the results of requests, hold the campaign if a person has to look, and update the breaker.

    Args:
        transport: The name of the transport, and so of its gate.
        progress: For each open request that just had a recipient accepted, when it was claimed.
    """
    if not done and not progress:
        return
    results.record_all_accepted(
        connection, [_accepted_attempt(one, one.outcome) for one in done if isinstance(one.outcome, Answer)], now
    )
    others = [one for one in done if not isinstance(one.outcome, Answer)]
    reasons = [
        _record_one(connection, one, now) if one.requested else _give_back(connection, one, now) for one in others
    ]
    hold = next(filter(None, reasons), None)
    before = gate.read(connection, transport)
    if reasons or (done and before != CLOSED) or (progress and before.trial):
        campaigns.lock_state(connection, campaign_id)  # locked before the gate, in the order of `resume`
        before = gate.lock(connection, transport)
        advanced = before
        for began in progress:
            advanced = breaker.after_acceptance(advanced, began=began, now=now)
        after = _through(advanced, done, now, jitter)
        if after != before:
            gate.write(connection, transport, after)
        hold = hold or (after.reason if after.exhausted else None)
    if hold is not None:
        campaigns.hold(connection, campaign_id, hold, now)


def _accepted_attempt(done: Done, answer: Answer) -> AcceptedAttempt:
    return AcceptedAttempt(done.claim.attempt_id, answer.message_id, answer.rejected)


def _give_back(connection: Connection, done: Done, now: dt.datetime) -> str:
    """Let a batch wait again for which no request could be made; return why to hold the campaign."""
    detail = f"no request was made: {type(done.outcome).__name__}"
    results.record_not_accepted(connection, done.claim.attempt_id, detail=detail, now=now)
    return _fault(done.outcome)


def _record_one(connection: Connection, done: Done, now: dt.datetime) -> str | None:
    """Record one request that was not simply accepted; return why to hold the campaign, or None."""
    attempt, error = done.claim.attempt_id, done.outcome
    said = str(error)
    if isinstance(error, TooLarge):
        return _too_large(connection, done, said, now)
    if isinstance(error, BatchRefused) and done.claim.depth < _HALVINGS and len(done.claim.recipients) > 1:
        splits.halve(connection, attempt, detail=said, deeper=1, now=now)
        return None
    if isinstance(error, RecipientsDeferred):
        splits.put_off(connection, attempt, error.deliveries, detail=said, now=now)
        return None
    if isinstance(error, NotAccepted):
        refused = results.record_not_accepted(connection, attempt, detail=said, rejected=error.rejected, now=now)
        unclear = bool(error.rejected) and refused == 0  # it would be handed over again and again, unchanged
        return said if isinstance(error, Refused | BatchRefused) or unclear else None
    if isinstance(error, InDoubt):
        results.record_in_doubt(connection, attempt, detail=said, doubtful=error.doubtful, now=now)
        return None
    results.record_in_doubt(connection, attempt, detail=f"unexpected: {type(error).__name__}", now=now)
    return _fault(error)


def _fault(error: object) -> str:
    if isinstance(error, MemoryError):
        return "out of memory: raise the limit of memory (ulimit -v), or free some"
    return f"a fault of the program: {type(error).__name__}: see its log"


def _too_large(connection: Connection, done: Done, said: str, now: dt.datetime) -> str | None:
    attempt, recipients = done.claim.attempt_id, done.claim.recipients
    if len(recipients) > 1:
        splits.halve(connection, attempt, detail=said, deeper=0, now=now)
        return None
    if members.edition_accepted(connection, done.claim.batch_id):
        results.record_not_accepted(
            connection, attempt, detail=said, rejected={recipients[0].delivery_id: said}, now=now
        )
        return None
    results.record_not_accepted(connection, attempt, detail=said, now=now)
    return f"a request for a single reader is too large: {said}"  # so it is not that reader's doing


def _through(before: Breaker, done: Sequence[Done], now: dt.datetime, jitter: Callable[[], float]) -> Breaker:
    state = before
    for one in done:
        error = one.outcome
        if isinstance(error, RequestStopped):
            continue
        if not one.requested:
            state = breaker.after_no_request(state, began=one.began, now=now)
            continue
        clear = isinstance(error, Answer | Refused | BatchRefused | TooLarge)
        if clear or (isinstance(error, NotAccepted) and error.rejected):
            state = breaker.after_answer(state, began=one.began, now=now)
        elif isinstance(error, NotAccepted):
            state = breaker.after_refusal(
                state, began=one.began, now=now, jitter=jitter(), reason=str(error), retry_after=error.retry_after
            )
        else:
            state = breaker.after_doubt(state, began=one.began, now=now, jitter=jitter(), reason=str(error))
    return state
