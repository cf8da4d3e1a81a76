"""Consent records: added, and never changed."""

import datetime as dt
from dataclasses import asdict

from sqlalchemy import Connection, select, update

from digest.storage.tables.people import consent
from digest.subscribers.consent import Consent

_RECORD = [column for column in consent.columns if column.name not in {"id", "subscriber_id", "address_hash"}]


def add(connection: Connection, subscriber_id: int, address_hash: str, record: Consent) -> None:
    """Record a consent of a person."""
    values = asdict(record) | {"subscriber_id": subscriber_id, "address_hash": address_hash}
    connection.execute(consent.insert().values(values))


def of_person(connection: Connection, subscriber_id: int) -> list[Consent]:
    """Every consent of a person, oldest first."""
    query = select(*_RECORD).where(consent.c.subscriber_id == subscriber_id).order_by(consent.c.id)
    return [Consent(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001  public in spite of its name


def detach(connection: Connection, subscriber_id: int, address_hash: str) -> None:
    """Unlink a person's consents: they stay under the hash of the address."""
    values = {"subscriber_id": None, "address_hash": address_hash, "network": None}
    connection.execute(update(consent).where(consent.c.subscriber_id == subscriber_id).values(values))


def forget_networks(connection: Connection, before: dt.datetime) -> int:
    """Remove the network address from consents recorded before that time; return how many."""
    old = (consent.c.network.is_not(None), consent.c.recorded_at < before)
    return connection.execute(update(consent).where(*old).values(network=None)).rowcount
