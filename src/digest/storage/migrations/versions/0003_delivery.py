"""Batches as ranges of deliveries, the gate before the provider; what they mean stands in digest.storage.tables."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _numbers()
    _batches()
    _gate()
    op.create_index("ix_attempt_state", "attempt", ["state"])


def downgrade() -> None:
    op.drop_index("ix_attempt_state", "attempt")
    op.drop_table("gate")
    op.execute(
        "UPDATE delivery SET batch_id = (SELECT batch.id FROM batch"
        " WHERE delivery.id BETWEEN batch.first_delivery AND batch.last_delivery) WHERE batch_id IS NULL"
    )
    op.drop_index("ix_batch_parent_id", "batch")
    op.drop_index("ix_batch_first_delivery", "batch")
    for name in ("duplicates", "depth", "split_by", "parent_id", "last_delivery", "first_delivery", "reason"):
        op.drop_column("batch", name)
    op.drop_table("counter")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT setval('delivery_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM delivery), false)")
        op.execute("ALTER TABLE delivery ALTER COLUMN id SET DEFAULT nextval('delivery_id_seq')")


def _numbers() -> None:
    op.create_table(
        "counter",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", _KEY, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    # SQLite remembers the greatest number also of rows that are gone
    postgresql = op.get_bind().dialect.name == "postgresql"
    last = "last_value FROM delivery_id_seq" if postgresql else "seq FROM sqlite_sequence WHERE name = 'delivery'"
    op.execute(f"INSERT INTO counter (name, value) SELECT 'delivery', coalesce((SELECT {last}), 0)")
    if postgresql:
        op.execute("ALTER TABLE delivery ALTER COLUMN id DROP DEFAULT")


def _batches() -> None:
    op.add_column("batch", sa.Column("reason", sa.Text()))
    for name in ("first_delivery", "last_delivery", "parent_id", "split_by"):
        op.add_column("batch", sa.Column(name, _KEY))
    for name in ("depth", "duplicates"):
        op.add_column("batch", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    # a batch whose deliveries stand side by side is a range from now on; others keep their deliveries by name
    op.execute(
        "UPDATE batch SET first_delivery = span.first, last_delivery = span.last FROM"
        " (SELECT batch_id, min(id) AS first, max(id) AS last, count(*) AS members FROM delivery"
        " WHERE batch_id IS NOT NULL GROUP BY batch_id) AS span"
        " WHERE span.batch_id = batch.id AND span.last - span.first + 1 = span.members"
    )
    op.execute(
        "UPDATE delivery SET batch_id = NULL WHERE batch_id IN (SELECT id FROM batch WHERE first_delivery IS NOT NULL)"
    )
    op.create_index("ix_batch_first_delivery", "batch", ["first_delivery"])
    op.create_index("ix_batch_parent_id", "batch", ["parent_id"])


def _gate() -> None:
    op.create_table(
        "gate",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("free_at", _TIME),
        sa.Column("doubts", sa.Integer(), nullable=False),
        sa.Column("shuts", sa.Integer(), nullable=False),
        sa.Column("shut_at", _TIME),
        sa.Column("shut_until", _TIME),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_gate")),
    )
