"""What a backup that was put back needs before mail goes out again, on both engines."""

import pytest
from factories import NOON
from storage_samples import begin_campaign, claim_next, make_person

from digest.delivery.states import ONLY_PLANNED, CampaignState
from digest.pipeline.upkeep.restore import RESTORED, Repaired, repair_restored
from digest.storage import installation
from digest.storage.db.database import Database
from digest.storage.outbox import campaigns

PEOPLE = [make_person(name) for name in ("ann", "bob", "cho")]


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    yield database
    database.dispose()


def test_campaign_that_was_being_sent_is_held(database):
    with database.write() as connection:
        campaign = begin_campaign(connection, *PEOPLE)

    assert repair_restored(database, [], name="another") == Repaired(0, (campaign.month,))

    with database.write() as connection:
        found = campaigns.find(connection, campaign.month)
        assert (found.state, found.reason) == (CampaignState.HELD, RESTORED)
        assert claim_next(connection, campaign) is None
    assert repair_restored(database, [], name="a third") == Repaired(0, ())


def test_campaign_that_was_only_planned_is_held_until_resume(database):
    with database.write() as connection:
        campaign = begin_campaign(connection, *PEOPLE)
        campaigns.hold(connection, campaign.id, ONLY_PLANNED, NOON)

    assert repair_restored(database, [], name="another") == Repaired(0, (campaign.month,))

    with database.read() as connection:
        assert campaigns.find(connection, campaign.month).reason == RESTORED, "it may have been sent since the backup"


def test_campaign_that_is_over_stays_over(database):
    with database.write() as connection:
        campaign = begin_campaign(connection)
        campaigns.finish_if_done(connection, campaign.id, NOON)

    assert repair_restored(database, [], name="another") == Repaired(0, ())


def test_attempts_after_it_bear_another_name_than_those_before(database):
    with database.read() as connection:
        before = installation.read(connection)

    repair_restored(database, [], name="another")

    with database.read() as connection:
        assert (len(before), installation.read(connection)) == (16, "another")
