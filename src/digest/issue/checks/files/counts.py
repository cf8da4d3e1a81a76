"""Finds texts that count the month's articles, because some readers get fewer of them."""

import re
from collections.abc import Iterator

from digest.content.issue_file import IssueWording
from digest.issue.checks.codes import warning
from digest.issue.checks.files.written import key_place
from digest.issue.findings import Finding
from digest.issue.issue import Issue

# An issue has at most four articles, so a higher number counts something else. Up to two words may come in between.
_COUNT = re.compile(
    r"""
    \b(?:two|three|four|both|[2-4])\s+(?:[^\W\d_][\w’'-]*\s+){0,2}(?:summaries|studies|articles|papers|reviews)\b
    | \ball\s+(?:two|three|four)\b
    | \b(?:deux|trois|quatre|[2-4])\s+(?:[^\W\d_][\w’'-]*\s+){0,2}(?:résumés|études|articles|textes|recherches)\b
    | \b(?:tous|toutes)\s+(?:les\s+)?(?:deux|trois|quatre)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_KEYS = ("subject", "preheader", "introduction")


def count_word_findings(issue: Issue) -> Iterator[Finding]:
    """Find counts in the subject, the preheader and the introduction, which every reader gets."""
    if len(issue.articles) < 2:  # noqa: PLR2004  every reader gets all articles
        return
    for key in _KEYS:
        for said in dict.fromkeys(_said(wording, key) for wording in issue.file.wordings):
            if said:
                problem = f"the {key} says {said!r}, but readers who chose topics may get fewer articles"
                yield warning("count-word", problem, "rewrite it without a number", key_place(issue, key))


def _said(wording: IssueWording, key: str) -> str:
    match = _COUNT.search(getattr(wording, key))
    return " ".join(match[0].split()) if match else ""
