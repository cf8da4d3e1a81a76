"""What the web showed of a month, and since when."""

import datetime as dt
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from factories import NOON, NOVEMBER
from storage_samples import begin_campaign, claim_next, make_frozen, make_person

from digest import storage
from digest.storage import issues, publications
from digest.storage.db.database import Database, upgrade
from digest.storage.publications import PublishedVersion

LATER = NOON + dt.timedelta(days=1)
LONG_AGO = dt.datetime(2013, 5, 1, 12, tzinfo=dt.UTC)
FIRST = make_frozen(["empathy"], ["training"])
SECOND = make_frozen(["empathy"], word="second")


def publish(connection, frozen, now, appeared_at=None):
    issues.save(connection, frozen, now)
    issues.publish(connection, NOVEMBER, frozen.hash, now, appeared_at)


def test_every_version_is_kept_in_its_order(connection):
    for frozen, now in ((FIRST, NOON), (SECOND, LATER), (SECOND, LATER), (FIRST, LATER)):
        publish(connection, frozen, now)

    assert publications.of_month(connection, NOVEMBER) == (
        PublishedVersion(FIRST.hash, NOON),
        PublishedVersion(SECOND.hash, LATER),
        PublishedVersion(FIRST.hash, LATER),
    )
    assert publications.of_month(connection, NOVEMBER.shift(1)) == ()


def test_issue_that_appeared_long_ago_is_dated_then_and_its_correction_now(connection):
    publish(connection, FIRST, NOON, LONG_AGO)
    publish(connection, SECOND, LATER)

    assert issues.find(connection, NOVEMBER).published_at == LONG_AGO
    assert [one.published_at for one in publications.of_month(connection, NOVEMBER)] == [LONG_AGO, LATER]


def test_day_of_the_first_publication_can_be_corrected(connection):
    publish(connection, FIRST, NOON)
    publish(connection, FIRST, LATER, LONG_AGO)

    assert issues.find(connection, NOVEMBER).published_at == LONG_AGO
    assert publications.of_month(connection, NOVEMBER) == (PublishedVersion(FIRST.hash, LONG_AGO),)


@pytest.mark.parametrize("is_corrected", [False, True])
def test_migration_takes_over_what_is_published(database_url: str, database: Database, is_corrected: bool):
    with database.write() as connection:
        publish(connection, FIRST, NOON)
        if is_corrected:
            _mail(connection)
            publish(connection, SECOND, LATER)
        before = publications.of_month(connection, NOVEMBER)
    _go_back(database)

    upgrade(database_url)

    with database.read() as connection:
        assert publications.of_month(connection, NOVEMBER) == before
        assert len(before) == (2 if is_corrected else 1)


def _mail(connection) -> None:
    """Hand these bytes over to somebody."""
    assert claim_next(connection, begin_campaign(connection, make_person("a", "empathy"), frozen=FIRST), NOON)


def _go_back(database: Database) -> None:
    with database.write() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(storage.__file__).parent / "migrations"))
        command.downgrade(config, "0011")
