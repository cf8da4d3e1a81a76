"""Checks that an edition has exactly the headers that all readers share."""

import unicodedata
from collections import Counter
from collections.abc import Iterator

from digest.issue.checks.codes import error
from digest.issue.edition import Edition
from digest.issue.findings import Finding
from digest.issue.placeholders import UNSUBSCRIBE_TEXT, placeholder

_NEEDED = ("From", "Subject", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post")
_ALLOWED = frozenset({*_NEEDED, "Reply-To", "List-Archive", "Archived-At", "Content-Language"})
_REMEDY = "check newsletter in the configuration; if it is correct, report this as a bug in digest"


def header_findings(edition: Edition) -> Iterator[Finding]:
    """
    Find the first problem in the headers of an edition.

    Source: RFC 5322, 3.6; RFC 2919, 3; RFC 8058, 3.1.
    """
    fault = next(_faults(edition), None)
    if fault:
        yield error("wrong-headers", f"the headers of edition {edition.key}: {fault}", _REMEDY)


def _faults(edition: Edition) -> Iterator[str]:
    counted = Counter(name for name, _ in edition.headers)
    values = dict(edition.headers)
    yield from (f"{name} is missing" for name in _NEEDED if name not in counted)
    yield from (f"{name} is not allowed" for name in counted if name not in _ALLOWED)
    yield from (f"{name} appears {number} times" for name, number in counted.items() if number > 1)
    for name, value in edition.headers:
        if not value.strip() or any(unicodedata.category(character) == "Cc" for character in value):
            yield f"{name} is empty or contains a control character"
    if values.get("Subject") != edition.subject:
        yield "Subject differs from the edition's subject"
    if values.get("List-Unsubscribe") != f"<{placeholder(edition.nonce, UNSUBSCRIBE_TEXT)}>":
        yield "List-Unsubscribe is not exactly the reader's own link"
    if values.get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click":
        yield "List-Unsubscribe-Post does not offer one-click unsubscribing"
