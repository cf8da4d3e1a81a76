"""Putting things right after a backup of the database was put back."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from digest.months import Month
from digest.pipeline.erasure import erase_again
from digest.storage import campaigns, installation
from digest.storage.database import Database

RESTORED = "a backup was put back: whoever was mailed after it was made would be mailed again"


@dataclass(frozen=True)
class PutRight:
    """How many people were erased again, and the months whose campaigns are held now."""

    erased: int
    held: tuple[Month, ...]


def put_right(database: Database, remembered: Iterable[tuple[str, dt.datetime]], *, name: str) -> PutRight:
    """
    Do what a restored database needs before mail goes out again. Doing it again is harmless.

    Args:
        remembered: See `erase_again`.
        name: A new one for this installation: ids of attempts are given out a second time, and events about the lost
            ones must not be taken for evidence about these.
    """
    erased = erase_again(database, remembered)
    with database.write() as connection:
        now = database.now(connection)
        installation.rename(connection, name)
        sending = campaigns.sending_or_planned(connection)
        for campaign in sending:
            campaigns.hold(connection, campaign.id, RESTORED, now)
    return PutRight(erased, tuple(campaign.month for campaign in sending))
