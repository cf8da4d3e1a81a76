"""Article files: front matter and Markdown to an `Article`."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from digest.content.article import Article, Study
from digest.content.body import Part, link_faults, parts
from digest.content.doi import bare_doi
from digest.content.reading.accepting import SuppressionFields, suppressions
from digest.content.reading.by_language import EVERY, LinesOfCatalogues
from digest.content.reading.decoding import plain_lines
from digest.content.reading.faults import Faults
from digest.content.reading.fields import Fields, Line, LongLine, MonthText, Unfit, line_of, validate
from digest.content.reading.front_matter import FrontMatter, read, split
from digest.content.reading.markdown_faults import misspelt_headings, unsupported
from digest.errors import Place
from digest.months import Month
from digest.topics import Taxonomy

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_COUNT = re.compile(r"\d{1,9}", re.ASCII)
_ANSWERS = {"yes": True, "true": True, "no": False, "false": False}
_YEAR = re.compile(r"(1[5-9]|20)\d\d")
_NOT_TEXT = {"authors", "editors", "year", "language", "n", "k", "preregistered"}


def _year(text: str) -> str:
    if not _YEAR.fullmatch(text):
        raise Unfit(f"is {text!r}, which is not a year", "write four digits, such as 2021")
    return text


def _language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text):
        raise Unfit(f"is {text!r}, which is not a language code", "use a code such as en, fr or fr-CA")
    return text


def _count(text: str) -> str:
    if not (_COUNT.fullmatch(text) and int(text)):
        raise Unfit(f"is {text!r}, which is not a count", "write digits alone, such as 1025")
    return text


def _yes_or_no(text: str) -> str:
    if text.casefold() not in _ANSWERS:
        raise Unfit(f"is {text!r}", "write yes or no")
    return text.casefold()


def _research_type(text: str) -> str:
    slug = text.casefold().replace(" ", "-")
    if not _SLUG.fullmatch(slug):
        raise Unfit(f"is {text!r}", "write a slug such as meta-analysis")
    return slug


class _StudyFields(Fields):
    title: LongLine
    authors: list[Line] = Field(default_factory=list)
    year: Annotated[str, AfterValidator(_year)] | None = None
    journal: Line = ""
    volume: Line = ""
    issue: Line = ""
    pages: Line = ""
    article_number: Line = ""
    doi: Annotated[Line, AfterValidator(bare_doi)] = ""
    book_title: LongLine = ""
    editors: list[Line] = Field(default_factory=list)
    publisher: Line = ""
    language: Annotated[str, AfterValidator(_language)] | None = None
    design: Line = ""
    n: Annotated[str, AfterValidator(_count)] | None = None
    k: Annotated[str, AfterValidator(_count)] | None = None
    effect: Line = ""
    ci: Line = ""
    preregistered: Annotated[str, AfterValidator(_yes_or_no)] | None = None


class _ArticleFields(Fields):
    title: Line
    month: MonthText
    topics: list[str] = Field(default_factory=list)
    research_type: Annotated[str, AfterValidator(_research_type)] | None = None
    citation: LongLine | None = None
    study: _StudyFields | None = None
    author: Line | None = None
    language: Annotated[str, AfterValidator(_language)] = "en"
    about: LinesOfCatalogues = Field(default_factory=dict)
    suppress: list[SuppressionFields] = Field(default_factory=list)


def parse_article(text: str, *, slug: str, month: Month, file: str, taxonomy: Taxonomy) -> Article:
    """
    Read one article file.

    Args:
        text: The file as read; a byte order mark and any line ends are accepted.
        slug: The file's name without `.md`.
        month: The folder that contains the file.
        file: The file's name in errors.
        taxonomy: Decides what a topic's slug, name or alias means; the article gets slugs.

    Raises:
        ContentError: The file can't be an article; `ContentFaults` if it has several faults.
    """
    source = split(plain_lines(text), file)
    front_matter = read(source)
    faults = Faults(file)
    fields = validate(_ArticleFields, front_matter, faults)
    topics = _topics(front_matter, taxonomy, faults)
    body, implications = _body(source.body, source.body_line, faults)
    if fields is not None and fields.month != str(month):
        problem = f"month is {fields.month}, but the file is in the folder {month}"
        faults.add(front_matter.lines["month",], problem, "move the file, or fix the month")
    faults.raise_if_any()
    assert fields is not None
    return Article(
        slug=slug,
        month=month,
        title=fields.title,
        body=body.text,
        about=_about(fields),
        place=Place(file),
        source=text,
        implications=implications.text if implications else None,
        topics=topics,
        research_type=fields.research_type,
        citation=fields.citation,
        study=_study(fields.study),
        author=fields.author,
        language=fields.language,
        suppressed=suppressions(fields.suppress, front_matter),
        lines=_lines(front_matter, body, implications),
    )


def _about(fields: _ArticleFields) -> dict[str, str]:
    """The phrases by language; one that names none is in the language of the article."""
    own = fields.language.partition("-")[0]
    return {own if language == EVERY else language: phrase for language, phrase in fields.about.items()}


def _topics(front_matter: FrontMatter, taxonomy: Taxonomy, faults: Faults) -> tuple[str, ...]:
    words = front_matter.values.get("topics")
    slugs: dict[str, None] = {}
    for number, word in enumerate(words if isinstance(words, list) else ()):
        if not isinstance(word, str):
            continue  # the fields have said so
        slug = taxonomy.resolve(word)
        if slug is None:
            close = taxonomy.nearest(word)
            advice = f"did you mean {close!r}?" if close else "`digest topics` lists all topics"
            faults.add(line_of(front_matter, ("topics", number)), f"there is no topic {word!r}", advice)
        else:
            slugs[slug] = None
    return tuple(slugs)


def _body(markdown: str, line: int, faults: Faults) -> tuple[Part, Part | None]:
    body, implications = faults.catch(lambda: parts(markdown, line, faults.file)) or (Part(markdown, line), None)
    if not body.text:
        faults.add(line, "the article has no text", "write it below the front matter")
    for part in (body, implications) if implications else (body,):
        for error in (*link_faults(part.text, part.line, faults.file), *unsupported(part, faults.file)):
            faults.add(error.place.line, error.problem, error.remedy)
    for error in misspelt_headings(body, faults.file):
        faults.add(error.place.line, error.problem, error.remedy)
    return body, implications


def _study(fields: _StudyFields | None) -> Study | None:
    if fields is None:
        return None
    texts = fields.model_dump(exclude=_NOT_TEXT)
    return Study(
        authors=tuple(fields.authors),
        editors=tuple(fields.editors),
        year=_number(fields.year),
        language=fields.language or "",
        n=_number(fields.n),
        k=_number(fields.k),
        preregistered=_ANSWERS[fields.preregistered] if fields.preregistered else None,
        **texts,
    )


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def _lines(front_matter: FrontMatter, body: Part, implications: Part | None) -> dict[str, int]:
    lines = {str(path[0]): line for path, line in front_matter.lines.items() if len(path) == 1}
    lines |= {f"study.{path[1]}": line for path, line in front_matter.lines.items() if path[0] == "study" and path[1:]}
    lines["body"] = body.line
    if implications:
        lines["implications"] = implications.line
    return lines
