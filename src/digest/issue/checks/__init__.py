"""The checks of an issue: what blocks approval, and what an editor may want to fix.

docs/checks.md explains every code and how to fix it; `digest.issue.checks.codes` lists them.
"""

from collections.abc import Iterable, Sequence

from digest.errors import ContentError, RenderError
from digest.issue.checks.accepted import kept, suppression_findings
from digest.issue.checks.codes import error
from digest.issue.checks.files.articles import article_findings, count_findings
from digest.issue.checks.files.causes import causal_word_findings
from digest.issue.checks.files.counts import count_word_findings
from digest.issue.checks.files.french import french_findings
from digest.issue.checks.files.languages import language_findings
from digest.issue.checks.files.links import link_findings
from digest.issue.checks.files.placeholders import written_leftovers
from digest.issue.checks.files.repeats import repeat_findings
from digest.issue.checks.files.sample import sample_findings
from digest.issue.checks.files.shelf import Shelf
from digest.issue.checks.files.study_facts import study_fact_findings
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
        errors: The files that could not be loaded; each becomes an error.
        taxonomy: The research types that have a name.
        shelf: The other months, to check links to them and to find studies that were already summarized.

    Returns:
        Errors first, then warnings, each in the order of the issue, without the findings that the editor accepts.
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
                *(finding for article in issue.articles for finding in causal_word_findings(article, taxonomy)),
                *(finding for article in issue.articles for finding in study_fact_findings(article)),
                *repeat_findings(issue, shelf),
                *count_word_findings(issue),
                *language_findings(issue),
                *french_findings(issue),
                *link_findings(issue, shelf),
                *written_leftovers(issue),
            ],
        )
    )


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort errors first, keep the order otherwise, and drop duplicates."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: finding.severity is not Severity.ERROR))


def not_rendered(fault: RenderError) -> Finding:
    """The finding for an issue that loads but can't be rendered."""
    return error("not-rendered", str(fault), "fix the template, or the configuration value that it names")


def _not_loaded(fault: ContentError) -> Finding:
    return error("not-loaded", fault.problem, fault.remedy or "fix the file", fault.place)
