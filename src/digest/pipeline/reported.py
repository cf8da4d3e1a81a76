"""What a provider reports about addresses: bounces, complaints, departures."""

import datetime as dt
from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from digest.delivery.events import Grounds, weaker
from digest.errors import InvalidAddress
from digest.storage import subscribers, suppressions
from digest.subscribers.address import parse_address

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
