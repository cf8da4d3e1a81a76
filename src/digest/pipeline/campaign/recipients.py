"""Naming the people whom a month did not reach, or perhaps not."""

from collections.abc import Iterator
from enum import StrEnum

from digest.delivery.states import BatchState
from digest.months import Month
from digest.storage.db.database import Database
from digest.storage.outbox import campaigns, recipients
from digest.storage.outbox.recipients import Named


class Who(StrEnum):
    """Of whom the names are asked for."""

    REJECTED = "rejected"  # the provider refused them
    IN_DOUBT = "in-doubt"  # nobody knows whether they were reached
    WAITING = "waiting"  # they were not handed over yet


_STATES = {Who.IN_DOUBT: BatchState.IN_DOUBT, Who.WAITING: BatchState.WAITING}


def people_of(database: Database, month: Month, which: Who) -> Iterator[Named]:
    """
    Everybody of the campaign of *month* who is *which*, with why, in constant memory.

    Raises:
        NotFound: It has none.
    """
    with database.read() as connection:
        campaign = campaigns.require(connection, month)
        if which is Who.REJECTED:
            yield from recipients.rejected(connection, campaign.id)
        else:
            yield from recipients.in_batches(connection, campaign.id, _STATES[which])
