"""What a column that says who has left means."""

import pytest

from digest.subscribers.lists import leaving
from digest.subscribers.lists.leaving import UNCLEAR, Departed

CLEANED = Departed.CLEANED


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("", None),
        ("n/a", None),
        ("No", None),
        ("0", None),
        ("active", None),
        ("yes", CLEANED),
        ("1", CLEANED),
        ("Oui", CLEANED),
        ("2026-01-31", CLEANED),
        ("31 Jan 2026", CLEANED),
        ("unsubscribed", Departed.UNSUBSCRIBED),
        ("Opted-out", Departed.UNSUBSCRIBED),
        ("perhaps", UNCLEAR),
    ],
)
def test_column_that_says_yes_or_since_when_of_people_who_are_gone(text, verdict):
    assert leaving.gone_if_true(CLEANED).verdict(text) is verdict


def test_own_words_of_a_column_count_more_than_the_usual_ones():
    meaning = leaving.gone_if_true(CLEANED, {"yes": None, "soft": Departed.ABSENT})

    assert meaning.verdict("yes") is None
    assert meaning.verdict("Soft") is Departed.ABSENT
    assert meaning.verdict("true") is CLEANED


@pytest.mark.parametrize(
    ("text", "blank", "verdict"),
    [
        ("no", False, CLEANED),
        ("faux", False, CLEANED),
        ("yes", False, None),
        ("2026-01-31", False, None),
        ("bounced", False, CLEANED),
        ("", False, UNCLEAR),
        ("", True, None),
        ("n/a", True, None),
        ("no", True, CLEANED),
        ("perhaps", True, UNCLEAR),
    ],
)
def test_column_that_says_no_of_people_who_are_gone(text, blank, verdict):
    assert leaving.gone_if_false(CLEANED, blank=blank).verdict(text) is verdict


@pytest.mark.parametrize(("text", "gone"), [("", False), ("null", False), ("too many mails", True), ("1/2/2026", True)])
def test_column_that_is_filled_in_only_for_people_who_are_gone(text, gone):
    assert leaving.gone_if_filled(CLEANED).verdict(text) is (CLEANED if gone else None)


def test_column_of_states_knows_its_own_words_alone():
    meaning = leaving.status({None: "fine, all well", CLEANED: "lost-mailbox"})

    assert [meaning.verdict(text) for text in ("Fine", "all well", "Lost mailbox", "fine, all well", "yes")] == [
        None,
        None,
        CLEANED,
        UNCLEAR,
        UNCLEAR,
    ]


def test_gravest_reason_counts():
    assert leaving.gravest([Departed.ABSENT, Departed.BLOCKED, CLEANED]) is Departed.BLOCKED
    assert leaving.gravest([]) is None
