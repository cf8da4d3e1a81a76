"""When a lease ends by the uptime of its owner's machine, whatever happens to the clock."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attempt", sa.Column("lease_uptime", sa.Float()))


def downgrade() -> None:
    op.drop_column("attempt", "lease_uptime")
