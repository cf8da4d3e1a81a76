"""A study as reference managers take it: from the fields of an article, or else from its citation."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from digest.archive.citing.people import Person, people_of, person_of
from digest.archive.entries import study_year
from digest.content.article import Study
from digest.content.doi import PREFIX, bare_doi
from digest.issue.citations.citation import doi_url
from digest.issue.issue import WebArticle
from digest.months import Month
from digest.rendering.words import one_line

_RANGE = re.compile(r"(\w+)\s*[-–—]\s*(\w+)")
_DOI_AT_END = re.compile(rf"\s*{PREFIX}{{1,2}}\S+\s*$", re.IGNORECASE)
_ARTICLE = re.compile(
    r"(?P<authors>.+?)\s\((?P<year>\d{4})[a-z]?(?:,\s[^)]*)?\)\.\s"
    r"(?P<title>.+?)(?:\.|(?<=[?!]))\s"
    r"(?P<journal>[^.?!]+?)(?:\.\s(?:Advance\sonline\spublication|Prépublication\sen\sligne)|,\s"
    r"(?P<volume>\w+(?:[–-]\w+)?)(?:\((?P<issue>[^)]+)\))?"
    r"(?:,\s(?:Article\s(?P<article_number>[\w.-]*\w)|(?P<pages>\w+(?:[–-]\w+)?)))?)\.?"
)


class ReferenceKind(StrEnum):
    """What is cited."""

    ARTICLE = "article"
    CHAPTER = "chapter"
    BOOK = "book"
    OTHER = "other"  # only its citation is known: that is its title
    SUMMARY = "summary"  # no study is known: the summary itself


@dataclass(frozen=True)
class Reference:
    """What is cited, field by field; empty or None: not known. Every text is one line.

    Attributes:
        container: The journal, the book of a chapter, or the newsletter of a summary.
        pages: One, or the first and the last with an en dash between them.
        url: Of the study by its DOI, else of the summary; empty if the study has none.
        summaries: The addresses of the summaries of the study.
    """

    kind: ReferenceKind
    title: str
    authors: tuple[Person, ...] = ()
    editors: tuple[Person, ...] = ()
    year: int | None = None
    container: str = ""
    publisher: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    article_number: str = ""
    doi: str = ""
    url: str = ""
    language: str = ""
    summaries: tuple[str, ...] = ()


@dataclass(frozen=True)
class CitedArticle:
    """An article of the archive with its permalink.

    Attributes:
        newsletter: Its name, in the language of the article.
    """

    article: WebArticle
    month: Month
    url: str
    newsletter: str


def reference_of(cited: CitedArticle) -> Reference:
    """
    The reference of the study that the article is about.

    It comes from the study's fields, else from a citation of a journal article in APA style. Any other citation becomes
    the title of the reference as a whole. An article without either is cited itself.
    """
    article = cited.article
    found = _of_study(article.study) if article.study else _of_citation(article)
    if found is None:
        return _of_summary(cited)
    doi = _line(article.doi or "") or found.doi
    return replace(found, doi=doi, url=doi_url(doi) if doi else "", summaries=(cited.url,))


def distinct(references: Iterable[Reference]) -> list[Reference]:
    """Each study once, at its first place, with the addresses of all its summaries."""
    found: dict[str | int, Reference] = {}
    for number, one in enumerate(references):
        key = one.doi.lower() or number
        known = found.get(key)
        found[key] = replace(known, summaries=known.summaries + one.summaries) if known else one
    return list(found.values())


def _of_study(study: Study) -> Reference:
    return Reference(
        kind=_kind(study),
        title=_line(study.title),
        authors=tuple(person_of(_line(name)) for name in study.authors if _line(name)),
        editors=tuple(person_of(_line(name)) for name in study.editors if _line(name)) if study.book_title else (),
        year=study.year,
        container=_line(study.book_title or study.journal),
        publisher="" if study.journal else _line(study.publisher),
        volume=_line(study.volume),
        issue=_line(study.issue),
        pages=_pages(study.pages),
        article_number="" if study.pages else _line(study.article_number),
        doi=bare_doi(_line(study.doi)),
        language=_line(study.language),
    )


def _kind(study: Study) -> ReferenceKind:
    if study.book_title:
        return ReferenceKind.CHAPTER
    return ReferenceKind.BOOK if study.publisher and not study.journal else ReferenceKind.ARTICLE


def _of_citation(article: WebArticle) -> Reference | None:
    citation = _line(_DOI_AT_END.sub("", article.citation or ""))
    if not citation:
        return None
    found = _ARTICLE.fullmatch(citation)
    authors = people_of(found["authors"]) if found else None
    if found is None or authors is None:
        return Reference(ReferenceKind.OTHER, citation, year=study_year(article))
    volume, pages = found["volume"] or "", found["pages"] or ""
    if _RANGE.fullmatch(volume) and not pages:  # `Psychotherapy Research, 423–435`
        volume, pages = "", volume
    return Reference(
        kind=ReferenceKind.ARTICLE,
        title=found["title"],
        authors=authors,
        year=int(found["year"]),
        container=found["journal"],
        volume=volume,
        issue=found["issue"] or "",
        pages=_pages(pages),
        article_number=found["article_number"] or "",
    )


def _of_summary(cited: CitedArticle) -> Reference:
    author = _line(cited.article.author or "")
    return Reference(
        kind=ReferenceKind.SUMMARY,
        title=_line(cited.article.title),
        authors=(Person(author),) if author else (),
        year=cited.month.year,
        container=_line(cited.newsletter),
        url=cited.url,
        language=cited.article.language,
    )


def _pages(text: str) -> str:
    line = _line(text)
    found = _RANGE.fullmatch(line)
    return f"{found[1]}–{found[2]}" if found else line


def _line(text: str) -> str:
    """One line, with plain spaces."""
    return " ".join(one_line(text).split())
