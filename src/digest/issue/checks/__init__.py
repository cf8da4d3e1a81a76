"""The checks of an issue: what stands in the way of approving it, and what an editor may want to mend.

Every code is described in docs/checks.md, with why and how to mend it; `digest.issue.checks.codes` lists them.
"""

from collections.abc import Iterable, Sequence

from digest.errors import ContentError, RenderError
from digest.issue.checks.accepted import kept, suppression_findings
from digest.issue.checks.codes import error
from digest.issue.checks.files.articles import article_findings, count_findings
from digest.issue.checks.files.counts import count_word_findings
from digest.issue.checks.files.languages import language_findings
from digest.issue.checks.files.links import link_findings
from digest.issue.checks.files.placeholders import written_leftovers
from digest.issue.checks.files.repeats import repeat_findings
from digest.issue.checks.files.sample import sample_findings
from digest.issue.checks.files.shelf import Shelf
from digest.issue.findings import Finding, Severity
from digest.issue.issue import Issue
from digest.issue.newsletter import IssueRules
from digest.topics import Taxonomy

_NOTHING_ELSE = Shelf()


def check_issue(
    issue: Issue,
    errors: Sequence[ContentError],
    rules: IssueRules,
    taxonomy: Taxonomy,
    shelf: Shelf = _NOTHING_ELSE,
) -> tuple[Finding, ...]:
    """
    Check what the editor wrote for one month.

    Args:
        errors: What could not be loaded; each becomes an error.
        taxonomy: Tells which research types have a name.
        shelf: The other months, for links to them and for studies that were summarised before.

    Returns:
        Errors first, each group in the order of the issue; without what the editor suppresses.
    """
    return ordered(
        kept(
            issue,
            [
                *(_not_loaded(fault) for fault in errors),
                *suppression_findings(issue),
                *count_findings(issue, rules),
                *sample_findings(issue.newsletter, rules),
                *(finding for article in issue.articles for finding in article_findings(article, taxonomy)),
                *repeat_findings(issue, shelf),
                *count_word_findings(issue),
                *language_findings(issue),
                *link_findings(issue, shelf),
                *written_leftovers(issue),
            ],
        )
    )


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors first, else as they come; what is said twice is kept once."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: finding.severity is not Severity.ERROR))


def not_rendered(fault: RenderError) -> Finding:
    """An issue that loads and can't be rendered."""
    return error("not-rendered", str(fault), "fix the template, or the configuration value that it names")


def _not_loaded(fault: ContentError) -> Finding:
    return error("not-loaded", fault.problem, fault.remedy or "fix the file", fault.place)
