"""What each frozen issue was made from, so that a refusal can name what has changed since."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("frozen_issue", sa.Column("sources", sa.Text()))


def downgrade() -> None:
    op.drop_column("frozen_issue", "sources")
