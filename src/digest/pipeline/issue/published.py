"""Reading what is published: the only view of the database that the archive's pages have."""

from digest.issue.withdrawal import Withdrawal
from digest.months import Month
from digest.storage import issues, withdrawals
from digest.storage.db.database import Database
from digest.storage.issues import PublishedIssue
from digest.storage.outbox import campaigns


def all_published(database: Database) -> list[PublishedIssue]:
    """Every published issue, newest month first."""
    with database.read() as connection:
        return list(issues.published(connection))


def one_published(database: Database, month: Month) -> PublishedIssue | None:
    """The published issue of *month*, or None if the month has none."""
    with database.read() as connection:
        return issues.published_one(connection, month)


def on_the_web(database: Database) -> dict[Month, bool]:
    """Every published month, with whether it has a campaign that mails it."""
    with database.read() as connection:
        mailed = campaigns.months(connection)
        return {month: month in mailed for month in issues.published_hashes(connection)}


def withdrawn(database: Database, month: Month) -> tuple[Withdrawal, ...]:
    """Every article of *month* that was withdrawn."""
    with database.read() as connection:
        return withdrawals.of_month(connection, month)


def is_readable(database: Database) -> bool:
    """Whether the database can be read.

    Raises:
        StorageError: It can't be reached or used.
    """
    with database.read() as connection:
        return database.now(connection) is not None
