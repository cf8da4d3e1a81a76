"""Fresh links: short-lived, requested on the preference page, for one action: export, erase, or change the address.

Each goes to the address on record, because the page may have been opened from a forwarded mail.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection

from digest.delivery.notifications import NotificationKind
from digest.pipeline.people.context import PeopleContext
from digest.pipeline.people.limits import WINDOW, Rate
from digest.storage import limits, notifications
from digest.storage.db.database import Database
from digest.storage.notifications import RequestedMail
from digest.storage.people import subscribers, suppressions
from digest.subscribers.subscriber import Subscriber
from digest.subscribers.suppression import may_lift
from digest.tokens import LIFETIMES, Purpose

KINDS = {
    Purpose.EXPORT: NotificationKind.EXPORT,
    Purpose.ERASE: NotificationKind.ERASE,
    Purpose.NEW_ADDRESS: NotificationKind.NEW_ADDRESS,
}


@dataclass(frozen=True)
class NotSent:
    """Why no link was enqueued: one was requested recently, or the address may not be mailed.

    Attributes:
        wait: How long until another one may be; None: the address may not be mailed.
    """

    wait: dt.timedelta | None


def enqueue_fresh_link(
    database: Database, people: PeopleContext, person: Subscriber, purpose: Purpose, rate: Rate
) -> NotSent | None:
    """
    Enqueue the mail with a fresh link for a person; return None on success.

    Args:
        rate: How many of each purpose one address gets; and never more than one in ten minutes.
    """
    kind, address_hash = KINDS[purpose], people.identify(person.address)
    with database.write() as connection:
        now = database.now(connection)
        if subscribers.hash_of(connection, person.id) != address_hash or not _mailable(connection, address_hash):
            return NotSent(None)
        for key, limit in ((f"{kind}:{address_hash}", Rate(1, WINDOW)), (f"own {kind}:{address_hash}", rate)):
            if not limits.take(connection, key, count=limit.count, per=limit.per, now=now):
                return NotSent(limits.opens_at(connection, key, count=limit.count, per=limit.per, now=now) - now)
        language = person.preferences.language
        notifications.add(
            connection, kind, person.address, address_hash, language=language, subject_id=person.id, now=now
        )
    return None


def last_requested(
    database: Database, people: PeopleContext, person: Subscriber, purpose: Purpose
) -> RequestedMail | None:
    """The newest mail with a link for *purpose* that still works, and how far it has got; None if there is none."""
    with database.read() as connection:
        after = database.now(connection) - LIFETIMES[purpose]
        return notifications.latest(connection, KINDS[purpose], people.identify(person.address), after)


def _mailable(connection: Connection, address_hash: str) -> bool:
    found = suppressions.find(connection, address_hash)
    return found is None or may_lift(found.reason)
