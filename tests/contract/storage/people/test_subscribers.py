import datetime as dt
from dataclasses import replace

import pytest
from factories import NOON, NOVEMBER
from sqlalchemy import delete, func, select
from storage_samples import add_people, make_person

from digest.storage.people import subscribers, suppressions
from digest.storage.people.adding import AddResult, add_many
from digest.storage.tables.people import consent, subscriber
from digest.subscribers.subscriber import NoMatch, State
from digest.subscribers.suppression import Reason

LATER = NOON + dt.timedelta(days=1)


def test_person_comes_back_as_added(connection):
    person = make_person(
        "ann",
        "empathy",
        "training",
        language="fr",
        no_match=NoMatch.WHOLE,
        paused_until=NOVEMBER,
        source="workshop",
        given_on=dt.date(2024, 5, 10),
    )
    results = add_many(connection, [person], update=False, now=NOON)
    found = subscribers.find(connection, person.address_hash)

    assert results == [AddResult.ADDED]
    assert found == subscribers.get(connection, found.id)
    assert (found.address, found.name, found.preferences) == (person.address, person.name, person.preferences)
    assert (found.state, found.created_at, found.left_at) == (State.ACTIVE, NOON, None)
    assert (found.source, found.given_on) == ("workshop", dt.date(2024, 5, 10))


def test_nobody_is_found_where_nobody_is(connection):
    assert subscribers.find(connection, "nobody") is None
    assert subscribers.get(connection, 4711) is None
    assert add_many(connection, [], update=True, now=NOON) == []


def test_same_list_again_changes_nothing(connection):
    people = [make_person("ann", "empathy"), make_person("bob")]
    add_many(connection, people, update=False, now=NOON)

    assert add_many(connection, people, update=True, now=LATER) == [AddResult.UNCHANGED] * 2
    assert connection.execute(select(func.count()).select_from(consent)).scalar_one() == 2


@pytest.mark.parametrize(
    ("update", "result", "name"), [(True, AddResult.UPDATED, "Ann Lee"), (False, AddResult.KEPT, "ann")]
)
def test_person_who_is_there_is_changed_only_when_asked(connection, update, result, name):
    person = make_person("ann", "empathy")
    other = replace(make_person("ann", "training", language="fr", paused_until=NOVEMBER), name="Ann Lee")
    add_people(connection, person)

    assert add_many(connection, [other], update=update, now=LATER) == [result]
    found = subscribers.find(connection, person.address_hash)
    assert found.name == name
    assert found.preferences == (other if update else person).preferences
    assert found.created_at == NOON


@pytest.mark.parametrize("update", [True, False])
def test_first_of_several_rows_with_one_address_counts(connection, update):
    rows = [make_person("ann", "empathy"), make_person("ann", "empathy"), make_person("ann", "training")]

    assert add_many(connection, rows, update=update, now=NOON) == [
        AddResult.ADDED,
        AddResult.DUPLICATE,
        AddResult.DUPLICATE,
    ]
    assert subscribers.find(connection, rows[0].address_hash).preferences.topics == {"empathy"}


@pytest.mark.parametrize("update", [True, False])
def test_whoever_has_left_or_is_suppressed_is_not_brought_back(connection, update):
    left, bounced = make_person("left"), make_person("bounced")
    [number] = add_people(connection, left)
    subscribers.leave(connection, number, now=NOON)
    suppressions.add(connection, bounced.address_hash, bounced.address, Reason.BOUNCED, NOON)

    assert add_many(connection, [left, bounced], update=update, now=LATER) == [AddResult.LEFT, AddResult.SUPPRESSED]
    assert subscribers.get(connection, number).state is State.LEFT
    assert subscribers.find(connection, bounced.address_hash) is None


def test_long_list_keeps_its_order_from_chunk_to_chunk(connection):
    names = [f"p{number % 1500}" for number in range(2500)]
    results = add_many(connection, (make_person(name, f"topic-{name[-1]}") for name in names), update=False, now=NOON)

    assert results == [AddResult.ADDED] * 1500 + [AddResult.DUPLICATE] * 1000
    assert [person.name for person in subscribers.stream(connection)] == names[:1500]


def test_stream_gives_everybody_with_their_topics_or_one_state(connection):
    people = [make_person("ann", "empathy"), make_person("bob"), make_person("cho", "empathy", "training")]
    ids = add_people(connection, *people)
    subscribers.leave(connection, ids[1], now=NOON)

    assert [person.preferences.topics for person in subscribers.stream(connection)] == [
        person.preferences.topics for person in people
    ]
    assert [person.id for person in subscribers.stream(connection, State.ACTIVE)] == [ids[0], ids[2]]
    assert [person.id for person in subscribers.stream(connection, State.LEFT)] == [ids[1]]
    assert subscribers.count(connection) == {State.ACTIVE: 2, State.LEFT: 1, State.LAPSED: 0}


def test_suppressed_person_is_found_with_the_reason(connection):
    ann, bob = make_person("ann"), make_person("bob")
    add_people(connection, ann, bob)
    suppressions.add(connection, bob.address_hash, bob.address, Reason.COMPLAINED, NOON)

    assert [one.suppressed_for for one in subscribers.stream(connection)] == [None, "complained"]


def test_leaving_suppresses_the_address_and_leaving_again_changes_nothing(connection):
    person = make_person("ann")
    [number] = add_people(connection, person)

    assert subscribers.leave(connection, number, now=NOON)
    assert subscribers.leave(connection, number, now=LATER)
    found = subscribers.get(connection, number)
    assert (found.state, found.left_at) == (State.LEFT, NOON)
    suppression = suppressions.find(connection, person.address_hash)
    assert (suppression.reason, suppression.address, suppression.created_at) == ("unsubscribed", person.address, NOON)


def test_leaving_of_nobody_is_told(connection):
    assert not subscribers.leave(connection, 4711, now=NOON)


def test_leaving_keeps_an_earlier_reason_of_the_suppression(connection):
    person = make_person("ann")
    [number] = add_people(connection, person)
    suppressions.add(connection, person.address_hash, None, Reason.COMPLAINED, NOON)
    subscribers.leave(connection, number, now=LATER)

    assert suppressions.find(connection, person.address_hash).reason == "complained"


def test_number_of_an_erased_person_is_never_given_to_another(connection):
    [number] = add_people(connection, make_person("ann"))
    connection.execute(delete(consent))
    connection.execute(delete(subscriber))
    [other] = add_people(connection, make_person("bob"))

    assert other > number


def test_two_imports_at_once_add_each_person_once(postgresql_url):
    """On PostgreSQL alone: on SQLite one import waits for the other from its start."""
    import threading

    from digest.storage.db.database import Database

    database = Database(postgresql_url)
    people = [make_person(f"p{number}") for number in range(200)]
    results: list[AddResult] = []

    def add() -> None:
        with database.write() as connection:
            results.extend(add_many(connection, people, update=False, now=NOON))

    threads = [threading.Thread(target=add) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        consents = connection.execute(select(func.count()).select_from(consent)).scalar_one()
    database.dispose()

    assert results.count(AddResult.ADDED) == 200
    assert consents == 200
