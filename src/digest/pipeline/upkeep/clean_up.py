"""Retention: once a day, data that need not be kept any longer is deleted."""

import datetime as dt
from dataclasses import asdict, dataclass

from digest.storage import chores, erasure, limits, notifications
from digest.storage.db.database import Database
from digest.storage.people import address_changes, consents, signups, subscribers

_CHORE = "clean-up"


@dataclass(frozen=True)
class Retention:
    """How long data is kept.

    Attributes:
        requests: Sign-ups, requests to change an address, and finished notifications; longer than their links work.
        networks: Network addresses in consent records.
        recipients: Who got an issue, from the end of its campaign; the numbers are kept permanently.
    """

    requests: dt.timedelta = dt.timedelta(days=14)
    networks: dt.timedelta = dt.timedelta(days=365)
    recipients: dt.timedelta = dt.timedelta(days=24 * 31)


_WORDS = {
    "signups": "sign-ups",
    "address_changes": "address changes",
    "notifications": "notifications",
    "networks": "network addresses",
    "recipients": "recipients of old issues",
    "lapsed": "ended implied consents",
}


@dataclass(frozen=True)
class CleanedUp:
    """How many of each were deleted or marked; as text, only those that are not 0."""

    signups: int
    address_changes: int
    notifications: int
    networks: int
    recipients: int
    lapsed: int

    def __str__(self) -> str:
        said = [f"{_WORDS[name]} {count}" for name, count in asdict(self).items() if count]
        return ", ".join(said) or "nothing was old enough"


def clean_up(database: Database, retention: Retention) -> CleanedUp | None:
    """
    Delete what has been kept for long enough, and mark implied consents that have ended.

    Returns:
        What was done; None if it was done today already, here or by another process.
    """
    with database.write() as connection:
        now = database.now(connection)
        if not chores.begin(connection, _CHORE, now.date()):
            return None
        limits.forget(connection, now)
        return CleanedUp(
            signups=signups.forget_old(connection, now - retention.requests),
            address_changes=address_changes.forget_old(connection, now - retention.requests),
            notifications=notifications.forget_old(connection, now - retention.requests),
            networks=consents.forget_networks(connection, now - retention.networks),
            recipients=erasure.forget_recipients(connection, now - retention.recipients),
            lapsed=subscribers.mark_lapsed(connection, now.date()),
        )
