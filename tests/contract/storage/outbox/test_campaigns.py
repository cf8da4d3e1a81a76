import datetime as dt
import itertools
from collections import Counter

import pytest
from factories import NOON, NOVEMBER
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from storage_samples import LANGUAGES, add_people, begin_campaign, claim_next, make_frozen, make_person

from digest.delivery.states import CampaignState, Skipped
from digest.errors import Conflict, NotFound
from digest.issue.edition import EditionKey
from digest.storage import issues
from digest.storage.db.database import Database
from digest.storage.outbox import campaigns, members, results
from digest.storage.outbox.audience import headcounts
from digest.storage.outbox.campaigns import Audience, plan
from digest.storage.people import subscribers, suppressions
from digest.storage.tables.outbox import batch, delivery
from digest.storage.tables.people import subscriber
from digest.subscribers.subscriber import NoMatch
from digest.subscribers.suppression import Reason

LATER = NOON + dt.timedelta(days=1)
TOPICS = ("empathy", "training", "adherence", "attachment")
FROZEN = make_frozen(["empathy"], ["training", "empathy"], ["adherence"])


def planned(connection, campaign):
    """Everybody in the plan: name -> edition, or the reason why they are skipped."""
    query = (
        select(subscriber.c.name, batch.c.language, batch.c.mask, delivery.c.reason)
        .select_from(delivery)
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .outerjoin(batch, delivery.c.id.between(batch.c.first_delivery, batch.c.last_delivery))
        .where(delivery.c.campaign_id == campaign.id)
    )
    return {name: reason or EditionKey(language, mask) for name, language, mask, reason in connection.execute(query)}


@pytest.mark.parametrize(
    ("person", "edition"),
    [
        (make_person("x", "empathy"), EditionKey("en", 0b011)),
        (make_person("x", "training"), EditionKey("en", 0b010)),
        (make_person("x", "adherence", "attachment"), EditionKey("en", 0b100)),
        (make_person("x", "empathy", "training", "adherence"), EditionKey("en", 0b111)),
        (make_person("x"), EditionKey("en", 0b111)),
        (make_person("x", language="fr"), EditionKey("fr", 0b111)),
        (make_person("x", "training", language="de"), EditionKey("en", 0b010)),
        (make_person("x", "attachment"), Skipped.NO_MATCH),
        (make_person("x", "attachment", no_match=NoMatch.WHOLE), EditionKey("en", 0b111)),
        (make_person("x", "training", no_match=NoMatch.WHOLE), EditionKey("en", 0b010)),
        (make_person("x", "empathy", paused_until=NOVEMBER.shift(1)), Skipped.PAUSED),
        (make_person("x", "attachment", paused_until=NOVEMBER.shift(1)), Skipped.PAUSED),
        (make_person("x", "empathy", paused_until=NOVEMBER), EditionKey("en", 0b011)),
        (make_person("x", "empathy", paused_until=NOVEMBER.shift(-1)), EditionKey("en", 0b011)),
    ],
)
def test_everybody_gets_the_articles_on_their_topics(connection, person, edition):
    campaign = begin_campaign(connection, person, frozen=FROZEN)

    assert planned(connection, campaign) == {"x": edition}


def test_whoever_has_left_or_is_suppressed_is_not_in_the_plan(connection):
    left, bounced, there = people = [make_person(name) for name in ("left", "bounced", "there")]
    ids = add_people(connection, *people)
    subscribers.leave(connection, ids[0], now=NOON)
    suppressions.add(connection, bounced.address_hash, None, Reason.BOUNCED, NOON)

    assert planned(connection, begin_campaign(connection)) == {there.name: EditionKey("en", 1)}
    assert left.name != there.name


def test_second_plan_is_the_same_campaign_unchanged(connection):
    first = begin_campaign(connection, make_person("ann"))
    add_people(connection, make_person("bob"))
    other = make_frozen(word="other")
    issues.save(connection, other, LATER)
    again = plan(connection, NOVEMBER, other.hash, batch_size=9, languages=LANGUAGES, now=LATER)

    assert again == first
    assert list(planned(connection, first)) == ["ann"]


