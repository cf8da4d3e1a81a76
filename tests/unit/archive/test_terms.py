import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.archive.terms import SearchTerm, corrected, expression, fold, stem, terms_of


def test_folding_leaves_neither_case_nor_accents_nor_ligatures():
    assert fold("Œuvre ÉTUDIÉE, naïveté") == "oeuvre etudiee, naivete"


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


def test_apostrophes_separate_words_and_hyphens_join_them():
    assert terms_of("l'alliance meta-analysis") == [SearchTerm(("alliance",)), SearchTerm(("meta", "analysis"))]


def test_expression_begins_words_and_keeps_quotations():
    assert expression(terms_of('alliance "in session" -couples')) == '("alliance"* AND "in session") NOT "couples"*'
    assert expression(terms_of("alliance outcome"), every=False) == '("alliance"* OR "outcome"*)'
    assert expression(terms_of("coeur")) == '(("coeur"* OR "cœur"*))'


def test_short_word_has_to_occur_as_it_is():
    assert expression(terms_of("ACT CBT")) == '("act" AND "cbt")'


def test_parts_of_a_compound_are_near_each_other_or_one_word():
    assert expression(terms_of("self-harm")) == '((NEAR("self"* "harm"*, 2) OR "selfharm"*))'


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("behavioral", "behavioural"),
        ("randomised", "randomized"),
        ("dropout", "drop out"),
        ("counselling", "counseling"),
    ],
)
def test_both_spellings_of_a_word_are_found(one: str, other: str):
    assert f'"{other}"*' in expression(terms_of(one))


@pytest.mark.parametrize("text", ["10.1037/pst0000172", "https://doi.org/10.1037/PST0000172", "doi:10.1037/pst0000172"])
def test_doi_has_to_occur_exactly(text: str):
    assert terms_of(text) == [SearchTerm(("10", "1037", "pst0000172"), is_exact=True)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("meta-analysis", "meta-analyses"),
        ("méta-analyse", "méta-analyses"),
        ("therapy", "therapies"),
        ("trial", "trials"),
        ("étude", "études"),
        ("study", "studies"),
        ("randomised", "randomized"),
    ],
)
def test_singular_and_plural_share_their_stem(one: str, other: str):
    assert [stem(word) for term in terms_of(one) for word in term.words] == [
        stem(word) for term in terms_of(other) for word in term.words
    ]


TOPICS = {("therapist", "factor"): ("therapist", "factors"), ("effet", "therapeut"): ("therapist", "factors")}


def test_words_that_name_a_topic_are_one_term():
    assert terms_of("burnout and therapist factor", TOPICS) == [
        SearchTerm(("burnout",)),
        SearchTerm(("therapist", "factor"), topic=("therapist", "factors")),
    ]
    assert expression(terms_of("effets du thérapeute", TOPICS)) == (
        '(("effets therapeute" OR names : "therapist factors"))'
    )


def test_quoted_words_and_words_apart_name_no_topic():
    assert not any(term.topic for term in terms_of('"therapist factors" therapist -factors', TOPICS))
    assert not any(term.topic for term in terms_of("therapist outcome factors", TOPICS))


def test_words_are_corrected_and_quotations_are_not():
    terms = terms_of('aliance "aliance"')

    assert corrected(terms, {"aliance": "alliance"}.get) == [
        SearchTerm(("alliance",)),
        SearchTerm(("aliance",), is_exact=True),
    ]


@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(st.sampled_from([*'"-/^*:(){}+', "NEAR", "OR", "therapist", "factors", "10.1037/x", " "])).map(
            "".join
        ),
    ),
    st.booleans(),
)
def test_index_understands_the_expression_of_any_text(text: str, every: bool):
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5 (body, names)")

    if match := expression(terms_of(text, TOPICS), every=every):
        assert connection.execute("SELECT * FROM words WHERE words MATCH ?", (match,)).fetchall() == []
    connection.close()
