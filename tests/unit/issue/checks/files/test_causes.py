"""Words that claim a cause, where the study shows what goes together."""

import pytest
from check_samples import make_article, written

from digest.content.accepted import AcceptedFinding


def claims(body="It went well.", *, language="en", research_type="survey", **changes):
    article = make_article(body=body, language=language, research_type=research_type, **changes)
    return [finding.problem.split("'")[1] for finding in written(article) if finding.code == "causal-words"]


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Empathy leads to better outcomes.", "leads to"),
        ("Feedback reduced early drop-out.", "reduced early drop-out"),
        ("Early trouble caused more endings.", "caused"),
        ("Cohesion matters a good deal.", "matters a good deal"),
        ("Feedback brings a small gain.", "brings a"),
        ("The effect of the alliance on outcome is moderate.", "effect of the alliance on"),
        ("Experience made therapists more effective.", "made therapists more"),
        ("Attachment plays a part in the alliance.", "plays a part in"),
    ],
)
def test_claim_of_a_cause_is_found_in_english(sentence, said):
    assert claims(sentence) == [said]


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("L’empathie améliore les résultats.", "améliore les"),
        ("Ces réactions entraînent des abandons.", "entraînent"),
        ("Grâce à l’alliance, tout va mieux.", "Grâce à"),
        ("L’expérience réduit l’anxiété.", "réduit l’"),
        ("La gestion semble peser davantage.", "peser davantage"),
        ("L’effet de l’alliance sur le résultat est modéré.", "effet de l’alliance sur"),
    ],
)
def test_claim_of_a_cause_is_found_in_french(sentence, said):
    assert claims(sentence, language="fr-CA") == [said]


@pytest.mark.parametrize(
    "sentence",
    [
        "A stronger alliance goes with better outcomes.",
        "The data do not show that cohesion leads to better outcomes.",
        "A good alliance may lead to relief.",
        "Does empathy improve outcomes? Whether it reduces distress is open.",
        "Clients improved, and drop-out increased.",
        "Too simple to account for the results in full.",
        "The authors ask what caused it: might the alliance, or the client?",
    ],
)
def test_association_hedge_denial_and_question_are_no_claim(sentence):
    assert claims(sentence) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Une bonne alliance va de pair avec de meilleurs résultats.",
        "Rien ne prouve que l’empathie améliore les résultats.",
        "La reconnaître peut préserver la relation.",
        "L’anxiété diminue avec le temps.",
        "On s’entraîne en petits groupes.",
    ],
)
def test_association_hedge_and_denial_are_no_claim_in_french(sentence):
    assert claims(sentence, language="fr") == []


def test_hedge_covers_its_own_part_of_the_sentence_only():
    assert claims("The link is not strong; empathy leads to relief.") == ["leads to"]


def test_title_and_implications_are_read_and_the_citation_is_not():
    found = claims(
        title="Feedback reduces drop-out",
        implications="Offer feedback.\n\nIt prevents relapse.",
        citation="Lee, A. (2021). Feedback leads to better outcomes in practice. Journal, 1. https://doi.org/10.1000/z",
    )

    assert found == ["reduces drop-out", "prevents relapse"]


def test_finding_names_the_line():
    article = make_article(research_type="survey", body="A first line\nends here. Feedback\nimproves outcomes.")

    assert [str(finding.place) for finding in written(article)] == ["articles/2026-11/one.md:12"]


@pytest.mark.parametrize("changes", [{"research_type": "meta-analysis"}, {"research_type": None}, {"language": "de"}])
def test_other_kinds_of_studies_and_other_languages_are_left_alone(changes):
    assert claims("Empathy leads to better outcomes.", **changes) == []


def test_claim_is_suppressed_like_any_warning():
    accepted = (AcceptedFinding("causal-words", "the survey was part of a trial", 3),)

    assert claims("Empathy leads to better outcomes.", suppressed=accepted) == []
