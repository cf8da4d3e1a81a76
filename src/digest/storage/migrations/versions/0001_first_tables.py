"""The first tables; what they mean stands in digest.storage.tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _people()
    _issues()
    _outbox()
    _clock()


def downgrade() -> None:
    for table in (
        "calendar_start",
        "calendar",
        "attempt",
        "delivery",
        "batch",
        "campaign",
        "issue",
        "issue_topic",
        "edition",
        "frozen_issue",
        "suppression",
        "consent",
        "subscriber",
        "selection_topic",
        "selection",
    ):
        op.drop_table(table)


def _people() -> None:
    op.create_table(
        "selection",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selection")),
        sa.UniqueConstraint("key", name=op.f("uq_selection_key")),
    )
    op.create_table(
        "selection_topic",
        sa.Column("selection_id", _KEY, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["selection_id"], ["selection.id"], name=op.f("fk_selection_topic_selection_id_selection")
        ),
        sa.PrimaryKeyConstraint("selection_id", "topic", name=op.f("pk_selection_topic")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_selection_topic_topic", "selection_topic", ["topic"])
    op.create_table(
        "subscriber",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("selection_id", _KEY, nullable=False),
        sa.Column("no_match", sa.Text(), nullable=False),
        sa.Column("paused_until", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("left_at", _TIME),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_subscriber_selection_id_selection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriber")),
        sa.UniqueConstraint("address_hash", name=op.f("uq_subscriber_address_hash")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "consent",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("subscriber_id", _KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Date()),
        sa.Column("recorded_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"], name=op.f("fk_consent_subscriber_id_subscriber")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_subscriber_id", "consent", ["subscriber_id"])
    op.create_table(
        "suppression",
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("address", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("pk_suppression")),
    )


def _issues() -> None:
    op.create_table(
        "frozen_issue",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("source_hash", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("assembled_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_frozen_issue")),
    )
    op.create_table(
        "edition",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("mask", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("preheader", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["hash"], ["frozen_issue.hash"], name=op.f("fk_edition_hash_frozen_issue")),
        sa.PrimaryKeyConstraint("hash", "language", "mask", name=op.f("pk_edition")),
    )
    op.create_table(
        "issue_topic",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("bit", sa.Integer(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["hash"], ["frozen_issue.hash"], name=op.f("fk_issue_topic_hash_frozen_issue")),
        sa.PrimaryKeyConstraint("hash", "bit", "topic", name=op.f("pk_issue_topic")),
    )
    op.create_table(
        "issue",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("assembled_at", _TIME, nullable=False),
        sa.Column("approved_at", _TIME),
        sa.Column("published_at", _TIME),
        sa.Column("published_hash", sa.Text()),
        sa.ForeignKeyConstraint(["hash"], ["frozen_issue.hash"], name=op.f("fk_issue_hash_frozen_issue")),
        sa.ForeignKeyConstraint(
            ["published_hash"], ["frozen_issue.hash"], name=op.f("fk_issue_published_hash_frozen_issue")
        ),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_issue")),
    )


def _outbox() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("finished_at", _TIME),
        sa.ForeignKeyConstraint(["hash"], ["frozen_issue.hash"], name=op.f("fk_campaign_hash_frozen_issue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("month", name=op.f("uq_campaign_month")),
    )
    op.create_table(
        "batch",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("mask", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt_id", _KEY),
        sa.CheckConstraint("size >= 0", name=op.f("ck_batch_size")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_batch_campaign_id_campaign")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_batch_campaign_id_number")),
    )
    op.create_index("ix_batch_campaign_id_state_number", "batch", ["campaign_id", "state", "number"])
    op.create_table(
        "delivery",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("subscriber_id", _KEY),
        sa.Column("batch_id", _KEY),
        sa.Column("state", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("campaign_id", "subscriber_id", name=op.f("uq_delivery_campaign_id_subscriber_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_delivery_batch_id",
        "delivery",
        ["batch_id"],
        sqlite_where=sa.text("batch_id IS NOT NULL"),
        postgresql_where=sa.text("batch_id IS NOT NULL"),
    )
    op.create_index(
        "ix_delivery_own_state",
        "delivery",
        ["campaign_id", "state", "reason"],
        sqlite_where=sa.text("state IS NOT NULL"),
        postgresql_where=sa.text("state IS NOT NULL"),
    )
    op.create_table(
        "attempt",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("batch_id", _KEY, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("lease_until", _TIME, nullable=False),
        sa.Column("finished_at", _TIME),
        sa.Column("message_id", sa.Text()),
        sa.Column("detail", sa.Text()),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_attempt_batch_id_batch")),
        sa.ForeignKeyConstraint(["hash"], ["frozen_issue.hash"], name=op.f("fk_attempt_hash_frozen_issue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attempt_batch_id", "attempt", ["batch_id"])


def _clock() -> None:
    op.create_table(
        "calendar",
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("lease_until", _TIME, nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("done_at", _TIME),
        sa.PrimaryKeyConstraint("action", "month", name=op.f("pk_calendar")),
    )
    op.create_table(
        "calendar_start",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("begun_at", _TIME, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_calendar_start_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_start")),
    )
