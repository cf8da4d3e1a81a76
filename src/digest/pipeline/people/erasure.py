"""What is known about a person, and erasing it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from digest.pipeline.people.context import PeopleContext
from digest.storage import erasure, notifications
from digest.storage.db.database import Database
from digest.storage.people import address_changes, consents, signups, subscribers, suppressions


def erase(database: Database, people: PeopleContext, subscriber_id: int) -> bool:
    """Erase a person, as `erase_address`; False if there is no such person (any more)."""
    with database.read() as connection:
        address_hash = subscribers.hash_of(connection, subscriber_id)
    return address_hash is not None and erase_address(database, people, address_hash)


def erase_address(database: Database, people: PeopleContext, address_hash: str) -> bool:
    """
    Erase everything about an address: subscriber, sign-ups, mails. Repeating it changes nothing.

    Deliveries stay without a subscriber, the consent record and a suppression stay under the hash. No list brings the
    person back; a new sign-up that the person confirms does.

    Returns:
        False if nothing was known about it.
    """
    with database.write() as connection:
        now = database.now(connection)
        known = erasure.erase(connection, address_hash, now)
        if known:
            # before the commit: an erased person must not come back with a backup, whatever happens in between
            people.remember(address_hash, now)
    return known


def erase_again(database: Database, remembered: Iterable[tuple[str, dt.datetime]]) -> int:
    """
    Erase again everyone who was erased after the restored backup was made.

    Args:
        remembered: Hash and time of each erasure, as given to `PeopleContext.remember`.

    Returns:
        How many people were erased again. Anyone who confirmed a sign-up since their erasure stays.
    """
    erased = 0
    for address_hash, time in remembered:
        with database.write() as connection:
            person = subscribers.find(connection, address_hash)
            if person is not None and not _came_back(connection, person.id, time):
                erasure.erase(connection, address_hash, database.now(connection))
                erased += 1
            elif person is None:
                suppressions.forget_address(connection, address_hash, time)
    return erased


def everything_known(database: Database, subscriber_id: int) -> dict[str, Any] | None:
    """Return everything stored about a person, ready for JSON, times in UTC; None if there is no such person."""
    with database.read() as connection:
        person = subscribers.get(connection, subscriber_id)
        address_hash = subscribers.hash_of(connection, subscriber_id)
        if person is None or address_hash is None:
            return None
        suppression = suppressions.find(connection, address_hash)
        known = {
            "subscriber": asdict(person),
            "consents": [asdict(one) for one in consents.of_person(connection, subscriber_id)],
            "sign_ups": [asdict(one) for one in signups.of_address(connection, address_hash)],
            "address_changes": [asdict(one) for one in address_changes.of_person(connection, subscriber_id)],
            "issues": [
                {"month": month, "state": state, "reason": reason}
                for month, state, reason in erasure.deliveries_of(connection, subscriber_id)
            ],
            "notifications": [
                {"kind": kind, "created_at": created_at, "state": state}
                for kind, created_at, state in notifications.of_address(connection, address_hash)
            ],
            "suppression": asdict(suppression) if suppression else None,
        }
    shown: dict[str, Any] = _plain(known)
    return shown


def _came_back(connection: Connection, subscriber_id: int, erased_at: dt.datetime) -> bool:
    proofs = consents.of_person(connection, subscriber_id)
    return any(proof.confirmed_at is not None and proof.confirmed_at > erased_at for proof in proofs)


def _plain(value: Any) -> Any:
    """Convert *value* to types that JSON has."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="seconds")
    return value if value is None or isinstance(value, bool | int | float) else str(value)
