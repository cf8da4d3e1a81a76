"""Campaigns, batches, deliveries, attempts, and what is known of them later."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from digest.delivery.events import Outcome
from digest.delivery.states import AttemptState, BatchState, CampaignState, HandOver
from digest.storage.db.types import UTC, BigKey, Word
from digest.storage.tables.issues import frozen_issue
from digest.storage.tables.metadata import metadata

# --- the outbox ------------------------------------------------------------------------------------------------------

campaign = Table(
    "campaign",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("month", Text, nullable=False, unique=True),  # one campaign a month, whatever is run twice
    Column("hash", ForeignKey(frozen_issue.c.hash), nullable=False),
    Column("state", Word(CampaignState), nullable=False),  # sending <-> held; -> sent | cancelled
    Column("reason", Text),  # why it is held
    Column("planned", Integer, nullable=False),  # deliveries, skipped ones included; never changes
    # the name of the database when it was planned, for Message-IDs: they stay the same after a backup is restored
    Column("installation", Text, nullable=False, default="", server_default=""),
    Column("created_at", UTC, nullable=False),
    Column("finished_at", UTC),
)


batch = Table(
    "batch",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("campaign_id", ForeignKey(campaign.c.id), nullable=False),
    Column("number", Integer, nullable=False),  # from 1 within the campaign
    Column("language", Text, nullable=False),
    Column("mask", Integer, nullable=False),
    Column("size", Integer, nullable=False),  # members that have no state of their own
    # waiting -> sending -> accepted | waiting | in_doubt; in_doubt -> accepted | waiting | skipped; see BATCH.
    # A batch that has lost all its members, or was split, is closed as accepted with size 0: nobody is counted by it.
    Column("state", Word(BatchState), nullable=False),
    Column("reason", Text),  # skipped: a word of digest.delivery.states.Skipped
    Column(
        "first_claimed_at", UTC
    ),  # the Date of its mails, also of those that are split off later; null: never claimed
    Column("attempt_id", BigKey),  # the latest; no foreign key, since attempt already points here
    # Its members: those from first to last that were not moved elsewhere, and those moved here. Null: only the latter
    Column("first_delivery", BigKey, index=True),
    Column("last_delivery", BigKey),
    Column("parent_id", BigKey),  # the batch that this one was split off
    Column("split_by", BigKey),  # the attempt that led to it: it and those before it were about these people too
    Column("dropped_by", BigKey),  # the attempt after which the provider dropped them: its proof is none for them
    Column("depth", Integer, nullable=False, default=0, server_default="0"),  # halvings that led to it
    # members proven to have been handed over twice
    Column("duplicates", Integer, nullable=False, default=0, server_default="0"),
    UniqueConstraint("campaign_id", "number"),
    CheckConstraint("size >= 0", name="size"),
    Index(None, "campaign_id", "state", "number"),  # the next one waiting; whether any is open
    Index(None, "parent_id"),
)
"""Deliveries of one edition for one request. Its state is that of all its members that have none of their own,
so that a claim and an answer change one row, however many people it is about."""


delivery = Table(
    "delivery",
    metadata,
    # names a mail permanently, so it is never used again: given out in blocks by `counter`, so that a batch is a range
    Column("id", BigKey, primary_key=True, autoincrement=False),
    # No foreign keys: the plan writes up to a million rows in one go out of the very tables that would be asked again,
    # three times for each row.
    Column("campaign_id", BigKey, nullable=False),
    Column("subscriber_id", BigKey),  # null: the person was erased
    Column("batch_id", BigKey),  # only of those that were moved; null: the batch whose range holds the id, if any
    Column("state", Word(HandOver)),  # null: as the batch. Own: skipped, rejected, and both stay
    Column("reason", Text),  # skipped: a word of digest.delivery.states.Skipped; rejected: the provider's words
    Column("outcome", Word(Outcome)),  # from events, moves up its order only; null: none
    Column("soft_bounced", Boolean),  # null: no
    UniqueConstraint("campaign_id", "subscriber_id"),  # nobody twice
)
Index(
    "ix_delivery_batch_id",
    delivery.c.batch_id,
    sqlite_where=delivery.c.batch_id.is_not(None),
    postgresql_where=delivery.c.batch_id.is_not(None),
)
Index(
    "ix_delivery_own_state",
    delivery.c.campaign_id,
    delivery.c.state,
    delivery.c.reason,
    sqlite_where=delivery.c.state.is_not(None),
    postgresql_where=delivery.c.state.is_not(None),
)


attempt = Table(
    "attempt",
    metadata,
    Column("id", BigKey, primary_key=True),  # names a request permanently
    Column("batch_id", ForeignKey(batch.c.id), nullable=False, index=True),
    Column("hash", ForeignKey(frozen_issue.c.hash), nullable=False),  # the bytes that went out
    Column("state", Word(AttemptState), nullable=False, index=True),  # see ATTEMPT in digest.delivery.states
    Column("owner", Text, nullable=False),  # the process that makes the request
    Column("started_at", UTC, nullable=False),
    Column("lease_until", UTC, nullable=False),  # after it, the owner is taken to be dead
    # the same in seconds since the owner's machine started, which no change of its clock moves; null: it does not tell
    Column("lease_uptime", Float),
    Column("finished_at", UTC),
    Column("message_id", Text),  # the provider's name for the request
    Column("detail", Text),  # what came back, for people
    sqlite_autoincrement=True,
)


counter = Table(
    "counter",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigKey, nullable=False),  # the last number given out
)
"""Numbers that are given out in blocks, and never again."""


gate = Table(
    "gate",
    metadata,
    Column("name", Text, primary_key=True),  # of the transport
    Column("free_at", UTC),  # when the recipients let through so far are used up at the configured rate
    Column("doubts", Integer, nullable=False),  # doubtful answers in a row
    Column("shuts", Integer, nullable=False),  # times it was shut in a row; 0: nothing is wrong
    Column("shut_at", UTC),
    Column("shut_until", UTC),  # null or past: it may be tried
    Column("reason", Text),  # what the provider last said
    Column("failing_since", UTC),  # first shut with nothing accepted since; null: nothing is wrong
)
"""What all workers pass before they claim: one rate limit and one breaker, whatever the number of workers."""


event = Table(
    "event",
    metadata,
    Column("kind", Text, primary_key=True),  # the provider's word
    Column("number", BigKey, nullable=False),
    Column("last_at", UTC, nullable=False),
)
"""How many events came that have no effect, by kind; copies are counted too, and who they were about is not kept."""


installation = Table(
    "installation",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("name", Text, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)
"""What tells the attempts of this database from those of others in events of an account that they share."""
