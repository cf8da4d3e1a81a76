"""How many people would get each edition of an issue that is still being written."""

from collections.abc import Mapping

from digest.issue.edition import EditionKey
from digest.issue.issue import Issue
from digest.storage.db.database import Database
from digest.storage.outbox import audience


def headcounts(database: Database, issue: Issue) -> Mapping[EditionKey, int]:
    """The number of readers of each edition, were *issue* sent now; editions that nobody would get are left out."""
    topics = [frozenset(article.topics) for article in issue.articles]
    with database.read() as connection:
        today = database.now(connection).date()
        return audience.headcounts(connection, issue.month, topics, issue.newsletter.languages, today)
