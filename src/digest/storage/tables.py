"""The tables: one description for SQLite and PostgreSQL.

Times are UTC. A month is text, `YYYY-MM`, so that months compare as text does. States are words of enumerations in
`digest.delivery.states`, `digest.issue.issue` and `digest.subscribers`; the arrows between them are there.
"""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from digest.delivery.events import Outcome
from digest.delivery.states import AttemptState, BatchState, CampaignState, HandOver
from digest.issue.issue import IssueState
from digest.storage.types import UTC, BigKey, Word
from digest.subscribers.consent import ConsentKind, ConsentMethod
from digest.subscribers.signup import SignUpState
from digest.subscribers.subscriber import NoMatch, State


class NotificationState(StrEnum):
    """How far one notification has got. waiting <-> sending -> accepted | failed | skipped."""

    WAITING = "waiting"
    SENDING = "sending"  # leased; may be taken over when the lease has run out
    ACCEPTED = "accepted"
    FAILED = "failed"  # tried for the last time
    SKIPPED = "skipped"  # there was nothing to mail, or nobody who may be mailed


class CalendarState(StrEnum):
    """What became of one action of one month. running -> done | held; held -> running | done; done stays."""

    RUNNING = "running"  # leased; may be taken over when the lease has run out
    DONE = "done"
    HELD = "held"  # for the reason given; tried again while the grace lasts, then a person has to act


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# --- who gets it -----------------------------------------------------------------------------------------------------

selection = Table(
    "selection",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # SHA-256 in hex of the sorted slugs, joined by ";"
)
"""A distinct set of topics, once for everybody who chose it. The empty set is a row too: every topic."""

selection_topic = Table(
    "selection_topic",
    metadata,
    Column("selection_id", ForeignKey(selection.c.id), primary_key=True),
    Column("topic", Text, primary_key=True, index=True),
    sqlite_with_rowid=False,
)

subscriber = Table(
    "subscriber",
    metadata,
    Column("id", BigKey, primary_key=True),  # in personal links, so never given to another person
    Column("address", Text, nullable=False),  # as it is mailed: domain in A-labels
    Column("address_hash", Text, nullable=False, unique=True),  # identity of the address
    Column("name", Text, nullable=False),  # empty: not known
    Column("language", Text, nullable=False),
    Column("selection_id", ForeignKey(selection.c.id), nullable=False),
    Column("no_match", Word(NoMatch), nullable=False),
    Column("paused_until", Text),  # the first month that is mailed again
    Column("state", Word(State), nullable=False),  # active <-> left, active <-> lapsed, lapsed -> left
    Column("created_at", UTC, nullable=False),
    Column("left_at", UTC),
    Column("consent_until", Date),  # first day without a valid consent; null: it does not end by itself
    Column("address_since", UTC),  # when the address last changed; personal links made before went elsewhere
    sqlite_autoincrement=True,
)

consent = Table(
    "consent",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("subscriber_id", ForeignKey(subscriber.c.id), index=True),  # null: the person was erased
    Column("address_hash", Text, nullable=False),
    Column("kind", Word(ConsentKind), nullable=False),
    Column("method", Word(ConsentMethod), nullable=False),
    Column("source", Text, nullable=False),  # the page, or what the list says; empty: not said
    Column("given_on", Date),  # a day without a zone; null: not said
    Column("recorded_at", UTC, nullable=False),
    Column("expires_on", Date),  # implied: the first day on which it holds no more
    Column("wording", Text),  # exactly what was agreed to; null: not on a page of ours
    Column("wording_version", Text),
    Column("language", Text),  # of the wording
    Column("network", Text),  # address of the caller; null: not recorded, or no longer kept
    Column("requested_at", UTC),
    Column("confirmed_at", UTC),
)
"""Proof of subscription. Rows are added; only the link to a person and the network address are ever taken out."""
Index(
    "ix_consent_erased",
    consent.c.address_hash,
    sqlite_where=consent.c.subscriber_id.is_(None),
    postgresql_where=consent.c.subscriber_id.is_(None),
)
Index(
    "ix_consent_network",
    consent.c.recorded_at,
    sqlite_where=consent.c.network.is_not(None),
    postgresql_where=consent.c.network.is_not(None),
)

suppression = Table(
    "suppression",
    metadata,
    Column("address_hash", Text, primary_key=True),
    Column("address", Text),  # null: only the hash may be kept
    Column("reason", Text, nullable=False),  # a word of digest.subscribers.suppression.Reason
    Column("created_at", UTC, nullable=False),
)
"""Addresses that must not be mailed; outlives the subscriber."""

