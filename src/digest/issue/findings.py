"""The findings of the checks: an error blocks approval, a warning is only listed."""

from dataclasses import dataclass
from enum import StrEnum

from digest.errors import Place


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One problem that an editor should know about.

    Attributes:
        code: A stable name, documented in docs/checks.md.
        remedy: How to fix it.
        place: File and line, or None if it concerns the whole issue or the configuration.
    """

    code: str
    severity: Severity
    problem: str
    remedy: str
    place: Place | None = None

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.severity} {self.code}: {self.problem}: {self.remedy}"
