"""What happens when, and what happens once a day or at most so often."""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Integer,
    Table,
    Text,
)

from digest.storage.db.types import UTC, Word
from digest.storage.tables.metadata import metadata


class CalendarState(StrEnum):
    """What became of one action of one month. running -> done | held; held -> running | done; done stays."""

    RUNNING = "running"  # leased; may be taken over when the lease has run out
    DONE = "done"
    HELD = "held"  # for the reason given; tried again while the grace lasts, then a person has to act


page_limit = Table(
    "page_limit",
    metadata,
    Column("key", Text, primary_key=True),
    Column("arrival", BigInteger, nullable=False),  # theoretical arrival time of GCRA, microseconds of Unix time
)
"""How often something was asked for; one row a person or network, gone after a day."""


chore = Table(
    "chore",
    metadata,
    Column("name", Text, primary_key=True),
    Column("done_on", Date, nullable=False),
)
"""What is done once a day, by whichever process comes first."""


# --- when ------------------------------------------------------------------------------------------------------------

calendar = Table(
    "calendar",
    metadata,
    Column("action", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    Column("state", Word(CalendarState), nullable=False),
    Column("due_at", UTC, nullable=False),
    Column("owner", Text, nullable=False),
    Column("lease_until", UTC, nullable=False),
    Column("reason", Text),  # why it is held
    Column("done_at", UTC),
)
"""Each action of each month happens once, whichever process wakes first."""


calendar_start = Table(
    "calendar_start",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("begun_at", UTC, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)
"""When a scheduler first ran on this database."""
