"""What events tell: outcomes of deliveries, soft bounces, kinds without effect; and of which installation."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("delivery", sa.Column("outcome", sa.Text()))
    op.add_column("delivery", sa.Column("soft_bounced", sa.Boolean()))
    op.add_column("batch", sa.Column("dropped_by", _KEY))
    op.create_table(
        "event",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", _KEY, nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_event")),
    )
    installation = op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.bulk_insert(installation, [{"id": 1, "name": secrets.token_hex(8)}])


def downgrade() -> None:
    op.drop_table("installation")
    op.drop_table("event")
    op.drop_column("batch", "dropped_by")
    op.drop_column("delivery", "soft_bounced")
    op.drop_column("delivery", "outcome")
