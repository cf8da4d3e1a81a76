"""Repairing the database after a backup was restored."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from digest.errors import StorageError
from digest.months import Month
from digest.pipeline.campaign.high_water import HighWater, Mark, missing, newest
from digest.pipeline.people.erasure import erase_again
from digest.storage import installation
from digest.storage.db.database import Database
from digest.storage.outbox import campaigns

RESTORED = "a backup was restored: anyone who was mailed after the backup would be mailed again"


@dataclass(frozen=True)
class Repaired:
    """What was done.

    Attributes:
        erased: How many people were erased again.
        held: The months whose campaigns are held now.
        missing: How many requests the database has no record of, as far as is known.
    """

    erased: int
    held: tuple[Month, ...]
    missing: int = 0


def repair_restored(
    database: Database,
    remembered: Iterable[tuple[str, dt.datetime]],
    *,
    name: str,
    high_water: HighWater | None = None,
) -> Repaired:
    """
    Do what a restored database needs before mail goes out again. Doing it again is harmless.

    Args:
        remembered: See `erase_again`.
        name: A new one for this installation: ids of attempts are given out a second time, and events about the lost
            ones must not be taken for evidence about these.
        high_water: Reset to the database as it is now.

    Raises:
        StorageError: The database can't be written, or the mark beside it.
    """
    erased = erase_again(database, remembered)
    with database.write() as connection:
        now = database.now(connection)
        before = newest(connection)
        installation.rename(connection, name)
        sending = campaigns.sending_or_planned(connection)
        for campaign in sending:
            campaigns.hold(connection, campaign.id, RESTORED, now)
    lost = 0
    if high_water is not None:
        lost = missing(before, _kept(high_water))
        high_water.reset(Mark(name, before.attempt))
    return Repaired(erased, tuple(campaign.month for campaign in sending), lost)


def _kept(high_water: HighWater) -> Mark | None:
    try:
        return high_water.read()
    except StorageError:
        return None  # damaged: it will be rewritten
