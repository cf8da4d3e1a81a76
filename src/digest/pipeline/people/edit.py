"""Changing one subscriber at the operator's request."""

import datetime as dt
from collections.abc import Callable

from sqlalchemy import Connection

from digest.errors import Conflict, NotFound
from digest.pipeline.people.change_address import complete
from digest.storage.db.database import Database
from digest.storage.people import address_changes, subscribers, suppressions
from digest.subscribers.edits import Edit, why_not_move
from digest.subscribers.subscriber import State, Subscriber


def edit_person(
    database: Database, identify: Callable[[str], str], address_hash: str, edit: Edit
) -> tuple[Subscriber, Subscriber]:
    """
    Change a person, in one transaction.

    After a move to another address, personal links that were mailed before can only unsubscribe, and links that
    confirm or undo an earlier change of address do nothing. The old address gets a notice with a link that undoes the
    move, unless it is suppressed.

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
            new_hash = identify(edit.address)
            _move(connection, old, address_hash, edit.address, new_hash, database.now(connection))
        name = old.name if edit.name is None else edit.name
        subscribers.save_preferences(connection, old.id, edit.applied_to(old.preferences), name)
        new = subscribers.get(connection, old.id)
        assert new is not None
        return old, new


def _move(
    connection: Connection, old: Subscriber, old_hash: str, address: str, address_hash: str, now: dt.datetime
) -> None:
    address_changes.end_undoing(connection, old.id, now)
    if address_hash == old_hash:  # another spelling of the same mailbox
        subscribers.set_address(connection, old.id, address, address_hash, now=now)
        return
    _require_movable(connection, old, address_hash)
    number = address_changes.add(connection, old.id, address, address_hash, now=now, expires_at=now)
    change = address_changes.find(connection, number)
    assert change is not None
    complete(connection, old, old_hash, change, now, notify=old.suppressed_for is None)


def _require_movable(connection: Connection, old: Subscriber, address_hash: str) -> None:
    is_taken = subscribers.find(connection, address_hash) is not None
    found = suppressions.find(connection, address_hash)
    refusal = why_not_move(old.suppressed_for, found.reason if found else None, is_taken=is_taken)
    if refusal:
        raise Conflict(f"{refusal}: nothing was changed")
