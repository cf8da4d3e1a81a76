"""The issues that a subscriber received, with the articles of their edition."""

from digest.archive.received import ReceivedIssue
from digest.storage import issues
from digest.storage.db.database import Database
from digest.storage.received import ReceivedEdition, editions_received_by


def received_issues(database: Database, subscriber_id: int) -> tuple[ReceivedIssue, ...]:
    """The issues that the provider accepted for a person, newest first, until the deliveries are anonymized."""
    with database.read() as connection:
        editions = editions_received_by(connection, subscriber_id)
        documents = {name: issues.document(connection, name) for name in {one.issue_hash for one in editions}}

    def issue(one: ReceivedEdition) -> ReceivedIssue:
        mailed = documents[one.issue_hash]
        articles = tuple(mailed.articles[place] for place in one.key.positions)
        return ReceivedIssue(one.month, one.key, one.accepted_at, mailed.subject, articles)

    return tuple(map(issue, editions))
