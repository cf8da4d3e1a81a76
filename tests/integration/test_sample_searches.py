"""What clinicians may type, on the sample year: the article that answers comes first, and nothing beside the point."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from services.site import ROOT

from digest.archive.query import read_query
from digest.archive.results import Results
from digest.bootstrap import Digest, open_digest
from digest.bootstrap.project import start_project
from digest.pipeline.issue.publish_past import publish_past

MOST = 50


@pytest.fixture(scope="module")
def digest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Digest]:
    folder = tmp_path_factory.mktemp("year")
    digest = open_digest(start_project(folder))
    copytree(ROOT / "articles", Path(folder) / "articles", dirs_exist_ok=True)
    for month in digest.library.months():
        publish_past(digest.database, digest.workshop, month, dt.UTC, day=month.first_day)
    yield digest
    digest.database.dispose()


def results(digest: Digest, text: str) -> Results:
    return digest.archive.search(read_query([("q", text)]), MOST)


def slugs(found: Results) -> list[str]:
    return [hit.entry.slug for hit in found.hits]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("therapist effects", "how-much-outcome-depends-on-the-therapist"),
        ("how much does the therapist matter", "how-much-outcome-depends-on-the-therapist"),
        ("alliance and outcome", "therapist-effects-in-the-alliance-outcome-link"),
        ("therapeutic alliance PTSD", "alliance-in-ptsd-treatment"),
        ("dropout", "treatment-preference-drop-out-and-alliance"),
        ("premature termination", "accommodating-client-preferences"),
        ("cbt for anxiety", "cbt-for-anxiety-outperforms-placebo"),
        ("does CBT last", "gains-from-cbt-for-anxiety-last-a-year-then-evidence-thins"),
        ("countertransference", "gerer-le-contre-transfert-va-de-pair-avec-de-meilleurs-resultats"),
        ("contre-transfert", "gerer-le-contre-transfert-va-de-pair-avec-de-meilleurs-resultats"),
        ("online CBT vs face to face", "guided-internet-cbt-and-face-to-face-cbt"),
        ("session frequency", "twice-weekly-sessions-for-depression"),
        ("routine outcome monitoring", "progress-feedback-and-outcome"),
        ("borderline", "psychotherapies-for-borderline-personality-disorder"),
        ("is psychodynamic therapy effective", "psychodynamic-therapy-and-equivalence"),
        ("group cohesion", "cohesion-in-group-therapy"),
        ("medication or psychotherapy for depression", "combined-treatment-for-depression-outdoes-either-alone"),
        ("thérapie cognitivo-comportementale", "guided-internet-cbt-and-face-to-face-cbt"),
        ("dépression", "interpersonal-psychotherapy-holds-its-own-against-depression"),
        ("attachement", "clients-who-start-therapy-more-securely-attached-fare-better"),
        ("coût de la thérapie", "cbt-costs-more-at-first-and-may-save-by-year-five"),
    ],
)
def test_answer_comes_first(digest: Digest, text: str, first: str):
    assert slugs(results(digest, text))[0] == first


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("meta-analyses on therapist factors since 2020", {"therapist-effects-in-the-alliance-outcome-link"}),
        (
            "méta-analyses sur les facteurs du thérapeute depuis 2020",
            {"therapist-effects-in-the-alliance-outcome-link"},
        ),
        ("therapist factor meta analysis 2020-2022", {"therapist-effects-in-the-alliance-outcome-link"}),
        ("méta-analyses sur l'empathie", {"therapist-empathy-and-client-outcome"}),
        ("RCT depression", {"twice-weekly-sessions-for-depression"}),
        (
            "essais randomisés",
            {"twice-weekly-sessions-for-depression", "motivational-interviewing-with-cbt-for-severe-worry"},
        ),
        ("survey of crying", {"crying-in-therapy"}),
        ("suicidal adolescents", {"dbt-for-adolescent-self-harm"}),
        ("self-harm", {"dbt-for-adolescent-self-harm"}),
        ("progress feedback", {"progress-feedback-and-outcome"}),
        ("brain imaging", {"brain-activity-after-therapy"}),
        ("client preferences", {"accommodating-client-preferences", "treatment-preference-drop-out-and-alliance"}),
        ("10.1037/pst0000173", {"cohesion-in-group-therapy"}),
        ("https://doi.org/10.1037/PST0000173", {"cohesion-in-group-therapy"}),
        ("10.1037/pst0000999", set()),
        ("études de cas", set()),
    ],
)
def test_exactly_the_answer_is_found(digest: Digest, text: str, found: set[str]):
    assert set(slugs(results(digest, text))) == found


@pytest.mark.parametrize(
    ("text", "meant"), [("therapst efects", "therapist effects"), ("empathie thérapeutte", "empathie therapeute")]
)
def test_misspelled_words_are_corrected(digest: Digest, text: str, meant: str):
    found = results(digest, text)

    assert found.is_corrected
    assert found.query.text == meant
    assert found.total


def test_misspelled_name_of_a_topic_still_names_it(digest: Digest):
    assert slugs(results(digest, "therapst efects")) == slugs(results(digest, "therapist effects"))


def test_abbreviation_is_corrected_to_no_other(digest: Digest):
    assert not results(digest, "XCT depression").is_corrected
