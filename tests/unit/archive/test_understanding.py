"""What the sentence of a reader says of years and types of research."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.archive.query import Query, read_query
from digest.archive.understanding import SearchNames, understood, with_types, with_years
from digest.topics import ResearchType, Taxonomy, Topic

META = ("meta-analysis", "meta-analysis-of-associations")
NAMES = SearchNames.of(
    Taxonomy(
        (
            Topic("therapist-factors", {"en": "Therapist Factors", "fr": "Facteurs liés au thérapeute"}),
            Topic("empathy", {"en": "Empathy"}, "", ("Being empathic",)),
        ),
        (),
        (
            ResearchType("meta-analysis", {"en": "Meta-analysis", "fr": "Méta-analyse"}),
            ResearchType("meta-analysis-of-associations", {"en": "Meta-analysis of associations"}),
            ResearchType("trial", {"en": "Randomized trial"}, aliases=("RCT", "Essai randomisé")),
        ),
    )
)


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


@pytest.mark.parametrize(
    ("text", "rest", "types"),
    [
        ("meta-analyses on therapist factors", "therapist factors", META),
        ("méta-analyses sur les facteurs", "facteurs", META),
        ("metaanalysis of empathy", "metaanalysis of empathy", ()),
        ("meta-analysis of associations", "", ("meta-analysis-of-associations",)),
        ("empathy RCTs", "empathy", ("trial",)),
        ("randomised trials of EMDR", "EMDR", ("trial",)),
        ("essais randomisés ou méta-analyses", "", ("meta-analysis", "meta-analysis-of-associations", "trial")),
        ('"meta-analysis" empathy', '"meta-analysis" empathy', ()),
        ("empathy -RCT", "empathy -RCT", ()),
        ("trials", "trials", ()),
        ("of empathy", "of empathy", ()),
    ],
)
def test_names_of_types_of_research_become_a_filter(text: str, rest: str, types: tuple[str, ...]):
    assert with_types(Query(text), NAMES) == Query(rest, types=types)


def test_types_that_the_reader_chose_stay():
    query = Query("meta-analyses of empathy", types=("trial",))

    assert with_types(query, NAMES) == query


def test_whole_sentence_is_understood():
    assert understood(Query("meta-analyses on therapist factors since 2020"), NAMES) == Query(
        "therapist factors", types=META, first_year=2020
    )


def test_topics_are_known_by_every_name_of_several_words():
    assert NAMES.topics == {
        ("therapist", "factor"): ("therapist", "factors"),
        ("facteur", "lie", "therapeut"): ("therapist", "factors"),
        ("being", "empathic"): ("empathy",),
    }


@given(st.lists(st.sampled_from(["meta", "-", " ", "analyses", "of", "since 2020", '"', "RCT", "é", "2010-2015"])))
def test_what_was_understood_means_the_same_in_an_address(parts: list[str]):
    query = understood(read_query([("q", "".join(parts))]), NAMES)

    assert read_query(query.parameters()) == query
