"""Leaving: the one thing that a link in a mail does by itself."""

from digest.storage import subscribers
from digest.storage.database import Database
from digest.subscribers.subscriber import Subscriber


def leave(database: Database, subscriber_id: int) -> bool:
    """Unsubscribe a person, at once and for good; doing it again changes nothing.

    Returns:
        False if there is no such person (any more): nothing to do, and nothing wrong.
    """
    with database.write() as connection:
        return subscribers.leave(connection, subscriber_id, now=database.now(connection))


def find_person(database: Database, subscriber_id: int) -> Subscriber | None:
    """The person behind a personal link, or None if there is none (any more)."""
    with database.read() as connection:
        return subscribers.get(connection, subscriber_id)
