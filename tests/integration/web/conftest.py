"""A site with one published and one unpublished issue, and one subscriber."""

import datetime as dt
from collections.abc import Callable

import pytest
from factories import NOON
from services.site import ANN, KEY, frozen_december, frozen_november, make_people, make_site, publish
from sqlalchemy import select
from starlette.testclient import TestClient

from digest.storage.db.database import Database
from digest.storage.people import adding, subscribers
from digest.storage.tables.notifications import notification
from digest.subscribers.subscriber import NewSubscriber, Preferences, Subscriber
from digest.tokens import UNSUBSCRIBE, Purpose, dated_signer, signer
from digest.web.app import create_site
from digest.web.site import Site


class Clock:
    """The database's clock, set by hand; it begins at `NOON`."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self, _connection: object) -> dt.datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += dt.timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(sqlite_url: str, clock: Clock):
    database = Database(sqlite_url, clock)
    publish(database, frozen_november())
    publish(database, frozen_december(), visible=False)
    yield database
    database.dispose()


@pytest.fixture
def site(database: Database) -> Site:
    return make_site(database)


@pytest.fixture
def client(site: Site) -> TestClient:
    """A program that asks as anybody can."""
    return TestClient(create_site(site), base_url="https://digest.example.org", follow_redirects=False)


@pytest.fixture
def visitor(site: Site) -> TestClient:
    """A browser that is on our own page, in English, and follows where an answer leads it."""
    headers = {
        "Sec-Fetch-Site": "same-origin",
        "Accept-Language": "en",
        "Content-Type": "application/x-www-form-urlencoded",  # also of a form without a field
    }
    return TestClient(create_site(site), base_url="https://digest.example.org", headers=headers)


@pytest.fixture
def reader(database: Database, site: Site) -> int:
    """The id of Ann Lee, who reads French."""
    found = site.people.identify(ANN)
    person = NewSubscriber(ANN, found, "Ann Lee", Preferences(language="fr"))
    with database.write() as connection:
        adding.add_many(connection, [person], update=False, now=NOON)
        added = subscribers.find(connection, found)
    assert added is not None
    return added.id


@pytest.fixture
def token(reader: int) -> str:
    return signer(KEY, UNSUBSCRIBE)(reader)


@pytest.fixture
def link(clock: Clock) -> Callable[..., str]:
    """Make the token of a link that ends in so many seconds."""

    def make(purpose: Purpose, subject: int, *, seconds: int = 3600, key: bytes = KEY) -> str:
        return dated_signer(key, purpose)(subject, int(clock.now.timestamp()) + seconds)

    return make


@pytest.fixture
def mails(database: Database) -> Callable[[], list[tuple[str, str, str, int | None]]]:
    """What is enqueued: kind, address, language and subject of each notification, oldest first."""
    columns = (notification.c.kind, notification.c.address, notification.c.language, notification.c.subject_id)

    def read() -> list[tuple[str, str, str, int | None]]:
        with database.read() as connection:
            return [tuple(row) for row in connection.execute(select(*columns).order_by(notification.c.id))]

    return read


@pytest.fixture
def person(database: Database) -> Callable[[str], Subscriber | None]:
    """Who has an address, by its hash as the site makes it."""

    def read(address: str) -> Subscriber | None:
        with database.read() as connection:
            return subscribers.find(connection, make_people().identify(address))

    return read
