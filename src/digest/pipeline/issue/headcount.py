"""How many people would get each edition of an issue that is still being written."""

from collections.abc import Mapping

from digest.issue.edition import EditionKey
from digest.issue.issue import Issue
from digest.storage.db.database import Database
from digest.storage.outbox import audience


def headcounts(database: Database, issue: Issue) -> Mapping[EditionKey, int]:
    """Count the readers of each edition if *issue* were sent now. Editions without readers are left out."""
    topics = [frozenset(article.topics) for article in issue.articles]
    with database.read() as connection:
        today = database.now(connection).date()
        return audience.headcounts(connection, issue.month, topics, issue.newsletter.languages, today)
