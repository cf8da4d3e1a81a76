"""Taking over the addresses that a provider will not mail: what its events did not tell, or told too late."""

from collections.abc import Callable, Iterable

from digest.delivery.events import Grounds
from digest.pipeline.reported import Identify, hashed, take_over
from digest.storage.database import Database


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
