"""What a form says, and what is wrong with it."""

import pytest
from factories import make_taxonomy
from hypothesis import given
from hypothesis import strategies as st

from digest.months import Month
from digest.subscribers.subscriber import NoMatch, Preferences
from digest.topics import Taxonomy, Term, Topic
from digest.web.bodies import Form
from digest.web.people.choices import FormReader, pauses, topic_groups

NOVEMBER = Month(2026, 11)
KEPT = Preferences(frozenset({"empathy"}), "fr", NoMatch.WHOLE, Month(2027, 2))


def reading(*fields: tuple[str, str]) -> FormReader:
    return FormReader(Form(fields), lambda text: text)


def preferences(*fields: tuple[str, str]) -> Preferences:
    return reading(*fields).preferences(make_taxonomy(), ("en", "fr"), KEPT, NOVEMBER)


@pytest.mark.parametrize(
    ("fields", "topics", "problem"),
    [
        ([("which", "every")], set(), False),
        ([("which", "every"), ("topic", "empathy")], set(), False),
        ([("which", "some"), ("topic", "empathy"), ("topic", "training")], {"empathy", "training"}, False),
        ([("topic", "empathy")], {"empathy"}, False),
        ([("which", "some"), ("topic", "empathy"), ("topic", "gone")], {"empathy"}, False),
        ([("which", "some")], set(), True),
        ([("which", "some"), ("topic", "gone")], set(), True),
        ([], set(), True),
    ],
)
def test_topics_are_never_widened_by_a_slip(fields, topics, problem):
    asked = reading(*fields)

    assert asked.topics(make_taxonomy()) == topics
    assert bool(asked.problems) is problem


def test_everything_on_the_page_is_read():
    chosen = preferences(("which", "every"), ("language", "en"), ("no_match", "nothing"), ("pause", "2027-01"))

    assert chosen == Preferences(frozenset(), "en", NoMatch.NOTHING, Month(2027, 1))


def test_value_that_the_page_does_not_offer_leaves_what_was_kept():
    chosen = preferences(("which", "every"), ("language", "xx"), ("no_match", "perhaps"))

    assert (chosen.language, chosen.no_match) == ("fr", NoMatch.WHOLE)


@pytest.mark.parametrize("pause", ["2026-11", "2020-01", "2999-12", "soon", "2027-13"])
def test_pause_is_one_of_the_months_offered(pause):
    asked = reading(("which", "every"), ("pause", pause))
    asked.preferences(make_taxonomy(), ("en", "fr"), KEPT, NOVEMBER)

    assert [problem.field for problem in asked.problems] == ["pause"]


def test_no_pause_ends_one():
    assert preferences(("which", "every"), ("pause", "")).paused_until is None


def test_pauses_are_the_next_twelve_months_and_what_is_chosen_already():
    assert pauses(NOVEMBER, None)[0] == Month(2026, 12)
    assert pauses(NOVEMBER, None)[-1] == Month(2027, 11)
    assert pauses(NOVEMBER, Month(2030, 1))[-1] == Month(2030, 1)
    assert Month(2026, 10) not in pauses(NOVEMBER, Month(2026, 10))


def test_line_end_in_a_name_becomes_a_space():
    assert reading(("name", "Ann\r\nBcc: x@example.org")).name() == "Ann Bcc: x@example.org"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("x" * 201, "Shorten the name to 200 characters or fewer."),
        ("x" * 60_000, "Shorten the name to 200 characters or fewer."),
        ("Ann\u202eeel", "The name contains a character that changes the direction of the text (U+202E). Delete"),
        ("A\u200bnn", "The name contains an invisible character (U+200B). Delete the name and type it again."),
        ("\x00", "The name contains a control character (U+0000). Delete"),
        ("Ann\u2028Lee", "The name contains a control character (U+2028). Delete"),
        ("\ufffe", "The name contains an unknown character (U+FFFE). Delete"),
        ("\u200e", "The name has no visible characters."),
        ("=?utf-8?q?=1B?=", "The name looks like an encoded email header"),
    ],
    ids=range(9),
)
def test_name_that_is_refused_says_which_rule_it_breaks(typed, problem):
    asked = reading(("name", typed))

    assert asked.name() == ""
    assert [one.field for one in asked.problems] == ["name"]
    assert asked.problems[0].text.startswith(problem)


@pytest.mark.parametrize("typed", ["علی\u200cرضا", "Ann 👨\u200d👩\u200d👧", "\u200fמרים"])
def test_persian_names_and_emoji_are_names(typed):
    assert reading(("name", typed)).name() == typed


ONE_ADDRESS = "Enter one email address, such as name@example.org."


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", ONE_ADDRESS),
        ("a@", ONE_ADDRESS),
        ("x" * 99_999, ONE_ADDRESS),
        ("a@b@example.org", "Enter only one address."),
        ("a@example.org,b@example.org", "Enter only one address."),
        ("A <a@example.org>", "Enter only the address, without a name or brackets, such as name@example.org."),
        (
            "ann\u200b@example.org",
            "The address contains an invisible character (U+200B). Delete the address and type it",
        ),
        ("ann\x1b@example.org", "The address contains an invisible character (U+001B). Delete the address and type it"),
        ("rené@example.org", "We can’t send email to an address with é before the @. Check the spelling"),
    ],
    ids=range(9),
)
def test_address_that_is_refused_says_why(typed, problem):
    asked = reading(("address", typed))

    assert asked.address() == ""
    assert [one.field for one in asked.problems] == ["address"]
    assert asked.problems[0].text.startswith(problem)


def test_topics_stand_in_their_groups_and_are_found_by_other_words():
    taxonomy = Taxonomy(
        (
            Topic("cbt", {"en": "Cognitive therapy", "fr": "Thérapie cognitive"}, "therapies", ("CBT", "TCC")),
            Topic("trust", {"en": "Trust"}, "process"),
        ),
        (
            Term("process", {"en": "Process"}),
            Term("nothing", {"en": "Nothing"}),
            Term("therapies", {"en": "Therapies"}),
        ),
    )
    process, therapies = topic_groups(taxonomy, "fr", {"cbt"})

    assert (process.name, [topic.slug for topic in process.topics]) == ("Process", ["trust"])
    assert therapies.topics[0].name == "Thérapie cognitive"
    assert therapies.topics[0].also == "Cognitive therapy CBT TCC"
    assert (process.chosen, therapies.chosen) == (0, 1)


@given(
    st.lists(
        st.tuples(st.sampled_from(["which", "topic", "pause", "language", "no_match", "name", "address"]), st.text())
    )
)
def test_no_form_breaks_the_reading(fields):
    asked = reading(*fields)
    asked.address()
    asked.name()

    assert asked.preferences(make_taxonomy(), ("en", "fr"), KEPT, NOVEMBER).language in {"en", "fr"}
