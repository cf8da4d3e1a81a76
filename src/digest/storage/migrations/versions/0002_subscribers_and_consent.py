"""Sign-ups, the whole consent record, address changes, notifications, limits; what they mean stands in
digest.storage.tables."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("subscriber", sa.Column("consent_until", sa.Date()))
    _consent()
    _requests()
    _notifications()


def downgrade() -> None:
    for table in ("notification", "chore", "page_limit", "address_change", "signup"):
        op.drop_table(table)
    op.drop_index("ix_consent_network", "consent")
    op.drop_index("ix_consent_erased", "consent")
    op.execute("UPDATE consent SET kind = CASE method WHEN 'added' THEN 'added' ELSE 'import' END")
    op.execute("DELETE FROM consent WHERE subscriber_id IS NULL")
    with op.batch_alter_table("consent") as changed:
        for name in ("address_hash", "method", "expires_on", "wording", "wording_version", "language", "network"):
            changed.drop_column(name)
        changed.drop_column("requested_at")
        changed.drop_column("confirmed_at")
        changed.alter_column("subscriber_id", existing_type=_KEY, nullable=False)
    op.drop_column("subscriber", "consent_until")


def _consent() -> None:
    for column in (
        sa.Column("address_hash", sa.Text()),
        sa.Column("method", sa.Text()),
        sa.Column("expires_on", sa.Date()),
        sa.Column("wording", sa.Text()),
        sa.Column("wording_version", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("network", sa.Text()),
        sa.Column("requested_at", _TIME),
        sa.Column("confirmed_at", _TIME),
    ):
        op.add_column("consent", column)
    op.execute(
        "UPDATE consent SET method = kind, kind = 'express', address_hash = "
        "(SELECT address_hash FROM subscriber WHERE subscriber.id = consent.subscriber_id)"
    )
    with op.batch_alter_table("consent") as changed:
        changed.alter_column("subscriber_id", existing_type=_KEY, nullable=True)
        changed.alter_column("address_hash", existing_type=sa.Text(), nullable=False)
        changed.alter_column("method", existing_type=sa.Text(), nullable=False)
    erased, recorded = sa.text("subscriber_id IS NULL"), sa.text("network IS NOT NULL")
    op.create_index("ix_consent_erased", "consent", ["address_hash"], sqlite_where=erased, postgresql_where=erased)
    op.create_index("ix_consent_network", "consent", ["recorded_at"], sqlite_where=recorded, postgresql_where=recorded)


def _requests() -> None:
    op.create_table(
        "signup",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("preferred_language", sa.Text(), nullable=False),
        sa.Column("selection_id", _KEY, nullable=False),
        sa.Column("no_match", sa.Text(), nullable=False),
        sa.Column("paused_until", sa.Text()),
        sa.Column("requested_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("wording_version", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("network", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("subscriber_id", _KEY),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_signup_selection_id_selection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signup")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_signup_address_hash", "signup", ["address_hash"])
    op.create_index("ix_signup_requested_at", "signup", ["requested_at"])
    op.create_table(
        "address_change",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("subscriber_id", _KEY, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("requested_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("done_at", _TIME),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("fk_address_change_subscriber_id_subscriber")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_change")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_address_change_subscriber_id", "address_change", ["subscriber_id"])
    op.create_table(
        "page_limit",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("arrival", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_page_limit")),
    )
    op.create_table(
        "chore",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chore")),
    )


def _notifications() -> None:
    op.create_table(
        "notification",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("subject_id", _KEY),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", _TIME, nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("finished_at", _TIME),
        sa.Column("detail", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notification_address_hash", "notification", ["address_hash"])
    op.create_index("ix_notification_created_at", "notification", ["created_at"])
    due = sa.text("state IN ('waiting', 'sending')")
    op.create_index("ix_notification_due", "notification", ["next_at"], sqlite_where=due, postgresql_where=due)
