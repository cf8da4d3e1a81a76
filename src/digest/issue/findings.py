"""What a check found: an error stands in the way of approving, a warning is listed."""

from dataclasses import dataclass
from enum import StrEnum

from digest.errors import Place


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing that an editor should know.

    Attributes:
        code: Stable, documented in docs/checks.md.
        remedy: What to do.
        place: File and line, or None if it concerns the issue or the configuration.
    """

    code: str
    severity: Severity
    problem: str
    remedy: str
    place: Place | None = None

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.severity} {self.code}: {self.problem}: {self.remedy}"
