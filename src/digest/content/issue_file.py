"""The optional file `articles/MONTH/issue.md`: subject, introduction, preheader, order and notices of an issue."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from digest.content.accepted import AcceptedFinding
from digest.errors import Place
from digest.months import Month


@dataclass(frozen=True)
class Notice:
    """An event, a training, a study looking for participants. `body` is Markdown; `link` absolute, or empty."""

    title: str
    body: str = ""
    link: str = ""


@dataclass(frozen=True)
class IssueWording:
    """What the editor wrote for one language; see `IssueFile`."""

    subject: str = ""
    preheader: str = ""
    introduction: str = ""
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class IssueFile:
    """What the editor wrote for a whole issue. Empty values are composed in the language of the edition.

    Subject, preheader, introduction and notices are those of every language that is not in `by_language`.

    Attributes:
        by_language: The complete wording of editions in one language.
        suppressed: Findings of the whole month that the editor accepts.
        lines: The line of each front matter key, from 1.
    """

    month: Month
    subject: str = ""
    preheader: str = ""
    introduction: str = ""  # Markdown: the key of the front matter, or else the text below it
    order: tuple[str, ...] = ()  # slugs of articles that come first
    notices: tuple[Notice, ...] = ()
    by_language: Mapping[str, IssueWording] = field(default_factory=dict)
    suppressed: tuple[AcceptedFinding, ...] = ()
    place: Place | None = None
    source: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)

    def wording(self, language: str) -> IssueWording:
        """What editions in *language* say."""
        own = IssueWording(self.subject, self.preheader, self.introduction, self.notices)
        return self.by_language.get(language, own)

    @property
    def wordings(self) -> tuple[IssueWording, ...]:
        """Everything that was written, in any language."""
        own = IssueWording(self.subject, self.preheader, self.introduction, self.notices)
        return (own, *self.by_language.values())
