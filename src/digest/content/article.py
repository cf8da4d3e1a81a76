"""An article: a summary of one published study, as the editor wrote it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from digest.content.accepted import AcceptedFinding
from digest.errors import Place
from digest.months import Month


@dataclass(frozen=True)
class Study:
    """The published study, field by field, for composing and exporting its citation. Empty or None: not known.

    Attributes:
        book_title: The book in which *title* is a chapter.
        publisher: Of that book, or of *title* itself if it is a book.
        language: The tag of the language in which it was published.
        design: How the study was done, in the editor's words.
        n: Participants.
        k: Studies that a review or meta-analysis includes.
        effect: The main effect, such as "d = 0.45".
        ci: Its confidence interval, such as "95% CI [0.30, 0.60]".
        preregistered: Whether the study was preregistered; None: not known.
    """

    title: str
    authors: tuple[str, ...] = ()  # each "Family, G. I."
    year: int | None = None
    journal: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    article_number: str = ""
    doi: str = ""
    book_title: str = ""
    editors: tuple[str, ...] = ()  # of the book; each "Family, G. I."
    publisher: str = ""
    language: str = ""
    design: str = ""
    n: int | None = None
    k: int | None = None
    effect: str = ""
    ci: str = ""
    preregistered: bool | None = None


@dataclass(frozen=True)
class Article:
    """One file `articles/MONTH/SLUG.md`.

    Attributes:
        body: Markdown, without the practice implications.
        implications: Markdown of the section "Practice implications", or None if there is none.
        about: A noun phrase that completes "This month: A, B, and C", by language.
        citation_html: Safe HTML of a citation composed from *study*; None if the editor wrote one.
        suppressed: Findings that the editor accepts.
        lines: The line, from 1, of each front matter key and each key of the study (`study.doi`), and of the start of
            "body" and "implications".
        source: The whole text of the file as read, to detect changes.
    """

    slug: str
    month: Month
    title: str
    body: str
    place: Place
    about: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    implications: str | None = None
    topics: tuple[str, ...] = ()
    research_type: str | None = None
    citation: str | None = None
    citation_html: str | None = None
    study: Study | None = None
    author: str | None = None
    language: str = "en"
    suppressed: tuple[AcceptedFinding, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)

    def at(self, key: str) -> Place:
        """The place of the front matter key *key*; the file's first line if it is missing."""
        return Place(self.place.file, self.lines.get(key, 1))
