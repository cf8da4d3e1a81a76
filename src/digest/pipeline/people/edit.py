"""Changing one subscriber on the operator's word."""

import datetime as dt
from collections.abc import Callable

from sqlalchemy import Connection

from digest.errors import Conflict, NotFound
from digest.storage.db.database import Database
from digest.storage.people import address_changes, subscribers, suppressions
from digest.subscribers.edits import Edit, why_not_move
from digest.subscribers.subscriber import State, Subscriber


def edit_person(
    database: Database, identify: Callable[[str], str], address_hash: str, edit: Edit
) -> tuple[Subscriber, Subscriber]:
    """
    Change a person, in one transaction.

    After a move to another address, personal links that were mailed before can only unsubscribe, and links that were
    mailed to confirm or to undo an address change do nothing.

    Returns:
        The person before and after.

    Raises:
        NotFound: There is no subscriber with that address.
        Conflict: The person has left, or may not move to the new address; nothing was changed.
    """
    with database.write() as connection:
        old = subscribers.find(connection, address_hash)
        if old is None:
            raise NotFound("there is no subscriber with that address")
        if old.state is State.LEFT:
            raise Conflict("this person has left: nothing was changed")
        if edit.address is not None:
            _move(connection, old, edit.address, identify(edit.address), database.now(connection))
        name = old.name if edit.name is None else edit.name
        subscribers.save_preferences(connection, old.id, edit.applied_to(old.preferences), name)
        new = subscribers.get(connection, old.id)
        assert new is not None
        return old, new


def _move(connection: Connection, old: Subscriber, address: str, address_hash: str, now: dt.datetime) -> None:
    other = subscribers.find(connection, address_hash)
    if other is None or other.id != old.id:  # else the same address, spelled otherwise
        found = suppressions.find(connection, address_hash)
        reason = found.reason if found else None
        refused = why_not_move(old.suppressed_for, reason, is_taken=other is not None)
        if refused:
            raise Conflict(f"{refused}: nothing was changed")
    subscribers.set_address(connection, old.id, address, address_hash, now=now)
    address_changes.end_undoing(connection, old.id, now)
