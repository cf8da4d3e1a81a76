"""Checking one month, or all that is there."""

from digest.issue.findings import Finding, Severity
from digest.months import Month
from digest.pipeline.assemble import Workshop, check


def findings_of(workshop: Workshop, month: Month | None) -> list[tuple[Month | None, Finding]]:
    """What is found in *month*; if it is None, in every month, beside the months' folders and in the notifications."""
    if month is not None:
        return [(month, finding) for finding in check(workshop, month).findings]
    strays: list[tuple[Month | None, Finding]] = [
        (None, Finding("not-loaded", Severity.ERROR, error.problem, error.remedy, error.place))
        for error in workshop.library.strays()
    ]
    from digest.delivery.note_checks import check_notes  # noqa: PLC0415  its parsers are slow to import

    notes = check_notes(workshop.newsletter, workshop.renderer, workshop.support)
    strays += [(None, finding) for finding in notes]
    months = workshop.library.months()
    return strays + [(one, finding) for one in months for finding in check(workshop, one).findings]
