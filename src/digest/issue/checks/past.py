"""What of the checks matters for an issue that is put on the web as it appeared then, and not mailed."""

from collections.abc import Iterable
from dataclasses import replace

from digest.issue.checks.codes import ERRORS
from digest.issue.findings import Finding, Severity

CANNOT_BE_SHOWN = frozenset({"no-article", "not-loaded", "not-rendered"})
_ONLY_MAIL = frozenset(
    {
        "article-count",
        "clipped",
        "count-word",
        "no-postal-address",
        "no-sender",
        "no-unsubscribe",
        "placeholder-sender",
        "size-near-clip",
        "subject-characters",
        "subject-length",
        "text-out-of-step",
        "too-many-articles",
        "unsupported",
        "wrong-headers",
    }
)
assert CANNOT_BE_SHOWN <= ERRORS


def relaxed(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings without those about mail; an error that does not keep a page from being shown is a warning."""
    return tuple(
        finding if finding.code in CANNOT_BE_SHOWN else replace(finding, severity=Severity.WARNING)
        for finding in findings
        if finding.code not in _ONLY_MAIL
    )
