"""Remove the findings that the editor accepts."""

from collections.abc import Iterable, Iterator

from digest.content.accepted import AcceptedFinding
from digest.errors import Place
from digest.issue.checks.codes import ERRORS, SUPPRESSIBLE, error
from digest.issue.checks.files.written import issue_place
from digest.issue.findings import Finding
from digest.issue.issue import Issue


def suppression_findings(issue: Issue) -> Iterator[Finding]:
    """Find `suppress:` entries whose code does not exist or can't be suppressed."""
    for file, one in _all(issue):
        if one.code not in SUPPRESSIBLE:
            problem = (
                f"{one.code!r} can't be suppressed" if one.code in ERRORS else f"there is no check called {one.code!r}"
            )
            yield error("bad-suppression", problem, "use a code from docs/checks.md", Place(file, one.line))


def kept(issue: Issue, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Keep the findings that are accepted neither in the file they concern nor in the issue file."""
    accepted = {(file, one.code) for file, one in _all(issue) if one.code in SUPPRESSIBLE}
    whole_month = issue_place(issue).file
    for finding in findings:
        files = {whole_month} | ({finding.place.file} if finding.place else set())
        if not any((file, finding.code) in accepted for file in files):
            yield finding


def _all(issue: Issue) -> Iterator[tuple[str, AcceptedFinding]]:
    for article in issue.articles:
        yield from ((article.place.file, one) for one in article.suppressed)
    yield from ((issue_place(issue).file, one) for one in issue.file.suppressed)
