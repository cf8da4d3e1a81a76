"""Who can be mailed: the one rule that planning an issue and counting people share."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import ColumnElement, Connection, case, exists, func, or_, select

from digest.storage.tables.people import subscriber, suppression
from digest.subscribers.subscriber import State

SUPPRESSED, LAPSED = "suppressed", "consent ended"


def is_reachable(today: dt.date) -> tuple[ColumnElement[bool], ...]:
    """Conditions on `subscriber`: active, with a consent that holds on *today* (UTC), and not suppressed."""
    return subscriber.c.state == State.ACTIVE, _consents(today), ~_is_suppressed()


def out_of_reach(connection: Connection, today: dt.date) -> Mapping[str, int]:
    """Count active people who can't be mailed, by reason: SUPPRESSED or LAPSED. Reasons without people are left out."""
    reason = case((_is_suppressed(), SUPPRESSED), else_=LAPSED)
    lost = subscriber.c.state == State.ACTIVE, or_(_is_suppressed(), ~_consents(today))
    counted = select(reason.label("reason")).where(*lost).subquery()
    query = select(counted.c.reason, func.count()).group_by(counted.c.reason).order_by(counted.c.reason.desc())
    return {reason: number for reason, number in connection.execute(query)}  # noqa: C416  rows are no pairs to mypy


def _consents(today: dt.date) -> ColumnElement[bool]:
    return or_(subscriber.c.consent_until.is_(None), subscriber.c.consent_until > today)


def _is_suppressed() -> ColumnElement[bool]:
    return exists().where(suppression.c.address_hash == subscriber.c.address_hash)
