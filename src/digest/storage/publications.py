"""Everything that the web ever showed as the issue of a month."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, select

from digest.months import Month
from digest.storage.tables.issues import publication
from digest.storage.tables.outbox import attempt, batch, campaign


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


def every(connection: Connection) -> dict[Month, list[PublishedVersion]]:
    """Every version of every published issue, oldest first."""
    found: dict[Month, list[PublishedVersion]] = {}
    for row in connection.execute(select(publication).order_by(publication.c.month, publication.c.number)):
        found.setdefault(Month.parse(row.month), []).append(PublishedVersion(row.hash, row.published_at))
    return found


def mailed_hashes(connection: Connection, month: Month) -> frozenset[str]:
    """The bytes that mails of *month* had; several if a campaign was corrected."""
    mailed = select(attempt.c.hash).distinct().join(batch, batch.c.id == attempt.c.batch_id).join(campaign)
    return frozenset(connection.execute(mailed.where(campaign.c.month == str(month))).scalars())
