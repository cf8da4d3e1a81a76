"""Facts of a study that contradict each other."""

import re
from collections.abc import Iterator

from digest.content.article import Article, Study
from digest.issue.checks.codes import warning
from digest.issue.findings import Finding

# A minus is any dash right before a number and not right after one; a comma between digits is decimal.
_NUMBER = r"(?:(?<![\d.,])[-\N{MINUS SIGN}\N{EN DASH}])?(?:\d+(?:[.,]\d+)?|\.\d+)"
_ANY_NUMBER = re.compile(_NUMBER)
_VALUE = re.compile(rf"=\s*({_NUMBER})")
_LEVEL = re.compile(
    r"""
    \b\d{2}(?:[.,]\d+)?\s*%\s*(?=[^\d%]*\b(?:CI|IC|CrI)\b)
    | \b(?:CI|IC|CrI)\b\s*(?:à|de|at|of|\()?\s*\d{2}(?:[.,]\d+)?\s*%
    """,
    re.VERBOSE,
)
_REVIEW_WORDS = frozenset({"meta", "review", "reviews", "revue"})  # of a research type's slug


def study_fact_findings(article: Article) -> Iterator[Finding]:
    """Check the numbers of a study against each other, and that a review says how many studies it has."""
    study = article.study
    if study is None:
        return
    for key, problem, remedy in (*_sample(study), *_interval(study), *_advice(article, study)):
        yield warning("study-facts", problem, remedy, article.at(f"study.{key}"))


def bounds(ci: str) -> tuple[float, float] | None:
    """The two bounds of a confidence interval, in their order; None if *ci* has no two numbers beside its level."""
    numbers = [_value(number) for number in _ANY_NUMBER.findall(_LEVEL.sub(" ", ci, count=1))]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else None  # noqa: PLR2004


def values(effect: str) -> list[float]:
    """The numbers of an effect such as "r = .28": those after an equals sign, or else all."""
    return [_value(number) for number in _VALUE.findall(effect) or _ANY_NUMBER.findall(effect)]


def _sample(study: Study) -> Iterator[tuple[str, str, str]]:
    if study.k is not None and study.n is not None and study.k > study.n:
        problem = f"the review has more studies (k: {study.k}) than participants (n: {study.n})"
        yield "k", problem, "k counts studies and n counts participants: correct one of them, or swap them"


def _interval(study: Study) -> Iterator[tuple[str, str, str]]:
    if not study.ci:
        return
    if not study.effect:
        yield "ci", "there is a confidence interval without an effect", "add effect:, such as r = .28, or remove ci:"
    found = bounds(study.ci)
    if found is None:
        return
    if found[0] > found[1]:
        yield "ci", f"the bounds of {study.ci!r} are swapped", "write the lower bound first, and check the signs"
    inside = [min(found) <= value <= max(found) for value in values(study.effect)]
    if inside and not any(inside):
        problem = f"the effect {study.effect!r} is outside of its confidence interval, {study.ci!r}"
        yield "effect", problem, "check both against the study, and the signs"


def _advice(article: Article, study: Study) -> Iterator[tuple[str, str, str]]:
    is_review = bool(_REVIEW_WORDS & set((article.research_type or "").split("-")))
    says_more = study.n is not None or study.effect
    if is_review and says_more and study.k is None and not re.search(r"\d", study.design):
        problem = "the facts of this review do not say how many studies it has"
        yield "k", problem, "add k:, or say in design: what it counts instead, such as 82 samples"


def _value(number: str) -> float:
    return float(re.sub(r"[\N{MINUS SIGN}\N{EN DASH}]", "-", number).replace(",", "."))
