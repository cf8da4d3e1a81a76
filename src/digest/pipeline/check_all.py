"""Checking one month, or all that is there."""

from digest.issue.findings import Finding, Severity
from digest.months import Month
from digest.pipeline.assemble import Workshop, check


def findings_of(workshop: Workshop, month: Month | None) -> list[tuple[Month | None, Finding]]:
    """What is found in *month*; in every month, and beside the months' folders, if it is None."""
    if month is not None:
        return [(month, finding) for finding in check(workshop, month).findings]
    strays: list[tuple[Month | None, Finding]] = [
        (None, Finding("not-loaded", Severity.ERROR, error.problem, error.remedy, error.place))
        for error in workshop.library.strays()
    ]
    months = workshop.library.months()
    return strays + [(one, finding) for one in months for finding in check(workshop, one).findings]
