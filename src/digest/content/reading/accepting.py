"""Accepted findings: `suppress:` in the front matter of an article or issue file."""

from collections.abc import Sequence

from digest.content.accepted import AcceptedFinding
from digest.content.reading.fields import Fields, Line
from digest.content.reading.front_matter import FrontMatter


class SuppressionFields(Fields):
    """How it is written; both are needed."""

    code: Line
    reason: Line


def suppressions(fields: Sequence[SuppressionFields], front_matter: FrontMatter) -> tuple[AcceptedFinding, ...]:
    """The entries with the line on which each begins."""
    return tuple(
        AcceptedFinding(one.code, one.reason, front_matter.lines.get(("suppress", number), 1))
        for number, one in enumerate(fields)
    )
