"""Findings that an editor has looked at and accepts: `suppress:` in the front matter of an article or issue file."""

from collections.abc import Sequence
from dataclasses import dataclass

from digest.content.fields import Fields, Line
from digest.content.front_matter import FrontMatter


@dataclass(frozen=True)
class Suppression:
    """One code that shall not be reported, with the editor's reason, and its line in the file."""

    code: str
    reason: str
    line: int


class SuppressionFields(Fields):
    """How it is written; both are needed."""

    code: Line
    reason: Line


def suppressions(fields: Sequence[SuppressionFields], front_matter: FrontMatter) -> tuple[Suppression, ...]:
    """The entries with the line on which each begins."""
    return tuple(
        Suppression(one.code, one.reason, front_matter.lines.get(("suppress", number), 1))
        for number, one in enumerate(fields)
    )
