"""The high-water mark of attempts: a database that knows fewer of them than were made has lost some.

SQLite keeps its newest commits in a `-wal` file. If that file is lost, the database opens without an error as it was
some time ago, and everyone mailed since waits again. So the number of the newest attempt is also kept outside the
database, on the disk before the request goes out.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from digest.storage import installation
from digest.storage.outbox import attempts, campaigns


@dataclass(frozen=True)
class Mark:
    """The newest attempt of a database, which goes by the name of its installation; 0 for none."""

    installation: str
    attempt: int


class HighWater(Protocol):
    """Where the mark is kept, for all processes that use the database."""

    name: str
    """Its name in messages for people."""

    def read(self) -> Mark | None:
        """The mark; None if none was ever kept.

        Raises:
            StorageError: It can't be read.
        """

    def rise(self, mark: Mark) -> None:
        """Keep *mark* unless a higher one of the same installation is kept; it is on the disk when this returns.

        Raises:
            StorageError: It can't be written.
        """

    def reset(self, mark: Mark) -> None:
        """Keep *mark*, whatever was kept before; it is on the disk when this returns.

        Raises:
            StorageError: It can't be written.
        """


def newest(connection: Connection) -> Mark:
    """The mark as the database knows it."""
    return Mark(installation.read(connection), attempts.newest(connection))


def missing(known: Mark, kept: Mark | None) -> int:
    """The least number of attempts that the database has lost; all of them if it is another database."""
    if kept is None:
        return 0
    return max(0, kept.attempt - (known.attempt if kept.installation == known.installation else 0))


class Guard:
    """What a worker checks before it claims, and keeps before its requests go out.

    Args:
        high_water: None for a database that can't lose what was committed.
    """

    def __init__(self, high_water: HighWater | None) -> None:
        self._high_water = high_water
        self._installation = ""

    def why_not(self, connection: Connection) -> str | None:
        """Why nothing may be sent from this database, with the remedy; None if sending is safe.

        Raises:
            StorageError: The mark can't be read.
        """
        if self._high_water is None:
            return None
        kept, known = self._high_water.read(), newest(connection)
        self._installation = known.installation
        return _explained(self._high_water.name, known, kept) if kept is not None and missing(known, kept) else None

    def keep(self, attempts: list[int]) -> None:
        """Keep the newest of *attempts*, which have just been committed; `why_not` was asked before.

        Raises:
            StorageError: It can't be kept, so no request may go out.
        """
        if self._high_water is not None and attempts:
            self._high_water.rise(Mark(self._installation, max(attempts)))


def _explained(name: str, known: Mark, kept: Mark) -> str:
    if kept.installation == known.installation:
        said = (
            f"the database has lost its newest changes: {name} records {kept.attempt} requests, the database only "
            f"{known.attempt}"
        )
    else:
        said = f"{name} records {kept.attempt} requests of another database than this one"
    return (
        f"{said}. A lost -wal file or an older copy does this, and sending could mail people twice. Run `digest db "
        "restored`, find out from your provider who was mailed, then resume or cancel (docs/sending.md)"
    )


def hold_all(connection: Connection, reason: str, now: dt.datetime) -> None:
    """Hold every campaign that is sending or only planned: a planned one may have been sent since."""
    for campaign in campaigns.sending_or_planned(connection):
        campaigns.hold(connection, campaign.id, reason, now)
