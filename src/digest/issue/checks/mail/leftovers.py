"""Finds unfinished text in the mail as it would be sent."""

from collections.abc import Iterator

from digest.issue.checks.codes import error
from digest.issue.checks.files.placeholders import _SIGNS
from digest.issue.checks.files.written import pieces
from digest.issue.checks.mail.page import Page, letters
from digest.issue.edition import Edition
from digest.issue.findings import Finding
from digest.issue.issue import Issue
from digest.issue.placeholders import fill


def rendered_leftovers(issue: Issue, edition: Edition) -> Iterator[Finding]:
    """Find unfinished text in an edition that the editor did not write, after a reader's values are filled in."""
    written = letters(" ".join(piece.text for piece in pieces(issue)))
    filled = [
        fill(text, edition.nonce, greeting="", unsubscribe_url="", preferences_url="")
        for text in (edition.html, edition.text)
    ]
    for name, text in zip(
        ("HTML", "text", "subject", "preheader"), (*filled, edition.subject, edition.preheader), strict=True
    ):
        for sign in dict.fromkeys(_SIGNS.findall(text)):
            if letters(sign) not in written:  # compare letters only: rendering changes quotation marks
                problem = f"{sign!r} is left in the {name} of edition {edition.key}"
                yield error("leftover-placeholder", problem, "fix the template, or the value that it needs")
                return


def page_leftovers(page: Page) -> Iterator[Finding]:
    """Find the first unfinished text in a mail that has no editor, such as a notification."""
    for name, text in (("HTML", page.html), ("text", page.text)):
        for sign in dict.fromkeys(_SIGNS.findall(text)):
            problem = f"{sign!r} is left in the {name} of {page.name}"
            yield error("leftover-placeholder", problem, "fix the template, or the value that it needs")
            return
