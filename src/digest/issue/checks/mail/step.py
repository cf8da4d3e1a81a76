"""Checks that the plain text and the HTML of a mail say the same."""

import re
from collections.abc import Iterator

from digest.issue.checks.codes import warning
from digest.issue.checks.mail.page import Page, letters
from digest.issue.findings import Finding

_MARK = re.compile(r"\[\d{1,3}\]")  # the number of a link
_COUNTED = re.compile(r"\W*\d{1,2}\W+")  # one part may have numbers that the other lacks
_ADDRESS = re.compile(r"https?://\S+|(?<!\S)\S+@\S+")
_LONG_ENOUGH = 16  # letters; shorter pieces match by chance
_SHOWN = 60  # characters
_REMEDY = "change one of the two templates so that both say the same"


def step_findings(page: Page) -> Iterator[Finding]:
    """Find the first sentence or link that only one of the two parts has."""
    problem = _only_in_html(page) or _only_in_text(page) or _link_only_in_html(page)
    if problem:
        yield warning("text-out-of-step", f"{problem} of {page.name}", _REMEDY)


def _only_in_html(page: Page) -> str | None:
    text = letters(_ADDRESS.sub(" ", _MARK.sub("", page.text))) + letters(page.text)
    for run in page.runs:
        reduced = _reduced(run)
        if len(reduced) >= _LONG_ENOUGH and reduced not in text:
            return f"{run[:_SHOWN]!r} is only in the HTML"
    return None


def _only_in_text(page: Page) -> str | None:
    for line in page.text.split("\n"):
        reduced = _reduced(line)
        if len(reduced) >= _LONG_ENOUGH and not _ADDRESS.search(line) and reduced not in page.letters:
            return f"{line.strip()[:_SHOWN]!r} is only in the plain text"
    return None


def _link_only_in_html(page: Page) -> str | None:
    for anchor in page.root.iter("a"):
        href = (anchor.get("href") or "").removeprefix("mailto:")
        if href and href not in page.text:
            return f"the link to {href!r} is only in the HTML"
    return None


def _reduced(text: str) -> str:
    counted = _COUNTED.match(text)
    return letters(_MARK.sub("", text[counted.end() :] if counted else text))
