"""An address change can be undone from the old address, and personal links end with the address they went to."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_CHANGE = (
    ("old_address", sa.Text),
    ("old_address_hash", sa.Text),
    ("undo_until", lambda: sa.DateTime(timezone=True)),
    ("undone_at", lambda: sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    op.add_column("subscriber", sa.Column("address_since", sa.DateTime(timezone=True)))
    for name, kind in _CHANGE:
        op.add_column("address_change", sa.Column(name, kind()))


def downgrade() -> None:
    for name, _ in reversed(_CHANGE):
        op.drop_column("address_change", name)
    op.drop_column("subscriber", "address_since")