signup = Table(
    "signup",
    metadata,
    Column("id", BigKey, primary_key=True),  # in the link that confirms
    Column("address", Text, nullable=False),
    Column("address_hash", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("preferred_language", Text, nullable=False),
    Column("selection_id", ForeignKey(selection.c.id), nullable=False),
    Column("no_match", Word(NoMatch), nullable=False),
    Column("paused_until", Text),
    Column("requested_at", UTC, nullable=False, index=True),
    Column("expires_at", UTC, nullable=False),
    Column("page", Text, nullable=False),
    Column("wording", Text, nullable=False),
    Column("wording_version", Text, nullable=False),
    Column("language", Text, nullable=False),  # of page and wording
    Column("network", Text),
    Column("state", Word(SignUpState), nullable=False),
    Column("subscriber_id", BigKey),  # whom it was confirmed for
    sqlite_autoincrement=True,
)
"""Requests to get the issue. Nobody is a subscriber before the link in the mail is used."""

address_change = Table(
    "address_change",
    metadata,
    Column("id", BigKey, primary_key=True),  # in the link that confirms
    Column("subscriber_id", ForeignKey(subscriber.c.id), nullable=False, index=True),
    Column("address", Text, nullable=False),  # the new one
    Column("address_hash", Text, nullable=False),
    Column("requested_at", UTC, nullable=False),
    Column("expires_at", UTC, nullable=False),
    Column("done_at", UTC),
    Column("old_address", Text),  # the one before; null: not done, or forgotten
    Column("old_address_hash", Text),
    Column("undo_until", UTC),  # the old address may take it back until then; null: not done
    Column("undone_at", UTC),
    sqlite_autoincrement=True,
)

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

# --- notifications ---------------------------------------------------------------------------------------------------

notification = Table(
    "notification",
    metadata,
    Column("id", BigKey, primary_key=True),  # names a mail for ever
    Column("kind", Text, nullable=False),  # a word of digest.delivery.notifications.Kind
    Column("address", Text, nullable=False),
    Column("address_hash", Text, nullable=False, index=True),
    Column("language", Text, nullable=False),
    Column("subject_id", BigKey),  # what it is about: a sign-up, a subscriber, a request to change the address
    Column("created_at", UTC, nullable=False, index=True),
    Column("state", Word(NotificationState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UTC, nullable=False),  # when it is tried again; of a lease: when it runs out
    Column("owner", Text),  # the process that hands it over
    Column("finished_at", UTC),
    Column("detail", Text),  # what went wrong last, without the address
    sqlite_autoincrement=True,
)
"""Every mail that is not an issue."""
Index(
    "ix_notification_due",
    notification.c.next_at,
    sqlite_where=notification.c.state.in_(["waiting", "sending"]),
    postgresql_where=notification.c.state.in_(["waiting", "sending"]),
)

# --- what they get ---------------------------------------------------------------------------------------------------

frozen_issue = Table(
    "frozen_issue",
    metadata,
    Column("hash", Text, primary_key=True),  # over document and editions; see digest.issue.issue
    Column("month", Text, nullable=False),
    Column("source_hash", Text, nullable=False),  # over what the editor wrote
    Column("sources", Text),  # JSON: SHA-256 of each file and setting; null: frozen by a version that did not keep them
    Column("document", Text, nullable=False),  # JSON of digest.issue.issue.Document
    Column("assembled_at", UTC, nullable=False),
)
"""Bytes that can be approved, sent and published. Rows are added, never changed; so are editions and topics."""

edition = Table(
    "edition",
    metadata,
    Column("hash", ForeignKey(frozen_issue.c.hash), primary_key=True),
    Column("language", Text, primary_key=True),
    Column("mask", Integer, primary_key=True),  # 1 is the first article, 2 the second, 3 both, ...
    Column("position", Integer, nullable=False),  # place in the frozen issue, from 0: the hash depends on the order
    Column("subject", Text, nullable=False),
    Column("preheader", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("headers", Text, nullable=False),  # JSON list of [name, value]
    Column("nonce", Text, nullable=False),
)

issue_topic = Table(
    "issue_topic",
    metadata,
    Column("hash", ForeignKey(frozen_issue.c.hash), primary_key=True),
    Column("bit", Integer, primary_key=True),  # of the article in an edition's mask: 1, 2, 4, 8
    Column("topic", Text, primary_key=True),
)
"""Topics of each article, so that who gets which edition is decided in SQL."""

issue = Table(
    "issue",
    metadata,
    Column("month", Text, primary_key=True),
    Column("state", Word(IssueState), nullable=False),  # assembled -> approved; another hash -> assembled
    Column("hash", ForeignKey(frozen_issue.c.hash), nullable=False),
    Column("assembled_at", UTC, nullable=False),
    Column("approved_at", UTC),
    Column("published_at", UTC),  # of the first publication; null: not on the web
    Column("published_hash", ForeignKey(frozen_issue.c.hash)),
)

withdrawal = Table(
    "withdrawal",
    metadata,
    Column("month", Text, primary_key=True),
    Column("slug", Text, primary_key=True),
    Column("title", Text, nullable=False),  # as it was last published; so is the language
    Column("language", Text, nullable=False),
    Column("reason", Text, nullable=False),  # JSON: what readers are told, by language; "" for every language
    Column("withdrawn_at", UTC, nullable=False),
)
"""Articles that were mailed and are no longer in their issue: their permalinks say when and why."""

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
    # the name of the database when it was planned, for Message-IDs: they stay the same after a backup was put back
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
    # names a mail for ever, so never used again: given out in blocks by `counter`, so that a batch is a range
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
    Column("id", BigKey, primary_key=True),  # names a request for ever
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
"""Each action of each month happens once, whoever wakes up for it."""

calendar_start = Table(
    "calendar_start",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("begun_at", UTC, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)
"""When a scheduler first ran on this database."""
