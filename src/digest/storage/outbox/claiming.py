"""Claiming batches, and the requests that are open. A request goes out only after its claim is committed here."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Date, Select, bindparam, case, func, insert, literal, select, update

from digest.delivery.handover import MailOrigin
from digest.delivery.states import AttemptState, BatchState, CampaignState, HandOver, Skipped
from digest.issue.edition import EditionKey
from digest.storage.db.as_json import rows_as_json
from digest.storage.outbox import batches
from digest.storage.outbox.rows import Claimable, Member
from digest.storage.tables.outbox import attempt, batch, campaign, delivery
from digest.storage.tables.people import subscriber, suppression
from digest.subscribers.subscriber import State

# These queries run for every batch. They are composed once, since composing costs more than running them.
_NEXT: Select[Any] = (
    select(
        batch.c.id,
        batch.c.language,
        batch.c.mask,
        batch.c.first_delivery,
        batch.c.last_delivery,
        batch.c.depth,
        func.coalesce(batch.c.attempt_id, batch.c.split_by).label("tried_by"),
        batch.c.first_claimed_at,
        campaign.c.hash,
        campaign.c.month,
        campaign.c.installation,
    )
    .join(campaign, campaign.c.id == batch.c.campaign_id)
    .where(
        batch.c.campaign_id == bindparam("campaign"),
        batch.c.state == BatchState.WAITING,
        campaign.c.state == CampaignState.SENDING,
    )
    .order_by(batch.c.number)
    .limit(bindparam("limit"))
    .with_for_update(of=batch, skip_locked=True)
)
_WHY_NOT = case(
    (func.coalesce(subscriber.c.state, State.LEFT.value) != State.ACTIVE.value, literal(Skipped.LEFT.value)),
    (subscriber.c.consent_until <= bindparam("today", type_=Date), literal(Skipped.LAPSED.value)),
    (suppression.c.address_hash.is_not(None), literal(Skipped.SUPPRESSED.value)),
    (subscriber.c.paused_until > bindparam("month"), literal(Skipped.PAUSED.value)),
)
_MEMBERS: Select[Any] = (
    select(rows_as_json(delivery.c.id, subscriber.c.id, subscriber.c.address, subscriber.c.name, _WHY_NOT))
    .select_from(delivery)
    .outerjoin(subscriber, subscriber.c.id == delivery.c.subscriber_id)
    .outerjoin(suppression, suppression.c.address_hash == subscriber.c.address_hash)
    .where(delivery.c.state.is_(None))
)
_IN_RANGE = _MEMBERS.where(delivery.c.id.between(bindparam("first"), bindparam("last")), delivery.c.batch_id.is_(None))
_MOVED = _MEMBERS.where(delivery.c.batch_id == bindparam("batch"))
_OPEN: Select[Any] = (
    select(
        attempt.c.id,
        attempt.c.batch_id,
        attempt.c.state,
        attempt.c.owner,
        attempt.c.lease_until,
        attempt.c.lease_uptime,
        attempt.c.finished_at,
        attempt.c.detail,
        batch.c.size,
    )
    .join(batch, batch.c.attempt_id == attempt.c.id)
    .where(
        batch.c.state.in_([BatchState.SENDING, BatchState.IN_DOUBT]),
        attempt.c.state.in_([AttemptState.SENDING, AttemptState.IN_DOUBT]),
    )
)
_BEGIN = insert(attempt).returning(attempt.c.id)
_TAKE = (
    update(batch)
    .where(batch.c.id == bindparam("which"))
    .values(
        state=BatchState.SENDING,
        size=bindparam("members"),
        attempt_id=bindparam("attempt"),
        first_claimed_at=bindparam("date"),
    )
)
_CLOSE = update(batch).where(batch.c.id == bindparam("which")).values(state=BatchState.ACCEPTED, size=0)


@dataclass(frozen=True)
class Claim:
    """A batch that this worker may hand over.

    Attributes:
        issue_hash, key: Which edition of which frozen issue.
        depth: How often it was halved.
        origin: The origin of its mails: the same in every claim of these people.
        recipients: Its members, by delivery id.
    """

    attempt_id: int
    batch_id: int
    issue_hash: str
    key: EditionKey
    depth: int
    origin: MailOrigin
    recipients: list[Member]


@dataclass(frozen=True)
class OpenAttempt:
    """A request whose result is not known: `sending` or `in_doubt`.

    Attributes:
        size: Members of its batch.
        lease_uptime: When its lease ends, in seconds since the owner's machine started; None if unknown.
        finished_at: When it came into doubt; None while it is sending.
        detail: Why it is in doubt.
    """

    id: int
    batch_id: int
    state: AttemptState
    owner: str
    lease_until: dt.datetime
    lease_uptime: float | None
    finished_at: dt.datetime | None
    detail: str | None
    size: int


def claim(
    connection: Connection,
    campaign_id: int,
    *,
    limit: int,
    owner: str,
    lease: dt.timedelta,
    now: dt.datetime,
    uptime: float | None = None,
) -> list[Claim]:
    """
    Claim waiting batches of a campaign that is `sending`: record an attempt for each.

    Members who have since left, paused or been suppressed, or whose consent has ended, are skipped. A batch that loses
    all its members is closed, and another one is claimed instead.

    Args:
        limit: The most batches to claim.
        owner: The process that will make the requests.
        lease: How long after *now* the owner counts as alive without a report.
        uptime: Seconds since the owner's machine started; None if the system does not report it.

    Returns:
        The claims, in the order of the batches; empty if nothing is waiting that no other worker is claiming.

    The requests may go out only after this transaction is committed.
    """
    held = {
        "owner": owner,
        "started_at": now,
        "lease_until": now + lease,
        "lease_uptime": None if uptime is None else uptime + lease.total_seconds(),
    }
    claims: list[Claim] = []
    while len(claims) < limit:
        taken = connection.execute(_NEXT, {"campaign": campaign_id, "limit": limit - len(claims)}).all()
        if not taken:
            break
        for row in map(Claimable._make, taken):
            recipients = _fit(connection, row, now.date())
            if not recipients:
                connection.execute(_CLOSE, {"which": row.id})
                continue
            # the time of the first claim: anyone who already has the mail gets an identical one
            origin = MailOrigin(row.installation, row.first_claimed_at or now, row.month)
            attempt_id = _begin(connection, row, len(recipients), origin.date, held)
            key = EditionKey(row.language, row.mask)
            claims.append(Claim(attempt_id, row.id, row.issue_hash, key, row.depth, origin, recipients))
    return claims


def open_attempts(connection: Connection, campaign_id: int) -> list[OpenAttempt]:
    """Attempts of a campaign that are sending or in doubt, oldest first."""
    query = _OPEN.where(batch.c.campaign_id == campaign_id).order_by(attempt.c.id)
    return [OpenAttempt(*row) for row in connection.execute(query).all()]


def lock_open(connection: Connection, attempt_id: int) -> OpenAttempt | None:
    """Lock an open attempt until the end of the transaction; None if it is no longer open."""
    connection.execute(select(attempt.c.id).where(attempt.c.id == attempt_id).with_for_update())
    row = connection.execute(_OPEN.where(attempt.c.id == attempt_id)).one_or_none()
    return None if row is None else OpenAttempt(*row)


def any_in(connection: Connection, campaign_id: int, state: BatchState) -> bool:
    """Whether any batch of the campaign is in *state*."""
    query = select(batch.c.id).where(batch.c.campaign_id == campaign_id, batch.c.state == state)
    return connection.execute(query.limit(1)).one_or_none() is not None


def _fit(connection: Connection, taken: Claimable, today: dt.date) -> list[Member]:
    """Return the members who may be mailed now; the others become skipped."""
    if taken.first_delivery is None:
        rows = connection.execute(_MOVED, {"batch": taken.id, "month": taken.month, "today": today})
    else:
        span = {"first": taken.first_delivery, "last": taken.last_delivery}
        rows = connection.execute(_IN_RANGE, {**span, "month": taken.month, "today": today})
    members: list[list[Any]] = sorted(orjson.loads(rows.scalar_one() or "[]"))
    left_out: dict[str, list[int]] = {}
    for delivery_id, _, _, _, reason in members:
        if reason is not None:
            left_out.setdefault(reason, []).append(delivery_id)
    for reason, some in left_out.items():
        _skip(connection, taken, some, reason)
    return [Member(one, person, address, name) for one, person, address, name, reason in members if reason is None]


def _begin(connection: Connection, taken: Claimable, size: int, date: dt.datetime, held: Mapping[str, Any]) -> int:
    values = {"batch_id": taken.id, "hash": taken.issue_hash, "state": AttemptState.SENDING, **held}
    attempt_id: int = connection.execute(_BEGIN, values).scalar_one()
    connection.execute(_TAKE, {"which": taken.id, "members": size, "attempt": attempt_id, "date": date})
    return attempt_id


def _skip(connection: Connection, taken: Claimable, some: list[int], reason: str) -> None:
    if taken.tried_by is None:
        values = {"state": HandOver.SKIPPED, "reason": reason}
        connection.execute(update(delivery).where(delivery.c.id.in_(some)).values(values))
        return
    # an earlier request included them: if it turns out to have been accepted, they are not skipped
    came = {"parent_id": taken.id, "split_by": taken.tried_by}
    batches.split_off(
        connection, batches.lock(connection, taken.id), some, state=BatchState.SKIPPED, reason=reason, **came
    )
