"""How fast a campaign is handed over, according to the outbox."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from digest.delivery.states import AttemptState, BatchState
from digest.storage.tables.outbox import attempt, batch

WINDOW = dt.timedelta(minutes=1)
_SHORTEST = dt.timedelta(seconds=1)  # shorter than this, a new campaign gives no meaningful rate


@dataclass(frozen=True)
class Pace:
    """
    Attributes:
        rate: Recipients a second that were accepted within the last minute, or since the first request if that is less.
        ended: Whether any request came to an end within the last minute, whatever its result.
        owners: Names of the processes whose requests ended within the last minute, or are open with a valid lease.
    """

    rate: float = 0.0
    ended: bool = False
    owners: frozenset[str] = frozenset()


def measure(connection: Connection, campaign_id: int, now: dt.datetime) -> Pace:
    """Measure how fast a campaign is handed over at *now*."""
    ends = select(func.min(attempt.c.started_at), func.max(attempt.c.finished_at)).join(
        batch, batch.c.id == attempt.c.batch_id
    )
    # times in the future were written while the clock was ahead: they do not count for the last minute
    begun = attempt.c.started_at <= now
    first, last = connection.execute(ends.where(batch.c.campaign_id == campaign_id, begun, _has_come(now))).one()
    if first is None:
        return Pace()
    since = max(first, now - WINDOW)
    seconds = max(now - since, _SHORTEST).total_seconds()
    return Pace(
        rate=(_at_once(connection, campaign_id, since, now) + _one_by_one(connection, campaign_id, since, now))
        / seconds,
        ended=last is not None and last >= now - WINDOW,
        owners=_owners(connection, campaign_id, now),
    )


def _owners(connection: Connection, campaign_id: int, now: dt.datetime) -> frozenset[str]:
    goes_on = and_(attempt.c.state == AttemptState.SENDING, attempt.c.lease_until > now)
    query = (
        select(attempt.c.owner)
        .distinct()
        .join(batch, batch.c.id == attempt.c.batch_id)
        .where(batch.c.campaign_id == campaign_id, or_(attempt.c.finished_at.between(now - WINDOW, now), goes_on))
    )
    return frozenset(connection.execute(query).scalars())


def _at_once(connection: Connection, campaign_id: int, since: dt.datetime, now: dt.datetime) -> int:
    """Recipients of requests that were answered as a whole. Only answers within the lease count: what was settled later
    was handed over earlier."""
    query = select(func.coalesce(func.sum(batch.c.size), 0)).join(attempt, attempt.c.id == batch.c.attempt_id)
    answered = (attempt.c.batch_id == batch.c.id, attempt.c.finished_at <= attempt.c.lease_until)
    recent = attempt.c.finished_at.between(since, now)
    return int(connection.execute(query.where(*_accepted(campaign_id), *answered, recent)).scalar_one())


def _one_by_one(connection: Connection, campaign_id: int, since: dt.datetime, now: dt.datetime) -> float:
    """
    Recipients who were reported while their request went on, which are in batches beside that of the request.

    The time of each is not recorded, so they are spread evenly over the time of the request.
    """
    query = select(attempt.c.started_at, attempt.c.finished_at, func.sum(batch.c.size)).join(
        attempt, attempt.c.id == batch.c.attempt_id
    )
    recent = or_(attempt.c.finished_at.is_(None), attempt.c.finished_at.between(since, now))
    reported = (attempt.c.batch_id != batch.c.id, attempt.c.started_at <= now, recent)
    groups = query.where(*_accepted(campaign_id), *reported).group_by(attempt.c.id)
    return sum(float(size) * _share(begun, ended or now, since) for begun, ended, size in connection.execute(groups))


def _has_come(now: dt.datetime) -> ColumnElement[bool]:
    return or_(attempt.c.finished_at.is_(None), attempt.c.finished_at <= now)


def _accepted(campaign_id: int) -> tuple[ColumnElement[bool], ...]:
    return batch.c.campaign_id == campaign_id, batch.c.state == BatchState.ACCEPTED


def _share(begun: dt.datetime, ended: dt.datetime, since: dt.datetime) -> float:
    """The fraction of a request that lies after *since*."""
    return 1.0 if begun >= since else (ended - since) / (ended - begun)
