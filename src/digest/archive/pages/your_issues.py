"""The private page with the issues that a subscriber received."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from digest.archive.pages.articles import ArticleLine, line_of
from digest.archive.pages.frame import Head, Pages
from digest.archive.pages.search import SearchPage
from digest.archive.received import ReceivedIssue
from digest.issue.issue import WebArticle
from digest.issue.withdrawal import Withdrawal
from digest.months import Month


@dataclass(frozen=True)
class ReceivedLine:
    """An article that a person received.

    Attributes:
        withdrawn: The day of its withdrawal in words; empty if the web shows it.
    """

    line: ArticleLine
    withdrawn: str = ""


@dataclass(frozen=True)
class ReceivedEntry:
    """An issue that a person received; `day` is when it was sent, in words."""

    month: Month
    subject: str
    path: str
    day: str
    lines: tuple[ReceivedLine, ...]


@dataclass(frozen=True)
class YourIssuesPage:
    """What a person received, or what a search among it found.

    Attributes:
        search: The form, and what was found; everything if nothing is searched for.
        everything_path: The page without a search.
        kept_months: How long it is known who received which issue.
    """

    head: Head
    issues: tuple[ReceivedEntry, ...]
    search: SearchPage
    everything_path: str
    kept_months: int


def received_entries(
    pages: Pages, received: Iterable[ReceivedIssue], withdrawn: Mapping[tuple[Month, str], Withdrawal]
) -> tuple[ReceivedEntry, ...]:
    """The issues in their order.

    Args:
        withdrawn: By month and slug.
    """

    def line(month: Month, article: WebArticle) -> ReceivedLine:
        gone = withdrawn.get((month, article.slug))
        return ReceivedLine(line_of(pages, month, article), pages.day(gone.withdrawn_at) if gone else "")

    return tuple(
        ReceivedEntry(
            one.month,
            one.subject.get(one.key.language) or pages.choose(one.subject),
            pages.issue_path(one.month),
            pages.day(one.accepted_at),
            tuple(line(one.month, article) for article in one.articles),
        )
        for one in received
    )
