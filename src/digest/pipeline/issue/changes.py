"""Whether the editor's files and settings still say what was frozen, and what has changed if not."""

from collections.abc import Mapping
from dataclasses import dataclass

from digest.content.article import Article
from digest.content.issue_file import IssueFile
from digest.content.library import Library
from digest.errors import ContentError
from digest.issue.checks.files.sample import sample_obstacle
from digest.issue.issue import Issue
from digest.issue.newsletter import IssueRules, Newsletter
from digest.issue.sources import differences, is_setting, sources_of
from digest.months import Month
from digest.storage.issues import IssueRow
from digest.topics import Taxonomy

_UNNAMED = "files or settings changed"  # what an older version froze is known by one hash only


@dataclass(frozen=True)
class Files:
    """Where an issue comes from, without what renders it.

    Attributes:
        rules: Tell whether mail really goes out.
    """

    library: Library
    newsletter: Newsletter
    taxonomy: Taxonomy
    rules: IssueRules

    @property
    def obstacles(self) -> tuple[str, ...]:
        """What keeps any mail from going out, each with what to do."""
        found = sample_obstacle(self.newsletter, self.rules)
        return (found,) if found else ()

    def read(self, month: Month) -> tuple[Issue, tuple[ContentError, ...]]:
        """The issue as the files of *month* have it, and why the others do not load."""
        found = self.library.load(month)
        issue = Issue(month, _ordered(found.articles, found.file), found.file, self.newsletter, self.taxonomy)
        return issue, found.errors


def changes(files: Files, row: IssueRow, *, only_files: bool = False) -> tuple[str, ...]:
    """
    What has changed since the issue of *row* was frozen: `articles/2026-11/x.md changed`, in order of the names.

    Args:
        only_files: Leave settings out.
    """
    issue, errors = files.read(row.month)
    unreadable = {error.place.file for error in errors}
    if issue.source_hash == row.source_hash and not unreadable:
        return ()
    named = differences(row.sources, sources_of(issue)) if row.sources else ()
    kept = [one for one in named if one.rpartition(" ")[0] not in unreadable and not (only_files and is_setting(one))]
    found = (*kept, *(f"{file} has an error" for file in sorted(unreadable)))
    return found if found or only_files else (_UNNAMED,)


def _ordered(articles: tuple[Article, ...], file: IssueFile) -> tuple[Article, ...]:
    first: Mapping[str, int] = {slug: place for place, slug in enumerate(file.order)}
    return tuple(sorted(articles, key=lambda article: (first.get(article.slug, len(first)), article.slug)))
