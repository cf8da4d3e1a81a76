"""The facts of a study, as the page of its summary shows them."""

from dataclasses import dataclass

from babel.numbers import format_decimal

from digest.archive.entries import study_year
from digest.content.article import Study
from digest.issue.citations.citation import doi_url
from digest.issue.issue import WebArticle
from digest.rendering.words import locale

_UNKNOWN = Study("")


@dataclass(frozen=True)
class Amount:
    """A number, for choosing the plural, and as the page's language writes it."""

    number: int
    name: str


@dataclass(frozen=True)
class StudyFacts:
    """What is known of a study; empty or None: not known.

    Attributes:
        source: The journal, or the book.
        source_language: Of that name; None if it is not known.
        participants, studies: In the sample; `studies` are those that a review includes.
        effect: The main effect with its confidence interval.
    """

    design: str = ""
    year: int | None = None
    source: str = ""
    source_language: str | None = None
    participants: Amount | None = None
    studies: Amount | None = None
    effect: str = ""
    preregistered: bool | None = None
    doi: str = ""
    doi_url: str = ""

    def __bool__(self) -> bool:
        return self != StudyFacts()


def study_facts(article: WebArticle, language: str) -> StudyFacts:
    """The facts of the study that *article* summarises, for a page in *language*."""
    study, doi = article.study or _UNKNOWN, article.doi or ""
    source = study.journal or study.book_title
    return StudyFacts(
        study.design,
        study_year(article),
        source,
        (study.language or None) if source else None,
        _amount(study.n, language),
        _amount(study.k, language),
        ", ".join(filter(None, (study.effect, study.ci))),
        study.preregistered,
        doi,
        doi_url(doi) if doi else "",
    )


def _amount(number: int | None, language: str) -> Amount | None:
    return None if number is None else Amount(number, format_decimal(number, locale=locale(language)))
