"""What the daily clean-up deletes, when, and what stays."""

from people_samples import Town, make_people
from sqlalchemy import select
from storage_samples import claim_next
from town_samples import balance, count, plan

from digest.delivery.states import CampaignState
from digest.pipeline.people.change_address import propose
from digest.pipeline.upkeep.clean_up import Retention, clean_up
from digest.storage.outbox import campaigns, results
from digest.storage.people import consents
from digest.storage.tables.notifications import notification
from digest.storage.tables.outbox import delivery
from digest.storage.tables.people import address_change, signup, subscriber


def test_daily_step_acts_once_a_day_whoever_wakes(town: Town):
    assert clean_up(town.database, Retention()) is not None
    assert clean_up(town.database, Retention()) is None
    town.wait(days=1)
    assert clean_up(town.database, Retention()) is not None
    town.wait(days=-1)
    assert clean_up(town.database, Retention()) is None


def test_requests_and_their_mails_go_after_their_time(town: Town):
    person = town.subscribe()
    propose(town.database, town.people, person.id, "new@example.net")
    town.deliver()
    town.wait(days=14)
    clean_up(town.database, Retention())
    assert (count(town, signup), count(town, address_change), count(town, notification)) == (1, 1, 2)
    town.wait(days=1)

    done = clean_up(town.database, Retention())

    assert (done.signups, done.address_changes, done.notifications) == (1, 1, 2)
    assert (count(town, signup), count(town, address_change), count(town, notification)) == (0, 0, 0)
    assert count(town, subscriber) == 1


def test_network_address_leaves_the_consent_record_and_the_rest_stays(town: Town):
    town.people = make_people(record_network=True)
    person = town.subscribe()
    town.wait(days=366)

    assert clean_up(town.database, Retention()).networks == 1

    with town.database.read() as connection:
        (proof,) = consents.of_person(connection, person.id)
    assert proof.network is None
    assert proof.wording


def test_recipients_go_after_their_time_and_the_numbers_stay(town: Town):
    town.subscribe()
    campaign = plan(town)
    with town.database.write() as connection:
        claimed = claim_next(connection, campaign, town.time)
        results.record_accepted(connection, claimed.attempt_id, message_id=None, rejected={}, now=town.time)
        campaigns.finish_if_done(connection, campaign.id, town.time)
    before = balance(town, campaign)
    town.wait(days=24 * 31 + 1)

    assert clean_up(town.database, Retention()).recipients == 1

    assert balance(town, campaign) == before
    with town.database.read() as connection:
        assert connection.execute(select(delivery.c.subscriber_id)).scalars().all() == [None]


def test_recipients_of_an_open_campaign_stay(town: Town):
    town.subscribe()
    campaign = plan(town)
    town.wait(days=1000)

    assert campaign.state is CampaignState.SENDING
    assert clean_up(town.database, Retention()).recipients == 0
