from factories import NOON
from sqlalchemy import func, select
from storage_samples import add_people, make_person

from digest.storage.people import selections, subscribers, suppressions
from digest.storage.people.reachable import out_of_reach
from digest.storage.tables.people import selection, selection_topic


def test_one_set_of_topics_is_one_row_in_whatever_order(conn):
    first = selections.ensure(conn, frozenset(["empathy", "training"]))
    second = selections.ensure(conn, frozenset(["training", "empathy"]))

    assert first == second
    assert conn.execute(select(func.count()).select_from(selection_topic)).scalar_one() == 2


def test_many_sets_get_their_ids_at_once(conn):
    sets = [frozenset(), frozenset(["a"]), frozenset(["a", "b"]), frozenset(["a;b"])]
    known = selections.ensure(conn, sets[1])
    ids = selections.ensure_many(conn, sets)

    assert ids[sets[1]] == known
    assert selections.ensure_many(conn, sets) == ids
    assert conn.execute(select(func.count()).select_from(selection)).scalar_one() == len(set(ids.values()))


def test_people_are_counted_by_topic_while_they_are_active(conn):
    ids = add_people(
        conn,
        make_person("ann", "empathy", "training"),
        make_person("bob", "empathy"),
        make_person("cho", "empathy"),
        make_person("dee"),
    )
    subscribers.leave(conn, ids[2], now=NOON)

    assert selections.topic_counts(conn, NOON.date()) == {"empathy": 2, "training": 1}
    assert selections.everything_count(conn, NOON.date()) == 1


def test_people_who_cannot_be_mailed_are_not_counted_by_topic(conn):
    today = NOON.date()
    people = [make_person("ann", "empathy"), make_person("bob", "empathy"), make_person("cho")]
    add_people(conn, *people, make_person("dee", "empathy", consent_until=today))
    for person in people[1:]:
        suppressions.add(conn, person.address_hash, person.address, "bounced", NOON)

    assert selections.topic_counts(conn, today) == {"empathy": 1}
    assert selections.everything_count(conn, today) == 0
    assert out_of_reach(conn, today) == {"suppressed": 2, "consent ended": 1}


def test_suppressed_addresses_are_found_among_many(conn):
    suppressions.add(conn, "b", None, "bounced", NOON)

    assert suppressions.among(conn, ["a", "b", "c"]) == {"b"}
    assert suppressions.find(conn, "b").address is None