def test_campaign_of_nobody_is_planned_and_done(connection):
    campaign = begin_campaign(connection)

    assert campaign.planned == 0
    assert campaigns.balance(connection, campaign.id).holds
    assert campaigns.finish_if_done(connection, campaign.id, LATER)


def test_dry_run_counts_exactly_what_the_plan_then_does(connection):
    everyone = [
        make_person(f"p{number}", *topics, language=language, no_match=no_match)
        for number, (topics, language, no_match) in enumerate(
            itertools.product(
                [(), ("empathy",), ("attachment",), ("training", "adherence")], ("en", "fr", "de"), tuple(NoMatch)
            )
        )
    ]
    add_people(connection, *everyone, make_person("late", paused_until=NOVEMBER.shift(2)))
    issues.save(connection, FROZEN, NOON)
    audience = campaigns.audience(connection, FROZEN.hash, NOVEMBER, LANGUAGES, NOON.date())
    campaign = begin_campaign(connection, frozen=FROZEN)
    found = Counter(planned(connection, campaign).values())

    assert audience == Audience(
        {key: number for key, number in found.items() if isinstance(key, EditionKey)},
        {Skipped(key): number for key, number in found.items() if isinstance(key, str)},
    )
    assert audience.planned == campaign.planned == len(everyone) + 1


def test_batches_are_full_of_one_edition_and_their_members_stand_side_by_side(connection):
    people = [
        make_person(f"p{n}", *[(), ("empathy",), ("attachment",)][n % 3], language=LANGUAGES[n % 2]) for n in range(40)
    ]
    campaign = begin_campaign(connection, *people, frozen=FROZEN, batch_size=3)
    found = connection.execute(select(batch).order_by(batch.c.number)).all()
    inside = {row.id: members.of_batch(connection, row.id) for row in found}

    assert [row.number for row in found] == list(range(1, len(found) + 1))
    assert all(row.size == len(inside[row.id]) and 1 <= row.size <= 3 for row in found)
    assert all(ids == list(range(ids[0], ids[0] + len(ids))) for ids in inside.values())
    by_edition = Counter((row.language, row.mask) for row in found if row.size < 3)
    assert all(partial == 1 for partial in by_edition.values())
    assert sum(row.size for row in found) + 13 == campaign.planned == 40


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    articles=st.lists(st.sets(st.sampled_from(TOPICS), min_size=1), min_size=1, max_size=4),
    people=st.lists(
        st.tuples(
            st.sets(st.sampled_from(TOPICS)),
            st.sampled_from(["en", "fr", "de"]),
            st.sampled_from(NoMatch),
            st.sampled_from([None, NOVEMBER, NOVEMBER.shift(1)]),
        ),
        max_size=20,
    ),
    batch_size=st.integers(1, 7),
)
def test_plan_agrees_with_the_rules_said_in_plain_words(sqlite_url, articles, people, batch_size):
    def rule(topics, language, no_match, paused_until):
        if paused_until and paused_until > NOVEMBER:
            return Skipped.PAUSED
        whole = range(len(articles))
        mine = [n for n in whole if articles[n] & topics] if topics else whole
        if not mine and no_match is NoMatch.NOTHING:
            return Skipped.NO_MATCH
        return EditionKey(language if language in LANGUAGES else "en", sum(1 << n for n in mine or whole))

    database = Database(sqlite_url)
    everyone = [
        make_person(f"p{n}", *topics, language=language, no_match=no_match, paused_until=paused_until)
        for n, (topics, language, no_match, paused_until) in enumerate(people)
    ]
    with database._engine.connect() as connection, connection.begin() as undone:
        campaign = begin_campaign(connection, *everyone, frozen=make_frozen(*articles), batch_size=batch_size)
        found = planned(connection, campaign)
        balance = campaigns.balance(connection, campaign.id)
        undone.rollback()
    database.dispose()

    assert found == {f"p{n}": rule(*person) for n, person in enumerate(people)}
    assert balance.holds
    assert balance.planned == campaign.planned == len(people)


