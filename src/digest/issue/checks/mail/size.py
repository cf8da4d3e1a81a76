"""Checks the size of the HTML, and that every mail has its unsubscribe link."""

from collections.abc import Iterator, Sequence

from digest.issue.checks.codes import error, warning
from digest.issue.edition import Edition
from digest.issue.findings import Finding
from digest.issue.placeholders import UNSUBSCRIBE_HTML, UNSUBSCRIBE_TEXT, placeholder

# Gmail cuts off a longer HTML part and hides the rest.
CLIP_BYTES = 102 * 1024
NEAR_CLIP_BYTES = 90 * 1024
_PERSONAL_BYTES = 512  # what a reader's name and link may add


def size_findings(editions: Sequence[Edition]) -> Iterator[Finding]:
    """Compare the largest edition, and the position of each unsubscribe link, with Gmail's limit."""
    remedy = "shorten an article or the notices, or move one to another month"
    cut = next((edition for edition in editions if _end_of_footer(edition) > CLIP_BYTES), None)
    if cut is not None:
        problem = f"the HTML of edition {cut.key} has {_size(cut) / 1024:.0f} KB"
        yield error("clipped", f"{problem}: Gmail cuts it off at 102 KB and hides the unsubscribe link", remedy)
        return
    largest = max(editions, key=_size)
    if _size(largest) > NEAR_CLIP_BYTES:
        problem = (
            f"the HTML of edition {largest.key} has {_size(largest) / 1024:.0f} KB, and Gmail cuts mail off at 102 KB"
        )
        yield warning("size-near-clip", problem, remedy)


def leaving_findings(editions: Sequence[Edition]) -> Iterator[Finding]:
    """Find the first edition without an unsubscribe link in its HTML or text."""
    for edition in editions:
        for part, body, name in (("HTML", edition.html, UNSUBSCRIBE_HTML), ("text", edition.text, UNSUBSCRIBE_TEXT)):
            if placeholder(edition.nonce, name) not in body:
                problem = f"the {part} of edition {edition.key} has no unsubscribe link"
                yield error("no-unsubscribe", problem, "add {{ unsubscribe_url }} to the footer template")
                return


def _size(edition: Edition) -> int:
    return len(edition.html.encode())


def _end_of_footer(edition: Edition) -> int:
    """Where the unsubscribe link is, in bytes; 0 if there is none, which is a finding of its own."""
    place = edition.html.rfind(placeholder(edition.nonce, UNSUBSCRIBE_HTML))
    return len(edition.html[:place].encode()) + _PERSONAL_BYTES if place >= 0 else 0
