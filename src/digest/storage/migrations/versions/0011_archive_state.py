"""The index of the archive sees by one row that something was published."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = op.create_table("archive_state", sa.Column("version", sa.Text, nullable=False))
    op.bulk_insert(table, [{"version": ""}])


def downgrade() -> None:
    op.drop_table("archive_state")
