"""The outbox: claiming a batch, and what became of each request. What is not committed here was not asked for."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Date, Row, Select, bindparam, case, func, insert, literal, select, update

from digest.delivery.states import (
    ATTEMPT,
    BATCH,
    AttemptState,
    BatchState,
    CampaignState,
    HandOver,
    Skipped,
    step,
)
from digest.errors import NotFound
from digest.issue.edition import EditionKey
from digest.storage.tables import attempt, batch, campaign, delivery, subscriber, suppression
from digest.subscribers.subscriber import State

_IDS_AT_ONCE = 1000  # below what one statement may hold of parameters

# What every batch asks is composed once: composing costs more than asking.
_NEXT: Select[Any] = (
    select(batch.c.id, batch.c.language, batch.c.mask, batch.c.state, campaign.c.hash, campaign.c.month)
    .join(campaign, campaign.c.id == batch.c.campaign_id)
    .where(
        batch.c.campaign_id == bindparam("campaign"),
        batch.c.state == BatchState.WAITING,
        campaign.c.state == CampaignState.SENDING,
    )
    .order_by(batch.c.number)
    .limit(1)
    .with_for_update(of=batch, skip_locked=True)
)
_WHY_NOT = case(
    (func.coalesce(subscriber.c.state, State.LEFT.value) != State.ACTIVE.value, literal(Skipped.LEFT.value)),
    (subscriber.c.consent_until <= bindparam("today", type_=Date), literal(Skipped.LAPSED.value)),
    (suppression.c.address_hash.is_not(None), literal(Skipped.SUPPRESSED.value)),
    (subscriber.c.paused_until > bindparam("month"), literal(Skipped.PAUSED.value)),
)
_WHO: Select[Any] = (
    select(delivery.c.id, subscriber.c.id, subscriber.c.address, subscriber.c.name, _WHY_NOT)
    .select_from(delivery)
    .outerjoin(subscriber, subscriber.c.id == delivery.c.subscriber_id)
    .outerjoin(suppression, suppression.c.address_hash == subscriber.c.address_hash)
    .where(delivery.c.batch_id == bindparam("batch"), delivery.c.state.is_(None))
    .order_by(delivery.c.id)
)
_ATTEMPT: Select[Any] = (
    select(attempt.c.id, attempt.c.state, attempt.c.detail, attempt.c.batch_id, batch.c.state.label("batch_state"))
    .join(batch, batch.c.id == attempt.c.batch_id)
    .where(attempt.c.id == bindparam("attempt"))
    .with_for_update()
)


@dataclass(frozen=True)
class Claim:
    """A batch that is this worker's to hand over.

    Attributes:
        hash, key: Which edition of which frozen issue.
        recipients: Delivery id, subscriber id, address and name of each, by delivery id.
    """

    attempt_id: int
    batch_id: int
    hash: str
    key: EditionKey
    recipients: list[tuple[int, int, str, str]]


@dataclass(frozen=True)
class OpenAttempt:
    """A request whose end is not known (yet): `sending` or `in_doubt`."""

    id: int
    batch_id: int
    state: AttemptState
    owner: str
    lease_until: dt.datetime
    deliveries: list[int]


def claim(conn: Connection, campaign_id: int, *, owner: str, lease: dt.timedelta, now: dt.datetime) -> Claim | None:
    """
    Take the first waiting batch of a campaign that is `sending`, and write down the attempt to hand it over.

    Members who have left, are suppressed or paused meanwhile, or whose consent has ended, are skipped. A batch that
    loses all of them is closed, and the next one taken.

    Args:
        owner: Name of the process that will make the request.
        lease: How long from *now* the owner counts as alive without a word.

    Returns:
        The claim, or None if nothing is waiting that no other worker is about to take.

    The request may go out once this transaction is committed, and not before.
    """
    while (taken := _next(conn, campaign_id)) is not None:
        recipients = _fit(conn, taken, now.date())
        if recipients:
            number = _begin(conn, taken, len(recipients), owner, now, now + lease)
            key = EditionKey(taken.language, taken.mask)
            return Claim(number, taken.id, taken.hash, key, recipients)
        _set_batch(conn, taken.id, state=BatchState.ACCEPTED, size=0)
    return None


def accepted(
    conn: Connection, attempt_id: int, *, message_id: str | None, rejected: Mapping[int, str], now: dt.datetime
) -> bool:
    """
    Write down that the provider took the batch, also if it was in doubt.

    Args:
        rejected: Deliveries that it refused, each with its reason.

    Returns:
        False if the attempt had been settled as not taken: the batch has gone or will go again, so this is a duplicate;
        it is noted in the attempt's detail.

    Raises:
        NotFound: There is no such attempt.
    """
    row = _attempt(conn, attempt_id)
    if row.state is AttemptState.ACCEPTED:
        return True
    if row.state is AttemptState.NOT_ACCEPTED:
        note = f"a duplicate: accepted after all, as {message_id or 'a request without a name'}"
        if note not in (row.detail or ""):
            _set_attempt(conn, attempt_id, detail=f"{row.detail}; {note}", message_id=message_id)
        return False
    _end(conn, row, AttemptState.ACCEPTED, BatchState.ACCEPTED, now, message_id=message_id)
    refused = sum(_reject(conn, row.batch_id, number, reason) for number, reason in rejected.items())
    if refused:
        _set_batch(conn, row.batch_id, size=batch.c.size - refused)
    return True


def not_accepted(conn: Connection, attempt_id: int, *, detail: str, now: dt.datetime) -> None:
    """
    Write down that the batch was certainly not taken: it waits again. Saying so twice changes nothing.

    Raises:
        NotFound: There is no such attempt.
        Conflict: It was accepted.
    """
    row = _attempt(conn, attempt_id)
    if row.state is not AttemptState.NOT_ACCEPTED:
        _end(conn, row, AttemptState.NOT_ACCEPTED, BatchState.WAITING, now, detail=detail)


def in_doubt(conn: Connection, attempt_id: int, *, detail: str, now: dt.datetime) -> None:
    """
    Write down that nobody knows whether the batch was taken: it is not handed over again until that is settled.

    Raises:
        NotFound: There is no such attempt.
        Conflict: It is settled already.
    """
    row = _attempt(conn, attempt_id)
    if row.state is not AttemptState.IN_DOUBT:
        _end(conn, row, AttemptState.IN_DOUBT, BatchState.IN_DOUBT, now, detail=detail)


def settle_by_evidence(
    conn: Connection, attempt_id: int, *, taken: Collection[int], detail: str, now: dt.datetime
) -> None:
    """
    Settle an open attempt of which it is known exactly who was taken: those are accepted, the others wait again.

    Args:
        taken: Deliveries; those of other batches are ignored.

    Raises:
        NotFound: There is no such attempt.
        Conflict: It is settled already.
    """
    row = _attempt(conn, attempt_id)
    members = _members(conn, row.batch_id)
    missing = sorted(set(members).difference(taken))
    if len(missing) == len(members):
        _end(conn, row, AttemptState.NOT_ACCEPTED, BatchState.WAITING, now, detail=detail)
        return
    _end(conn, row, AttemptState.ACCEPTED, BatchState.ACCEPTED, now, detail=detail)
    if missing:
        _split_off(conn, row.batch_id, missing)


def open_attempts(conn: Connection, campaign_id: int) -> list[OpenAttempt]:
    """Attempts of a campaign that are sending or in doubt, oldest first."""
    query = (
        select(attempt.c.id, attempt.c.batch_id, attempt.c.state, attempt.c.owner, attempt.c.lease_until)
        .join(batch, batch.c.attempt_id == attempt.c.id)
        .where(batch.c.campaign_id == campaign_id, batch.c.state.in_([BatchState.SENDING, BatchState.IN_DOUBT]))
        .order_by(attempt.c.id)
    )
    return [OpenAttempt(*row, _members(conn, row.batch_id)) for row in conn.execute(query).all()]


def _next(conn: Connection, campaign_id: int) -> Row[Any] | None:
    """The first waiting batch that no other worker has locked; locked until the end of the transaction."""
    return conn.execute(_NEXT, {"campaign": campaign_id}).one_or_none()


def _fit(conn: Connection, taken: Row[Any], today: dt.date) -> list[tuple[int, int, str, str]]:
    """Members who may be mailed now; the others become skipped."""
    fit: list[tuple[int, int, str, str]] = []
    values = {"batch": taken.id, "month": taken.month, "today": today}
    for number, person, address, name, reason in conn.execute(_WHO, values).all():
        if reason is None:
            fit.append((number, person, address, name))
        else:
            _set_delivery(conn, number, HandOver.SKIPPED, reason)
    return fit


def _begin(conn: Connection, taken: Row[Any], size: int, owner: str, now: dt.datetime, lease_until: dt.datetime) -> int:
    values = {
        "batch_id": taken.id,
        "hash": taken.hash,
        "state": AttemptState.SENDING,
        "owner": owner,
        "started_at": now,
        "lease_until": lease_until,
    }
    number: int = conn.execute(insert(attempt).values(values).returning(attempt.c.id)).scalar_one()
    state = step(BATCH, taken.state, BatchState.SENDING)
    _set_batch(conn, taken.id, state=state, size=size, attempt_id=number)
    return number


def _attempt(conn: Connection, attempt_id: int) -> Row[Any]:
    row = conn.execute(_ATTEMPT, {"attempt": attempt_id}).one_or_none()
    if row is None:
        raise NotFound(f"there is no attempt {attempt_id}")
    return row


def _end(
    conn: Connection, row: Row[Any], new: AttemptState, of_batch: BatchState, now: dt.datetime, **said: str | None
) -> None:
    _set_attempt(conn, row.id, state=step(ATTEMPT, row.state, new), finished_at=now, **said)
    _set_batch(conn, row.batch_id, state=step(BATCH, row.batch_state, of_batch))


def _members(conn: Connection, batch_id: int) -> list[int]:
    query = select(delivery.c.id).where(delivery.c.batch_id == batch_id, delivery.c.state.is_(None))
    return list(conn.execute(query.order_by(delivery.c.id)).scalars())


def _split_off(conn: Connection, batch_id: int, members: Sequence[int]) -> None:
    """Move some members of a batch to a new, waiting batch of the same edition."""
    old = conn.execute(select(batch).where(batch.c.id == batch_id)).one()
    # the numbers of a campaign are given out one at a time
    conn.execute(select(campaign.c.id).where(campaign.c.id == old.campaign_id).with_for_update())
    last = conn.execute(select(func.max(batch.c.number)).where(batch.c.campaign_id == old.campaign_id)).scalar_one()
    values = {
        "campaign_id": old.campaign_id,
        "number": last + 1,
        "language": old.language,
        "mask": old.mask,
        "size": len(members),
        "state": BatchState.WAITING,
    }
    new: int = conn.execute(insert(batch).values(values).returning(batch.c.id)).scalar_one()
    for start in range(0, len(members), _IDS_AT_ONCE):
        some = delivery.c.id.in_(members[start : start + _IDS_AT_ONCE])
        conn.execute(update(delivery).where(some).values(batch_id=new))
    _set_batch(conn, batch_id, size=old.size - len(members))


def _reject(conn: Connection, batch_id: int, delivery_id: int, reason: str) -> int:
    mine = (delivery.c.id == delivery_id, delivery.c.batch_id == batch_id, delivery.c.state.is_(None))
    return conn.execute(update(delivery).where(*mine).values(state=HandOver.REJECTED, reason=reason)).rowcount


def _set_delivery(conn: Connection, delivery_id: int, state: HandOver, reason: str) -> None:
    conn.execute(update(delivery).where(delivery.c.id == delivery_id).values(state=state, reason=reason))


def _set_batch(conn: Connection, batch_id: int, **values: Any) -> None:
    conn.execute(update(batch).where(batch.c.id == batch_id).values(values))


def _set_attempt(conn: Connection, attempt_id: int, **values: Any) -> None:
    conn.execute(update(attempt).where(attempt.c.id == attempt_id).values(values))
