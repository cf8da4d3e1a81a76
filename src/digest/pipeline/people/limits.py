"""Limits that all processes share through the database."""

import datetime as dt
from dataclasses import dataclass

from digest.storage import limits
from digest.storage.db.database import Database

WINDOW = dt.timedelta(minutes=10)  # in which one address gets at most one mail of each requested kind


@dataclass(frozen=True)
class Rate:
    """At most *count* (from 1) in *per*: all at once, or spread."""

    count: int
    per: dt.timedelta


@dataclass(frozen=True)
class Limits:
    """How often forms are accepted.

    Attributes:
        address: Forms that anyone can send and that lead to a mail to one address.
        mailbox: The same for one mailbox: every address that differs only in its tag.
        own: Links that a person requests on their own page, per kind.
        network: All forms from one network.
    """

    address: Rate = Rate(3, dt.timedelta(days=1))
    mailbox: Rate = Rate(6, dt.timedelta(days=1))
    own: Rate = Rate(3, dt.timedelta(days=1))
    network: Rate = Rate(30, dt.timedelta(hours=1))


def take_or_wait(database: Database, key: str, rate: Rate) -> dt.timedelta | None:
    """
    Count one event of *key* if *rate* allows it.

    Args:
        key: Never contains an address; use its hash.

    Returns:
        None if the event was allowed and counted; otherwise how long until the next one is.
    """
    with database.write() as connection:
        now = database.now(connection)
        if limits.take(connection, key, count=rate.count, per=rate.per, now=now):
            return None
        return limits.opens_at(connection, key, count=rate.count, per=rate.per, now=now) - now
