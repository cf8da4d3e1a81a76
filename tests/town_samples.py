"""What a town's database holds, and short ways to fill it."""

from factories import NOVEMBER
from people_samples import Town
from sqlalchemy import func, select
from storage_samples import LANGUAGES, make_frozen

from digest.storage import issues
from digest.storage.outbox import campaigns
from digest.storage.people import adding
from digest.storage.people.adding import AddResult
from digest.storage.tables.metadata import metadata
from digest.subscribers.subscriber import NewSubscriber

ANN = "ann@example.org"


def add(town: Town, *people: NewSubscriber, update: bool = False) -> list[AddResult]:
    with town.database.write() as connection:
        return adding.add_many(connection, people, update=update, now=town.time)


def row(town: Town, address: str = ANN, **changes) -> NewSubscriber:
    return NewSubscriber(address, town.people.identify(address), **changes)


def plan(town: Town):
    with town.database.write() as connection:
        frozen = make_frozen()
        issues.save(connection, frozen, town.time)
        return campaigns.plan(
            connection, NOVEMBER, frozen.hash, batch_size=10, languages=LANGUAGES, now=town.time
        )  # fmt: skip


def balance(town: Town, campaign):
    with town.database.read() as connection:
        return campaigns.balance(connection, campaign.id)


def everything_in(town: Town) -> str:
    """Every value of every table, as text."""
    with town.database.read() as connection:
        return repr([connection.execute(select(table)).all() for table in metadata.sorted_tables])


def count(town: Town, table) -> int:
    with town.database.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()
