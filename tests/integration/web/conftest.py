"""A site with one published and one unpublished issue, and one subscriber."""

import pytest
from factories import NOON
from services.site import KEY, frozen_december, frozen_november, make_site, publish
from starlette.testclient import TestClient

from digest.storage import subscribers
from digest.storage.database import Database
from digest.subscribers.subscriber import NewSubscriber, Preferences
from digest.tokens import UNSUBSCRIBE, signer
from digest.web.app import create_site
from digest.web.site import Site


@pytest.fixture
def database(sqlite_url: str):
    database = Database(sqlite_url)
    publish(database, frozen_november())
    publish(database, frozen_december(), visible=False)
    yield database
    database.dispose()


@pytest.fixture
def site(database: Database) -> Site:
    return make_site(database)


@pytest.fixture
def client(site: Site) -> TestClient:
    return TestClient(create_site(site), base_url="https://digest.example.org", follow_redirects=False)


@pytest.fixture
def reader(database: Database) -> int:
    """The id of Ann Lee, who reads French."""
    person = NewSubscriber("ann.lee@example.com", "hash-of-ann", "Ann Lee", Preferences(language="fr"))
    with database.write() as connection:
        subscribers.add_many(connection, [person], update=False, now=NOON)
        found = subscribers.find(connection, "hash-of-ann")
    assert found is not None
    return found.id


@pytest.fixture
def token(reader: int) -> str:
    return signer(KEY, UNSUBSCRIBE)(reader)
