"""Mail that is not an issue."""

from enum import StrEnum

from sqlalchemy import (
    Column,
    Index,
    Integer,
    Table,
    Text,
)

from digest.storage.db.types import UTC, BigKey, Word
from digest.storage.tables.metadata import metadata


class NotificationState(StrEnum):
    """How far one notification has got. waiting <-> sending -> accepted | failed | skipped."""

    WAITING = "waiting"
    SENDING = "sending"  # leased; may be taken over when the lease has run out
    ACCEPTED = "accepted"
    FAILED = "failed"  # tried for the last time
    SKIPPED = "skipped"  # there was nothing to mail, or nobody who may be mailed


# --- notifications ---------------------------------------------------------------------------------------------------

notification = Table(
    "notification",
    metadata,
    Column("id", BigKey, primary_key=True),  # names a mail permanently
    Column("kind", Text, nullable=False),  # a word of digest.delivery.notifications.NotificationKind
    Column("address", Text, nullable=False),
    Column("address_hash", Text, nullable=False, index=True),
    Column("language", Text, nullable=False),
    Column("subject_id", BigKey),  # what it is about: a sign-up, a subscriber, a request to change the address
    Column("created_at", UTC, nullable=False, index=True),
    Column("state", Word(NotificationState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UTC, nullable=False),  # when it is tried again; of a lease: when it runs out
    Column("owner", Text),  # the process that hands it over
    Column("finished_at", UTC),
    Column("detail", Text),  # what went wrong last, without the address
    sqlite_autoincrement=True,
)
"""Every mail that is not an issue."""
Index(
    "ix_notification_due",
    notification.c.next_at,
    sqlite_where=notification.c.state.in_(["waiting", "sending"]),
    postgresql_where=notification.c.state.in_(["waiting", "sending"]),
)
