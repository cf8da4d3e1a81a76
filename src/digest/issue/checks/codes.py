"""The codes of the findings: stable names, each explained in docs/checks.md."""

from digest.errors import Place
from digest.issue.findings import Finding, Severity

ERRORS = frozenset(
    {
        "bad-suppression",
        "clipped",
        "insecure-link",
        "leftover-placeholder",
        "malformed-doi",
        "no-article",
        "no-postal-address",
        "no-sender",
        "no-topic",
        "no-unsubscribe",
        "not-loaded",
        "not-rendered",
        "placeholder-sender",
        "too-many-articles",
        "wrong-headers",
    }
)
WARNINGS = frozenset(
    {
        "article-count",
        "causal-words",
        "count-word",
        "dead-link",
        "french-typography",
        "heading-order",
        "link-characters",
        "low-contrast",
        "missing-language",
        "no-alt",
        "no-author",
        "no-citation",
        "no-implications",
        "no-research-type",
        "repeated-study",
        "size-near-clip",
        "study-facts",
        "subject-characters",
        "subject-length",
        "text-out-of-step",
        "unknown-research-type",
        "unsupported",
        "vague-link",
    }
)
# leftover-placeholder is the one error that guesses from patterns, so it can be wrong about what the author means.
SUPPRESSIBLE = WARNINGS | {"leftover-placeholder"}


def error(code: str, problem: str, remedy: str, place: Place | None = None) -> Finding:
    """A finding that blocks approval."""
    assert code in ERRORS, code
    return Finding(code, Severity.ERROR, problem, remedy, place)


def warning(code: str, problem: str, remedy: str, place: Place | None = None) -> Finding:
    """A finding for the editor to judge."""
    assert code in WARNINGS, code
    return Finding(code, Severity.WARNING, problem, remedy, place)
