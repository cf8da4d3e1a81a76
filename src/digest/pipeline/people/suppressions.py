"""Adding, receiving, pulling, listing and lifting suppressions, and what they mean for the subscriber."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from digest.errors import InvalidAddress, NotFound
from digest.storage.db.database import Database
from digest.storage.people import subscribers, suppressions
from digest.subscribers.address import parse_address
from digest.subscribers.subscriber import State
from digest.subscribers.suppression import LEAVES, Reason, Suppressing, may_lift, more_severe


def every_suppression(database: Database) -> Iterator[dict[str, Any]]:
    """Yield suppressed addresses with reason and date, oldest first; address None if only its hash may be stored."""
    with database.read() as connection:
        for one in suppressions.stream(connection):
            yield {
                "address": one.address,
                "hash": one.address_hash,
                "reason": one.reason,
                "date": one.created_at.isoformat(timespec="seconds"),
            }


def suppress(database: Database, address: str, address_hash: str, reason: Reason) -> bool:
    """Suppress an address until `unsuppress`; False if nothing changed, since it was suppressed already.

    A reason that a person may lift by signing up again gives way to one that they may not lift.
    """
    with database.write() as connection:
        return suppressions.add_by_operator(connection, address_hash, address, reason, database.now(connection))


def unsuppress(database: Database, address_hash: str) -> State | None:
    """
    Let an address be mailed again. Someone who has left is not subscribed again: for that they sign up.

    Returns:
        The state of the subscriber with that address; None if there is none.

    Raises:
        NotFound: The address is not suppressed.
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


Identify = Callable[[str], str]
"""Hashes an address from `parse_address`."""


def hashed(addresses: Mapping[str, Reason], identify: Identify) -> dict[str, tuple[str, Reason]]:
    """Hash addresses as a provider wrote them, each with its most severe reason; invalid ones are left out."""
    found: dict[str, tuple[str, Reason]] = {}
    for text, reason in addresses.items():
        try:
            address = parse_address(text)
        except InvalidAddress:
            continue  # no subscriber can have such an address
        address_hash = identify(address)
        _, old = found.get(address_hash, (address, None))
        found[address_hash] = (address, more_severe(old, reason))
    return found


def suppress_reported(connection: Connection, reported: Suppressing, now: dt.datetime) -> int:
    """
    Suppress reported addresses. People who unsubscribed or complained at the provider are unsubscribed here too.

    Returns:
        How many addresses were not suppressed before.
    """
    going = [address_hash for address_hash, (_, reason) in reported.items() if reason in LEAVES]
    people = subscribers.lock(connection, going)  # before the suppressions, in the order in which leaving locks
    new = suppressions.add_reported(connection, reported, now)
    for number in people:
        subscribers.leave(connection, number, now=now)
    return new


def pull(
    database: Database,
    pages: Iterable[tuple[Reason, list[str]]],
    *,
    identify: Identify,
    advance: Callable[[int], None] = lambda _: None,
) -> int:
    """
    Suppress the addresses of *pages*. Each page is committed by itself, and pulling again changes nothing.

    Args:
        advance: Called with the number of addresses of each page.

    Returns:
        How many were not suppressed before.

    Raises:
        TransportError, StorageError: The pages before stay committed.
    """
    new = 0
    for reason, addresses in pages:
        reported = hashed(dict.fromkeys(addresses, reason), identify)
        with database.write() as connection:
            new += suppress_reported(connection, reported, database.now(connection))
        advance(len(addresses))
    return new
