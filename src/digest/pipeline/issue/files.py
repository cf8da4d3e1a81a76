"""The editor's files and settings: what an issue is made of, read but not yet checked or rendered."""

from collections.abc import Mapping
from dataclasses import dataclass

from digest.content.article import Article
from digest.content.issue_file import IssueFile
from digest.content.library import Library
from digest.errors import ContentError
from digest.issue.checks.files.sample import sample_obstacle
from digest.issue.issue import Issue
from digest.issue.newsletter import IssueRules, Newsletter
from digest.months import Month
from digest.topics import Taxonomy


@dataclass(frozen=True)
class Files:
    """Where issues come from: the articles folder and the settings that go into an issue.

    Attributes:
        rules: Among others, whether the transport sends real mail.
    """

    library: Library
    newsletter: Newsletter
    taxonomy: Taxonomy
    rules: IssueRules

    @property
    def obstacles(self) -> tuple[str, ...]:
        """What prevents all mail from being sent, each with its fix."""
        found = sample_obstacle(self.newsletter, self.rules)
        return (found,) if found else ()

    def read(self, month: Month) -> tuple[Issue, tuple[ContentError, ...]]:
        """Return the issue that the files of *month* make, and the errors of the files that can't be read."""
        found = self.library.load(month)
        issue = Issue(month, _ordered(found.articles, found.file), found.file, self.newsletter, self.taxonomy)
        return issue, found.errors


def _ordered(articles: tuple[Article, ...], file: IssueFile) -> tuple[Article, ...]:
    """The articles in the order of the issue file; those that it does not name follow by slug."""
    first: Mapping[str, int] = {slug: place for place, slug in enumerate(file.order)}
    return tuple(sorted(articles, key=lambda article: (first.get(article.slug, len(first)), article.slug)))
