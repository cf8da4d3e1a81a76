"""Suppressions as the operator sees them, and what becomes of the subscriber."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from digest.errors import NotFound
from digest.storage import subscribers, suppressions
from digest.storage.database import Database
from digest.subscribers.subscriber import State
from digest.subscribers.suppression import Reason, may_lift


def every_suppression(database: Database) -> Iterator[dict[str, Any]]:
    """Every suppressed address with reason and date, oldest first; address None where only its hash may be kept."""
    with database.read() as connection:
        for one in suppressions.stream(connection):
            yield {
                "address": one.address,
                "hash": one.address_hash,
                "reason": one.reason,
                "date": one.created_at.isoformat(timespec="seconds"),
            }


def suppress(database: Database, address: str, address_hash: str, reason: Reason) -> bool:
    """Never mail an address again, until it is removed here; False if it was suppressed already, for whatever reason.

    A reason that a person may lift by signing up again gives way to one that they may not.
    """
    with database.write() as connection:
        return suppressions.harden(connection, address_hash, address, reason, database.now(connection))


def unsuppress(database: Database, address_hash: str) -> State | None:
    """
    Let an address be mailed again. It brings nobody back: who has left stays away until they sign up again.

    Returns:
        The state of the subscriber with that address; None if there is none.

    Raises:
        NotFound: It is not suppressed.
    """
    with database.write() as connection:
        if not suppressions.lift(connection, address_hash):
            raise NotFound("that address is not suppressed")
        person = subscribers.find(connection, address_hash)
        return person.state if person else None


def lift_what_the_person_may(connection: Connection, address_hash: str) -> bool:
    """Lift a suppression that the person may lift; False if the address must stay suppressed."""
    found = suppressions.find(connection, address_hash)
    if found is None:
        return True
    return may_lift(found.reason) and suppressions.lift(connection, address_hash)
