"""Leaving: the one thing that a link in a mail does by itself."""

from digest.errors import NotFound
from digest.storage import subscribers
from digest.storage.database import Database
from digest.subscribers.subscriber import State, Subscriber


def leave(database: Database, subscriber_id: int) -> bool:
    """Unsubscribe a person, at once and for good; doing it again changes nothing.

    Returns:
        False if there is no such person (any more): nothing to do, and nothing wrong.
    """
    with database.write() as connection:
        return subscribers.leave(connection, subscriber_id, now=database.now(connection))


def unsubscribe(database: Database, address_hash: str) -> bool:
    """
    Unsubscribe a person on the operator's word, as `leave`.

    Returns:
        False if they had left before.

    Raises:
        NotFound: There is no subscriber with that address.
    """
    with database.write() as connection:
        person = subscribers.find(connection, address_hash)
        if person is None:
            raise NotFound(
                "there is no subscriber with that address: `digest suppressions add` keeps it from being added"
            )
        subscribers.leave(connection, person.id, now=database.now(connection))
        return person.state is not State.LEFT


def find_person(database: Database, subscriber_id: int) -> Subscriber | None:
    """The person behind a personal link, or None if there is none (any more)."""
    with database.read() as connection:
        return subscribers.get(connection, subscriber_id)
