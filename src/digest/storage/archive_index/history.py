"""Reading from the database what the index holds of an issue: as it is shown, and how it came to that."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from digest.archive.corrections.changes import IssueVersion, corrections_of
from digest.issue.withdrawal import Withdrawal
from digest.months import Month
from digest.storage import issues, publications, withdrawals
from digest.storage.archive_index.filling import Publication
from digest.storage.archive_index.rows import withdrawals_json
from digest.storage.publications import PublishedVersion

Fingerprint = tuple[str, str, str, int]
"""Hash, day, withdrawals and number of versions of an issue: if one differs, the index is behind."""


def fingerprints(connection: Connection) -> dict[Month, Fingerprint]:
    """That of every published issue, oldest month first."""
    versions = publications.every(connection)
    return {
        month: _fingerprint(issue_hash, versions[month], withdrawals.of_month(connection, month))
        for month, issue_hash in issues.published_hashes(connection).items()
    }


def publication_of(connection: Connection, month: Month) -> Publication:
    """The published issue of *month*."""
    shown = issues.published_one(connection, month)
    assert shown is not None  # the transaction sees one moment
    versions = publications.of_month(connection, month)
    mailed = publications.mailed_hashes(connection, month)
    documents = [
        IssueVersion(issues.document(connection, one.issue_hash), one.published_at, one.issue_hash in mailed)
        for one in (versions if len(versions) > 1 else ())
    ]
    gone = withdrawals.of_month(connection, month)
    return Publication(shown, gone, corrections_of(documents), len(versions), bool(mailed))


def _fingerprint(issue_hash: str, versions: Sequence[PublishedVersion], gone: Iterable[Withdrawal]) -> Fingerprint:
    return issue_hash, versions[0].published_at.isoformat(), withdrawals_json(gone), len(versions)
