"""One suite for both engines: each test gets a fresh migrated database on each."""

from collections.abc import Iterator

import pytest

from digest.storage.db.database import Database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def connection(database: Database):
    """A connection in one transaction that lasts as long as the test."""
    with database.write() as connection:
        yield connection
