from factories import NOON
from sqlalchemy import func, select
from storage_samples import add_people, make_person

from digest.storage.people import selections, subscribers, suppressions
from digest.storage.people.reachable import out_of_reach
from digest.storage.tables.people import selection, selection_topic
from digest.subscribers.suppression import Reason


def test_one_set_of_topics_is_one_row_in_whatever_order(connection):
    first = selections.ensure(connection, frozenset(["empathy", "training"]))
    second = selections.ensure(connection, frozenset(["training", "empathy"]))

    assert first == second
    assert connection.execute(select(func.count()).select_from(selection_topic)).scalar_one() == 2


def test_many_sets_get_their_ids_at_once(connection):
    sets = [frozenset(), frozenset(["a"]), frozenset(["a", "b"]), frozenset(["a;b"])]
    known = selections.ensure(connection, sets[1])
    ids = selections.ensure_many(connection, sets)

    assert ids[sets[1]] == known
    assert selections.ensure_many(connection, sets) == ids
    assert connection.execute(select(func.count()).select_from(selection)).scalar_one() == len(set(ids.values()))


def test_people_are_counted_by_topic_while_they_are_active(connection):
    ids = add_people(
        connection,
        make_person("ann", "empathy", "training"),
        make_person("bob", "empathy"),
        make_person("cho", "empathy"),
        make_person("dee"),
    )
    subscribers.leave(connection, ids[2], now=NOON)

    assert selections.topic_counts(connection, NOON.date()) == {"empathy": 2, "training": 1}
    assert selections.everything_count(connection, NOON.date()) == 1


def test_people_who_cannot_be_mailed_are_not_counted_by_topic(connection):
    today = NOON.date()
    people = [make_person("ann", "empathy"), make_person("bob", "empathy"), make_person("cho")]
    add_people(connection, *people, make_person("dee", "empathy", consent_until=today))
    for person in people[1:]:
        suppressions.add(connection, person.address_hash, person.address, Reason.BOUNCED, NOON)

    assert selections.topic_counts(connection, today) == {"empathy": 1}
    assert selections.everything_count(connection, today) == 0
    assert out_of_reach(connection, today) == {"suppressed": 2, "consent ended": 1}


def test_suppressed_addresses_are_found_among_many(connection):
    suppressions.add(connection, "b", None, Reason.BOUNCED, NOON)

    assert suppressions.among(connection, ["a", "b", "c"]) == {"b"}
    assert suppressions.find(connection, "b").address is None