def test_campaigns_are_found_by_month_and_by_state(connection):
    november = begin_campaign(connection, make_person("ann"))
    december = begin_campaign(connection, frozen=make_frozen(month=NOVEMBER.shift(1)))
    campaigns.set_state(connection, december.id, CampaignState.HELD, reason="quota", now=LATER)

    assert campaigns.find(connection, NOVEMBER.shift(2)) is None
    assert campaigns.in_state(connection, CampaignState.SENDING) == [november]
    [held] = campaigns.in_state(connection, CampaignState.HELD)
    assert (held.id, held.reason, held.finished_at) == (december.id, "quota", None)


def test_held_campaign_goes_on_without_a_reason(connection):
    campaign = begin_campaign(connection, make_person("ann"))
    campaigns.set_state(connection, campaign.id, CampaignState.HELD, reason="quota", now=LATER)
    campaigns.set_state(connection, campaign.id, CampaignState.SENDING, reason=None, now=LATER)

    assert campaigns.find(connection, NOVEMBER) == campaign


def test_cancelled_campaign_stays_so(connection):
    campaign = begin_campaign(connection, make_person("ann"))
    campaigns.set_state(connection, campaign.id, CampaignState.CANCELLED, reason=None, now=LATER)

    assert campaigns.find(connection, NOVEMBER).finished_at == LATER
    with pytest.raises(Conflict):
        campaigns.set_state(connection, campaign.id, CampaignState.SENDING, reason=None, now=LATER)


def test_campaign_that_is_not_there_is_not_found(connection):
    with pytest.raises(NotFound):
        campaigns.set_state(connection, 4711, CampaignState.HELD, reason="", now=NOON)
    with pytest.raises(NotFound):
        campaigns.balance(connection, 4711)


def test_campaign_is_sent_when_nothing_is_open_and_not_before(connection):
    campaign = begin_campaign(connection, make_person("ann"))

    assert not campaigns.finish_if_done(connection, campaign.id, LATER), "waiting"
    attempt = claim_next(connection, campaign).attempt_id
    assert not campaigns.finish_if_done(connection, campaign.id, LATER), "sending"
    results.record_in_doubt(connection, attempt, detail="no answer", now=LATER)
    assert not campaigns.finish_if_done(connection, campaign.id, LATER), "in doubt"
    results.record_accepted(connection, attempt, message_id=None, rejected={}, now=LATER)
    assert campaigns.finish_if_done(connection, campaign.id, LATER)
    assert not campaigns.finish_if_done(connection, campaign.id, LATER), "already"
    found = campaigns.find(connection, NOVEMBER)
    assert (found.state, found.finished_at) == (CampaignState.SENT, LATER)


def test_held_campaign_is_not_finished_behind_the_back_of_who_held_it(connection):
    campaign = begin_campaign(connection)
    campaigns.set_state(connection, campaign.id, CampaignState.HELD, reason="wait", now=NOON)

    assert not campaigns.finish_if_done(connection, campaign.id, LATER)


def test_headcounts_of_a_draft_are_those_of_the_plan(connection):
    people = [make_person(f"p{n}", *[(), ("empathy",), ("training",), ("attachment",)][n % 4]) for n in range(10)]
    add_people(connection, *people)
    issues.save(connection, FROZEN, NOON)
    topics = [frozenset(article.topics) for article in FROZEN.document.articles]

    assert (
        headcounts(connection, NOVEMBER, topics, LANGUAGES, NOON.date())
        == campaigns.audience(connection, FROZEN.hash, NOVEMBER, LANGUAGES, NOON.date()).editions
    )
    assert headcounts(connection, NOVEMBER, [], LANGUAGES, NOON.date()) == {}
