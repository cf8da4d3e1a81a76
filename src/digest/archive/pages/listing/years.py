"""The issues of one year."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from digest.archive.pages.entry_points import year_links
from digest.archive.pages.frame import Head, NamedLink, Pages
from digest.archive.pages.issues import IssueEntry, issue_entry
from digest.issue.issue import Document


@dataclass(frozen=True)
class YearPage:
    """The issues of one year, newest first.

    Attributes:
        articles_total: Articles in all of them.
        years: Every year with issues, newest first.
        previous, next: The years with issues before and after it.
    """

    head: Head
    issues: tuple[IssueEntry, ...]
    articles_total: int
    years: tuple[NamedLink, ...]
    previous: NamedLink | None
    next: NamedLink | None


def year_page(
    pages: Pages, year: int, documents: Iterable[Document], years: Mapping[int, int], title: str, description: str
) -> YearPage:
    """The issues of *year*, in the order of *documents*.

    Args:
        years: How many issues each year has, newest year first.
    """
    issues = tuple(issue_entry(pages, document) for document in documents)
    links = dict(zip(years, year_links(pages, years), strict=True))
    return YearPage(
        pages.head_at(title, description, f"/{year}/"),
        issues,
        sum(len(issue.articles) for issue in issues),
        tuple(links.values()),
        next((links[other] for other in sorted(years, reverse=True) if other < year), None),
        next((links[other] for other in sorted(years) if other > year), None),
    )
