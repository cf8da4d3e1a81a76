"""Withdrawals, and which articles have a permalink that mails and pages may hold."""

import json
from collections.abc import Collection

from sqlalchemy import Connection, delete, select, union

from digest.issue.issue import WebArticle
from digest.issue.withdrawal import Withdrawal
from digest.months import Month
from digest.storage.issues import document
from digest.storage.tables.issues import issue, withdrawal
from digest.storage.tables.outbox import attempt, batch, campaign


def of_month(connection: Connection, month: Month) -> tuple[Withdrawal, ...]:
    """Every withdrawn article of *month*, by slug."""
    rows = connection.execute(select(withdrawal).where(withdrawal.c.month == str(month)).order_by(withdrawal.c.slug))
    return tuple(
        Withdrawal(month, row.slug, row.title, row.language, json.loads(row.reason), row.withdrawn_at) for row in rows
    )


def save(connection: Connection, one: Withdrawal) -> None:
    """Keep a withdrawal; one that is there already takes the new reason and keeps its time."""
    before = next((old for old in of_month(connection, one.month) if old.slug == one.slug), None)
    remove(connection, one.month, [one.slug])
    values = {
        "month": str(one.month),
        "slug": one.slug,
        "title": one.title,
        "language": one.language,
        "reason": json.dumps(dict(one.reason), ensure_ascii=False),
        "withdrawn_at": before.withdrawn_at if before else one.withdrawn_at,
    }
    connection.execute(withdrawal.insert(), values)


def remove(connection: Connection, month: Month, slugs: Collection[str]) -> None:
    """Forget withdrawals, since the articles are back."""
    connection.execute(delete(withdrawal).where(withdrawal.c.month == str(month), withdrawal.c.slug.in_(slugs)))


def public_articles(connection: Connection, month: Month) -> dict[str, WebArticle]:
    """Every article of *month* that the web shows or that was mailed, by slug, in its newest form."""
    of_month = campaign.c.month == str(month)
    mailed = select(attempt.c.hash).join(batch, batch.c.id == attempt.c.batch_id).join(campaign).where(of_month)
    planned = select(campaign.c.hash).where(of_month)
    shown = select(issue.c.published_hash).where(issue.c.month == str(month), issue.c.published_hash.is_not(None))
    newest = connection.execute(shown).scalar_one_or_none()
    hashes = set(connection.execute(union(mailed, planned, shown)).scalars())
    documents = [document(connection, one) for one in sorted(hashes, key=lambda one: one == newest)]
    return {article.slug: article for one in documents for article in one.articles}
