import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.archive.query import Query
from digest.archive.terms import SearchTerm, corrected, expression, fold, terms_of, with_years


def test_folding_leaves_neither_case_nor_accents_nor_ligatures():
    assert fold("Œuvre ÉTUDIÉE, naïveté") == "oeuvre etudiee, naivete"


@pytest.mark.parametrize(
    ("text", "rest", "years"),
    [
        ("therapist factors since 2020", "therapist factors", (2020, None)),
        ("alliance depuis 2018", "alliance", (2018, None)),
        ("CBT before 2015", "CBT", (None, 2015)),
        ("empathy 2010–2020", "empathy", (2010, 2020)),
        ("from 2010 to 2015 alliance", "alliance", (2010, 2015)),
        ("Lee 2021", "Lee 2021", (None, None)),
        ("since 5", "since 5", (None, None)),
    ],
)
def test_years_in_words_become_limits(text: str, rest: str, years: tuple[int | None, int | None]):
    query = with_years(Query(text))

    assert (query.text, (query.first_year, query.last_year)) == (rest, years)


def test_years_that_the_reader_set_stay():
    assert with_years(Query("alliance since 2020", first_year=2010)) == Query("alliance since 2020", first_year=2010)


def test_terms_are_words_quotations_and_exclusions():
    assert terms_of('Alliance "working with couples" -PTSD') == [
        SearchTerm(("alliance",)),
        SearchTerm(("working", "with", "couples"), is_exact=True),
        SearchTerm(("ptsd",), is_excluded=True),
    ]


def test_little_words_are_left_out_unless_there_is_nothing_else():
    assert terms_of("effects of the alliance") == [SearchTerm(("effects",)), SearchTerm(("alliance",))]
    assert terms_of("of the") == [SearchTerm(("of",)), SearchTerm(("the",))]


def test_only_exclusions_find_nothing():
    assert terms_of("-alliance") == []


def test_apostrophes_and_hyphens_separate_words():
    assert terms_of("l'alliance meta-analysis") == [
        SearchTerm(("alliance",)),
        SearchTerm(("meta",)),
        SearchTerm(("analysis",)),
    ]


def test_expression_begins_words_and_keeps_quotations():
    assert expression(terms_of('alliance "in session" -couples')) == '("alliance"* AND "in session") NOT "couples"*'
    assert expression(terms_of("alliance outcome"), every=False) == '("alliance"* OR "outcome"*)'
    assert expression(terms_of("coeur")) == '(("coeur"* OR "cœur"*))'


def test_words_are_corrected_and_quotations_are_not():
    terms = terms_of('aliance "aliance"')

    assert corrected(terms, {"aliance": "alliance"}.get) == [
        SearchTerm(("alliance",)),
        SearchTerm(("aliance",), is_exact=True),
    ]


@given(st.text(max_size=60), st.booleans())
def test_index_understands_the_expression_of_any_text(text: str, every: bool):
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5 (body)")

    if match := expression(terms_of(text), every=every):
        assert connection.execute("SELECT * FROM words WHERE words MATCH ?", (match,)).fetchall() == []
    connection.close()
