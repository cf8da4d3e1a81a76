"""What this database is called among those that share a provider's account: events tell whose attempt they are of."""

from sqlalchemy import Connection, select, update

from digest.storage.tables.outbox import installation


def read(connection: Connection) -> str:
    """The name, which every request carries."""
    name: str = connection.execute(select(installation.c.name)).scalar_one()
    return name


def rename(connection: Connection, name: str) -> None:
    """Take another name: events of attempts that were made under the old one are not about those that follow."""
    connection.execute(update(installation).values(name=name))
