"""Subscribers: their choices, consents, requests and suppressions."""

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    Table,
    Text,
)

from digest.storage.db.types import UTC, BigKey, Word
from digest.storage.tables.metadata import metadata
from digest.subscribers.consent import ConsentKind, ConsentMethod
from digest.subscribers.signup import SignUpState
from digest.subscribers.subscriber import NoMatch, State
from digest.subscribers.suppression import Reason

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
    Column("reason", Word(Reason), nullable=False),
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
