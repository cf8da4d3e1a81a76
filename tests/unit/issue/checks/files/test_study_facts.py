"""Facts of a study that can't all be true, with the place of the one to look at."""

import pytest
from check_samples import make_article, written
from hypothesis import given
from hypothesis import strategies as st

from digest.content.article import Study
from digest.issue.checks.files.study_facts import bounds, values


def problems(research_type: str = "survey", **facts: object) -> list[str]:
    lines = {f"study.{key}": number for number, key in enumerate(facts, start=10)}
    article = make_article(study=Study("T", **facts), research_type=research_type, lines=lines)
    return [f"{finding.place.line} {finding.problem}" for finding in written(article) if finding.code == "study-facts"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("95% CI [0.30, 0.60]", (0.3, 0.6)),
        ("95% CI [−.41, −.27]", (-0.41, -0.27)),
        ("95% CI -.41 to -.27", (-0.41, -0.27)),
        ("95 % CI –0.41–0.27", (-0.41, 0.27)),
        ("90% equivalence CI −0.227 to −0.079", (-0.227, -0.079)),
        ("95% CI 18.7% to 20.7%", (18.7, 20.7)),
        ("95% CI 0.10-0.20", (0.1, 0.2)),
        ("[0.10,0.20]", (0.1, 0.2)),
        ("IC à 95 % : [0,17 ; 0,60]", (0.17, 0.6)),
        ("IC à 95\N{NO-BREAK SPACE}% 0,17 à 0,60", (0.17, 0.6)),
        ("IC 95 % [−0,30, −0,03]", (-0.3, -0.03)),
        ("95% CrI 1 to 2", (1, 2)),
        ("95% CI", None),
        ("wide", None),
        ("0.1 to 0.2 to 0.3", None),
    ],
)
def test_bounds_are_read_however_they_are_written(text: str, expected: tuple[float, float] | None):
    assert bounds(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("r = −.34", [-0.34]),
        ("d = 0,45", [0.45]),
        ("r = .28 (d = .58)", [0.28, 0.58]),
        ("19.7% of 669 studies", [19.7, 669]),
        ("Hedges’ g=-0.5", [-0.5]),
        ("small", []),
    ],
)
def test_effect_is_what_follows_the_equals_sign(text: str, expected: list[float]):
    assert values(text) == expected


@given(st.integers(-999, 999), st.integers(-999, 999), st.sampled_from(["−", "-", "–"]), st.sampled_from(".,"))
def test_numbers_are_the_same_with_any_minus_and_decimal_sign(low: int, high: int, minus: str, point: str):
    texts = [f"{one / 100:.2f}".replace("-", minus).replace(".", point) for one in (low, high)]

    assert bounds(f"95% CI [{texts[0]}; {texts[1]}]") == (low / 100, high / 100)


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"ci": "95% CI .23 to .33"}, "10 there is a confidence interval without an effect"),
        ({"n": 12, "k": 34}, "11 the review has more studies (k: 34) than participants (n: 12)"),
        ({"effect": "r = .28", "ci": "95% CI .33 to .23"}, "11 the bounds of '95% CI .33 to .23' are swapped"),
        (
            {"effect": "r = .34", "ci": "95% CI −.41 to −.27"},
            "10 the effect 'r = .34' is outside of its confidence interval, '95% CI −.41 to −.27'",
        ),
        ({"effect": "d = 0,70", "ci": "IC à 95 % [0,10 ; 0,20]"}, "10 the effect 'd = 0,70' is outside"),
    ],
)
def test_contradiction_is_found_with_its_line(facts: dict[str, object], problem: str):
    (found,) = problems(**facts)

    assert found.startswith(problem)


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"n": 34, "k": 34},
        {"effect": "r = .28", "ci": "95% CI .23 to .33"},
        {"effect": "d = .58 (r = .28)", "ci": "95% CI .23 to .33"},
        {"effect": "large", "ci": "95% CI .23 to .33"},
        {"effect": "r = .28", "ci": "narrow"},
    ],
)
def test_facts_that_can_be_true_are_no_finding(facts: dict[str, object]):
    assert problems(**facts) == []


def test_review_is_advised_to_say_how_many_studies_it_has_once_it_gives_facts():
    advice = "1 the facts of this review do not say how many studies it has"

    assert problems("meta-analysis", n=100)[0].startswith(advice)
    assert problems("systematic-review", effect="r = .2")[0].startswith(advice)
    assert problems("meta-analysis", n=100, k=3) == []
    assert problems("meta-analysis", n=100, design="Meta-analysis of 82 samples") == []
    assert problems("meta-analysis", design="Meta-analysis") == []
    assert problems("survey", n=100) == []
