"""A finding that the editor accepts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AcceptedFinding:
    """A code that is not reported, with the editor's reason and its line in the file."""

    code: str
    reason: str
    line: int
