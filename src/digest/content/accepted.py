"""A finding that an editor has looked at and accepts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AcceptedFinding:
    """One code that shall not be reported, with the editor's reason, and its line in the file."""

    code: str
    reason: str
    line: int
