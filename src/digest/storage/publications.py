"""Everything that the web ever showed as the issue of a month."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, select

from digest.months import Month
from digest.storage.tables.issues import publication


@dataclass(frozen=True)
class PublishedVersion:
    """Frozen bytes that the web showed, from a moment in UTC until the next version."""

    issue_hash: str
    published_at: dt.datetime


def of_month(connection: Connection, month: Month) -> tuple[PublishedVersion, ...]:
    """Every version of the issue of *month*, oldest first."""
    query = select(publication.c.hash, publication.c.published_at).where(publication.c.month == str(month))
    rows = connection.execute(query.order_by(publication.c.number))
    return tuple(PublishedVersion(row.hash, row.published_at) for row in rows)
