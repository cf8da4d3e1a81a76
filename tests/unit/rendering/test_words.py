import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.months import Month
from digest.rendering.words import day_name, direction, join_words, language_attributes, month_name, one_line


@pytest.mark.parametrize(
    ("language", "expected"), [("en", "November 2026"), ("fr", "novembre 2026"), ("de", "November 2026")]
)
def test_month_is_named_in_the_language(language, expected):
    assert month_name(Month(2026, 11), language) == expected


@pytest.mark.parametrize(
    ("day", "language", "expected"),
    [
        (1, "fr", "1er novembre 2026"),
        (11, "fr", "11 novembre 2026"),
        (1, "en", "November 1, 2026"),
    ],
)
def test_first_of_a_month_is_an_ordinal_in_french(day, language, expected):
    assert day_name(dt.date(2026, 11, day), language) == expected


@pytest.mark.parametrize(
    ("words", "language", "expected"),
    [
        ([], "en", ""),
        (["A"], "en", "A"),
        (["A", "B"], "fr", "A et B"),
        (["A", "B", "C"], "en", "A, B, and C"),
        (["A", "B", "C"], "fr", "A, B et C"),
        (["A and B", "C"], "en", "A and B; C"),
        (["A, B or C", "D"], "en", "A, B or C; D"),
        (["Assiduité, attrition et abandon", "Empathie"], "fr", "Assiduité, attrition et abandon; Empathie"),
        (["A et B"], "fr", "A et B"),
        (["Android", "Etna"], "fr", "Android et Etna"),
        (["A; B", "C, D"], "fr", "A; B · C, D"),
    ],
)
def test_words_are_enumerated_as_the_language_does(words, language, expected):
    assert join_words(words, language) == expected


@given(st.lists(st.text("ab ,;et", min_size=1).map(str.strip).filter(bool), min_size=2), st.sampled_from(["en", "fr"]))
def test_a_name_with_a_comma_or_an_and_of_its_own_stays_apart(words, language):
    joined = join_words(words, language)
    between = " · " if ";" in "".join(words) else "; "

    assert joined.split(between) == words or not any(re.search(r",|;|\bet\b", word) for word in words)


def test_one_line_keeps_no_break_spaces_and_letters_of_every_script():
    assert one_line(" a\u00a0: b\r\n c\x00 שלום 研究 ") == "a\u00a0: b c שלום 研究"


@given(st.text())
def test_one_line_is_one_line_and_stays_itself(text):
    line = one_line(text)

    assert len(line.splitlines()) <= 1
    assert one_line(line) == line
    line.encode()


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "ltr"), ("fr-CA", "ltr"), ("ar", "rtl"), ("he", "rtl"), ("fa-IR", "rtl"), ("xx", "ltr")],
)
def test_direction_is_that_of_the_language(language, expected):
    assert direction(language) == expected


def test_element_in_another_language_than_its_page_says_so_with_its_direction():
    assert language_attributes("ar", "en") == ' lang="ar" dir="rtl"'
    assert language_attributes("en", "en") == language_attributes(None) == ""
