"""Limits that all processes share through the database."""

import datetime as dt
from dataclasses import dataclass

from digest.storage import limits
from digest.storage.database import Database


@dataclass(frozen=True)
class Rate:
    """At most *count* (from 1) in *per*: all at once, or spread."""

    count: int
    per: dt.timedelta


@dataclass(frozen=True)
class Limits:
    """How often forms are accepted.

    Attributes:
        address: Those that lead to a mail to one address.
        mailbox: The same for one mailbox: every address that differs only in its tag.
        network: All forms from one network.
    """

    address: Rate = Rate(3, dt.timedelta(days=1))
    mailbox: Rate = Rate(6, dt.timedelta(days=1))
    network: Rate = Rate(30, dt.timedelta(hours=1))


def allow(database: Database, key: str, rate: Rate) -> bool:
    """Count one event of *key*; False if it is one too many, and then it is not counted.

    *key* holds no address of a person: use its hash.
    """
    with database.write() as connection:
        return limits.take(connection, key, count=rate.count, per=rate.per, now=database.now(connection))
