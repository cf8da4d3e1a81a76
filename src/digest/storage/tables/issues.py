"""Frozen and published issues."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    Table,
    Text,
)

from digest.issue.issue import IssueState
from digest.storage.db.types import UTC, Word
from digest.storage.tables.metadata import metadata

# --- what they get ---------------------------------------------------------------------------------------------------

frozen_issue = Table(
    "frozen_issue",
    metadata,
    Column("hash", Text, primary_key=True),  # over document and editions; see digest.issue.issue
    Column("month", Text, nullable=False),
    Column("source_hash", Text, nullable=False),  # over what the editor wrote
    Column("sources", Text),  # JSON: SHA-256 of each file and setting; null: frozen by a version that did not keep them
    Column("document", Text, nullable=False),  # JSON of digest.issue.issue.Document
    Column("assembled_at", UTC, nullable=False),
)
"""Bytes that can be approved, sent and published. Rows are added, never changed; so are editions and topics."""


edition = Table(
    "edition",
    metadata,
    Column("hash", ForeignKey(frozen_issue.c.hash), primary_key=True),
    Column("language", Text, primary_key=True),
    Column("mask", Integer, primary_key=True),  # 1 is the first article, 2 the second, 3 both, ...
    Column("position", Integer, nullable=False),  # place in the frozen issue, from 0: the hash depends on the order
    Column("subject", Text, nullable=False),
    Column("preheader", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("headers", Text, nullable=False),  # JSON list of [name, value]
    Column("nonce", Text, nullable=False),
)


issue_topic = Table(
    "issue_topic",
    metadata,
    Column("hash", ForeignKey(frozen_issue.c.hash), primary_key=True),
    Column("bit", Integer, primary_key=True),  # of the article in an edition's mask: 1, 2, 4, 8
    Column("topic", Text, primary_key=True),
)
"""Topics of each article, so that who gets which edition is decided in SQL."""


issue = Table(
    "issue",
    metadata,
    Column("month", Text, primary_key=True),
    Column("state", Word(IssueState), nullable=False),  # assembled -> approved; another hash -> assembled
    Column("hash", ForeignKey(frozen_issue.c.hash), nullable=False),
    Column("assembled_at", UTC, nullable=False),
    Column("approved_at", UTC),
    Column("published_at", UTC),  # of the first publication; null: not on the web
    Column("published_hash", ForeignKey(frozen_issue.c.hash)),
)


publication = Table(
    "publication",
    metadata,
    Column("month", Text, primary_key=True),
    Column("number", Integer, primary_key=True),  # 1 is the first publication, 2 its first correction, ...
    Column("hash", ForeignKey(frozen_issue.c.hash), nullable=False),
    Column("published_at", UTC, nullable=False),
)
"""Everything that the web ever showed as the issue of a month. Rows are added; only the first's day can be changed."""


withdrawal = Table(
    "withdrawal",
    metadata,
    Column("month", Text, primary_key=True),
    Column("slug", Text, primary_key=True),
    Column("title", Text, nullable=False),  # as it was last published; so is the language
    Column("language", Text, nullable=False),
    Column("reason", Text, nullable=False),  # JSON: the text that readers see, by language; "" for every language
    Column("withdrawn_at", UTC, nullable=False),
)
"""Articles that were mailed and are no longer in their issue: their permalinks say when and why."""


archive_state = Table(
    "archive_state",
    metadata,
    Column("version", Text, nullable=False),  # changes with every publication and withdrawal
)
"""One row, by which the index of the archive sees that it is behind."""
