"""What gives each mail its Message-ID and Date: the installation's name, and when a batch was first claimed."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("batch", sa.Column("first_claimed_at", sa.DateTime(timezone=True)))
    op.add_column("campaign", sa.Column("installation", sa.Text(), server_default="", nullable=False))
    op.execute("UPDATE campaign SET installation = (SELECT name FROM installation)")


def downgrade() -> None:
    op.drop_column("campaign", "installation")
    op.drop_column("batch", "first_claimed_at")
