"""The optional file `articles/MONTH/issue.md`: subject, introduction, preheader, order and notices of an issue."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from digest.errors import Place
from digest.months import Month


@dataclass(frozen=True)
class Notice:
    """An event, a training, a study looking for participants. `body` is Markdown; `link` absolute, or empty."""

    title: str
    body: str = ""
    link: str = ""


@dataclass(frozen=True)
class IssueFile:
    """What the editor says of a whole issue. An empty value is composed in the language of the edition.

    Attributes:
        lines: Where each front matter key stands, from 1.
    """

    month: Month
    subject: str = ""
    preheader: str = ""
    introduction: str = ""  # Markdown: the key of the front matter, or else the text below it
    order: tuple[str, ...] = ()  # slugs of articles that come first
    notices: tuple[Notice, ...] = ()
    place: Place | None = None
    source: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)
