"""A table of articles and their studies as CSV, for spreadsheets."""

import csv
import io
from collections.abc import Sequence

from digest.archive.citing.people import Person
from digest.archive.citing.reference import CitedArticle, Reference, ReferenceKind, reference_of
from digest.content.article import Study
from digest.rendering.words import one_line
from digest.subscribers.lists.formulas import guarded

COLUMNS = (
    "authors",
    "year",
    "title",
    "journal or book",
    "volume",
    "issue",
    "pages",
    "doi",
    "editors",
    "publisher",
    "research type",
    "design",
    "n",
    "k",
    "effect",
    "ci",
    "preregistered",
    "topics",
    "summary",
    "summary author",
    "summary language",
    "published in",
    "address",
)
_UNKNOWN = Reference(ReferenceKind.OTHER, "")
_ANSWERS = {True: "yes", False: "no", None: ""}


def table(articles: Sequence[CitedArticle]) -> str:
    """One row for each article, under the names of `COLUMNS`; names and topics are separated by semicolons."""
    file = io.StringIO()
    rows = csv.writer(file)
    rows.writerow(COLUMNS)
    rows.writerows([guarded(one_line(cell)) for cell in _cells(one)] for one in articles)
    return file.getvalue()


def _cells(one: CitedArticle) -> list[str]:
    article, reference = one.article, reference_of(one)
    is_known = reference.kind != ReferenceKind.SUMMARY
    return [
        *_of_reference(reference if is_known else _UNKNOWN),
        article.research_type or "",
        *_facts(article.study),
        "; ".join(article.topics),
        article.title,
        article.author or "",
        article.language,
        str(one.month),
        one.url,
    ]


def _of_reference(one: Reference) -> list[str]:
    return [
        _names(one.authors),
        str(one.year or ""),
        one.title,
        one.container,
        one.volume,
        one.issue,
        one.pages or one.article_number,
        one.doi,
        _names(one.editors),
        one.publisher,
    ]


def _facts(study: Study | None) -> list[str]:
    if study is None:
        return [""] * 6
    numbers = [str(number) if number is not None else "" for number in (study.n, study.k)]
    return [study.design, *numbers, study.effect, study.ci, _ANSWERS[study.preregistered]]


def _names(people: Sequence[Person]) -> str:
    return "; ".join(person.inverted for person in people)
