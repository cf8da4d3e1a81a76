"""Suppressions as the operator sees them, and what becomes of the subscriber."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from digest.delivery.events import Grounds, weaker
from digest.errors import InvalidAddress, NotFound
from digest.storage.db.database import Database
from digest.storage.people import subscribers, suppressions
from digest.subscribers.address import parse_address
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


Identify = Callable[[str], str]
"""Hashes an address from `parse_address`."""

Reported = Mapping[str, tuple[str, Grounds]]
"""Hash of an address to the address and the gravest reason."""

_LEAVES = frozenset({Grounds.UNSUBSCRIBED, Grounds.COMPLAINED})


def hashed(addresses: Mapping[str, Grounds], identify: Identify) -> dict[str, tuple[str, Grounds]]:
    """Hash to address and gravest reason, for what a provider wrote; whatever is no address is left out."""
    found: dict[str, tuple[str, Grounds]] = {}
    for text, grounds in addresses.items():
        try:
            address = parse_address(text)
        except InvalidAddress:
            continue  # nobody here has such an address
        address_hash = identify(address)
        old = found.get(address_hash)
        if old is None or old[1] in weaker(grounds):
            found[address_hash] = (address, grounds)
    return found


def take_over(connection: Connection, reported: Reported, now: dt.datetime) -> int:
    """
    Suppress what was reported; whoever unsubscribed or complained at the provider has left here too.

    Returns:
        How many addresses were not suppressed before.
    """
    going = [address_hash for address_hash, (_, grounds) in reported.items() if grounds in _LEAVES]
    people = subscribers.lock(connection, going)  # before the suppressions, as everybody who leaves does
    new = suppressions.add_reported(connection, reported, now)
    for number in people:
        subscribers.leave(connection, number, now=now)
    return new


def pull(
    database: Database,
    pages: Iterable[tuple[Grounds, list[str]]],
    *,
    identify: Identify,
    advance: Callable[[int], None] = lambda _: None,
) -> int:
    """
    Suppress the addresses of *pages*; each page is committed by itself, and doing it again changes nothing.

    Args:
        advance: Told how many more addresses have been looked at.

    Returns:
        How many were not suppressed before.

    Raises:
        TransportError, StorageError: What was read before stands.
    """
    new = 0
    for grounds, addresses in pages:
        reported = hashed(dict.fromkeys(addresses, grounds), identify)
        with database.write() as connection:
            new += take_over(connection, reported, database.now(connection))
        advance(len(addresses))
    return new
