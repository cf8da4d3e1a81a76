"""Every publication of an issue, so that its pages can say what was corrected and when."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# What was shown first is what the campaign began with, as far as its first attempt still tells.
_FIRST = """
    INSERT INTO publication (month, number, hash, published_at)
    SELECT i.month, 1, coalesce(
        (SELECT a.hash FROM attempt a JOIN batch b ON b.id = a.batch_id JOIN campaign c ON c.id = b.campaign_id
         WHERE c.month = i.month ORDER BY a.id LIMIT 1), i.published_hash), i.published_at
    FROM issue i WHERE i.published_hash IS NOT NULL
"""
# When a correction was published is not known any more: it was right after its approval, at the earliest.
_SHOWN_NOW = """
    INSERT INTO publication (month, number, hash, published_at)
    SELECT i.month, 2, i.published_hash, CASE
        WHEN f.assembled_at > i.published_at THEN f.assembled_at ELSE i.published_at END
    FROM issue i JOIN publication p ON p.month = i.month AND p.number = 1
    JOIN frozen_issue f ON f.hash = i.published_hash
    WHERE i.published_hash <> p.hash
"""


def upgrade() -> None:
    op.create_table(
        "publication",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hash"], ["frozen_issue.hash"], name=op.f("fk_publication_hash_frozen_issue")),
        sa.PrimaryKeyConstraint("month", "number", name=op.f("pk_publication")),
    )
    op.execute(_FIRST)
    op.execute(_SHOWN_NOW)


def downgrade() -> None:
    op.drop_table("publication")
