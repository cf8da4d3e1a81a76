"""What an operator changes of one person, and how a person is read and shown."""

import datetime as dt
from dataclasses import replace

import pytest
from factories import make_taxonomy
from list_samples import RULES

from digest.months import Month
from digest.subscribers.edits import Edit, read_edit
from digest.subscribers.lists import cells
from digest.subscribers.lists.fields import Field
from digest.subscribers.lists.rows import read_person
from digest.subscribers.subscriber import NoMatch, Preferences, State, Subscriber, standing
from digest.subscribers.suppression import Reason

NOON = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
OLD = Preferences(frozenset({"empathy"}), "en", NoMatch.NOTHING, None)


def edit(**given):
    return read_edit({Field(name): text for name, text in given.items()}, make_taxonomy(), ("en", "fr"))


def test_only_what_is_given_is_changed():
    assert edit(topics="Training; attachment").applied_to(OLD) == replace(
        OLD, topics=frozenset({"training", "attachment"})
    )
    assert edit(language="fr").applied_to(OLD) == replace(OLD, language="fr")
    assert edit(no_match="whole", paused_until="2026-12").applied_to(OLD) == replace(
        OLD, no_match=NoMatch.WHOLE, paused_until=Month(2026, 12)
    )
    assert edit() == Edit()


def test_address_and_name_are_read_as_in_a_list():
    change = edit(email=" Ann@EXAMPLE.org ", name="Ann  Lee")

    assert (change.address, change.name) == ("Ann@example.org", "Ann Lee")
    assert change.applied_to(OLD) == OLD


def test_empty_topics_are_every_topic():
    assert edit(topics="").applied_to(OLD).topics == frozenset()


def test_everything_that_cannot_be_read_is_named_at_once():
    with pytest.raises(ValueError, match="unknown topic 'emapthy'") as caught:
        edit(email="ann", topics="emapthy", language="de", name="Ann")

    email, topics, language = str(caught.value).split("; ")
    assert email.startswith("email: ")
    assert topics.startswith("topics: ")
    assert language.startswith("language: ")


@pytest.mark.parametrize(
    ("topics", "remedy"),
    [
        ("walking", "`digest topics` lists all topics"),
        ("walking; running", "`digest topics` lists all topics"),
        ("empathy, training", "separate topics by `;`"),
        ("empathy, training; walking", "`digest topics` lists all topics"),
    ],
)
def test_remedy_for_an_unknown_topic_sees_a_comma_in_the_place_of_a_semicolon(topics, remedy):
    with pytest.raises(ValueError, match="unknown topic") as caught:
        edit(topics=topics)

    assert str(caught.value).endswith(remedy)


def test_person_is_read_from_the_cells_that_are_given():
    row = read_person({Field.LANGUAGE: "fr", Field.EMAIL: "ann@example.org", Field.TOPICS: "Empathy"}, RULES)

    assert row.problems == ()
    assert (row.person.address, row.person.source) == ("ann@example.org", "a form")
    assert row.person.preferences == Preferences(frozenset({"empathy"}), "fr")
    assert row.person.address_hash == RULES.identify("ann@example.org")


def test_person_whose_cells_cannot_be_read_is_refused_with_every_problem():
    row = read_person({Field.EMAIL: "ann@example.org", Field.TOPICS: "walking", Field.LANGUAGE: "de"}, RULES)

    assert row.person is None
    assert sorted(problem.partition(":")[0] for problem in row.problems) == ["language", "topics"]


@pytest.mark.parametrize(
    ("state", "reason", "said"),
    [
        (State.ACTIVE, None, "active"),
        (State.ACTIVE, Reason.BOUNCED, "suppressed (bounced)"),
        (State.LEFT, Reason.BOUNCED, "left"),
        (State.LAPSED, None, "lapsed"),
    ],
)
def test_active_people_who_must_not_be_mailed_stand_as_suppressed(state, reason, said):
    assert standing(state, reason) == said


@pytest.mark.parametrize(
    ("since", "moved"),
    [(None, False), (NOON, False), (NOON + SECOND, True), (NOON + 9 * SECOND, True), (NOON + 10 * SECOND, False)],
)
def test_link_went_to_an_earlier_address_if_that_changed_between_then_and_now(since, moved):
    person = Subscriber(1, "ann@example.org", "Ann", OLD, State.ACTIVE, NOON, address_since=since)

    assert person.has_moved_since(NOON, NOON + 9 * SECOND) is moved


@pytest.mark.parametrize("text", ["fr", " FR ", "fr-CA", "fr_CA"])
def test_language_is_read_with_any_region(text):
    assert cells.read_language(text, ("en", "fr")) == "fr"


def test_consent_of_tomorrow_is_taken_and_a_later_one_refused():
    today = dt.date(2026, 1, 31)

    assert cells.read_date("2026-02-01", today) == dt.date(2026, 2, 1), "somewhere it is tomorrow already"
    with pytest.raises(ValueError, match="2026-02-02"):
        cells.read_date("2026-02-02", today)
