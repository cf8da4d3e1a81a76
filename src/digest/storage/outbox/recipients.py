"""Recipients of a campaign by state, with the reason. Addresses are read only when a person asks for this list."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, func, null, select

from digest.delivery.states import BatchState, HandOver
from digest.storage.outbox import members
from digest.storage.outbox.rows import BATCHES, BatchRow
from digest.storage.tables.outbox import attempt, batch, delivery
from digest.storage.tables.people import subscriber

_AT_ONCE = 1000  # rows of a stream in memory


class ListedRecipient(NamedTuple):
    """One delivery in the list that a person asked for.

    Attributes:
        address: The person's current address; None if they were erased or are no longer linked to the delivery.
        reason: The provider's words, or the result of the last request; None if there was none.
        attempt: The last request that included them; None for rejected people, or if there was none.
    """

    address: str | None
    reason: str | None
    attempt: int | None


def rejected(connection: Connection, campaign_id: int) -> Iterator[ListedRecipient]:
    """Yield people whom the provider refused, in constant memory, while the transaction lasts."""
    query = (
        select(subscriber.c.address, delivery.c.reason, null())
        .select_from(delivery)
        .outerjoin(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(delivery.c.campaign_id == campaign_id, delivery.c.state == HandOver.REJECTED)
        .order_by(delivery.c.id)
    )
    for row in connection.execute(query, execution_options={"yield_per": _AT_ONCE}):
        yield ListedRecipient(*row)


def in_batches(connection: Connection, campaign_id: int, state: BatchState) -> Iterator[ListedRecipient]:
    """Members of the batches in *state*, in their order, with one batch in memory. Valid as long as the transaction."""
    query = (
        BATCHES.add_columns(attempt.c.detail)
        .outerjoin(attempt, attempt.c.id == batch.c.attempt_id)
        .where(batch.c.campaign_id == campaign_id, batch.c.state == state)
        .order_by(batch.c.number)
        .limit(1)
    )
    last = 0
    while (row := connection.execute(query.where(batch.c.number > last)).one_or_none()) is not None:
        *columns, detail = row
        home = BatchRow(*columns)
        last = home.number
        people = (
            select(subscriber.c.address)
            .select_from(delivery)
            .outerjoin(subscriber, subscriber.c.id == delivery.c.subscriber_id)
            .where(*members.inside(home), delivery.c.state.is_(None))
            .order_by(delivery.c.id)
        )
        for address in connection.execute(people).scalars():
            yield ListedRecipient(address, detail, home.attempt_id)


def rejected_because(connection: Connection, campaign_id: int, most: int) -> list[tuple[str, int]]:
    """Return up to *most* reasons of the provider, the most frequent first, each with its number of people."""
    people = func.count()
    query = (
        select(delivery.c.reason, people)
        .where(delivery.c.campaign_id == campaign_id, delivery.c.state == HandOver.REJECTED)
        .group_by(delivery.c.reason)
        .order_by(people.desc(), delivery.c.reason)
    )
    return [(reason or "", number) for reason, number in connection.execute(query.limit(most))]
