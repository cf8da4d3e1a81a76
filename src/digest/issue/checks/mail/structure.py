"""Checks the structure of the HTML: headings, images and links."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from itertools import pairwise

from digest.issue.checks.codes import error, warning
from digest.issue.checks.files.links import is_vague, may_be_mailed
from digest.issue.checks.mail.page import Element, Page, is_seen, letters
from digest.issue.findings import Finding
from digest.issue.newsletter import Newsletter

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def structure_findings(newsletter: Newsletter, page: Page, written: AbstractSet[str]) -> Iterator[Finding]:
    """
    Check the headings, images and links of one mail.

    Args:
        written: The letters of the links that the editor wrote; `digest.issue.checks.files.links` checks those.
    """
    yield from _headings(page)
    for image in page.root.iter("img"):
        if image.get("alt") is None:
            problem = f"the picture {image.get('src')!r} in {page.name} has no alt text"
            yield warning(
                "no-alt", problem, 'describe it in the template with alt="...", or use alt="" if it is decorative'
            )
    for anchor in page.root.iter("a"):
        yield from _link(newsletter, page, anchor, written)


def _headings(page: Page) -> Iterator[Finding]:
    levels = [int(element.tag[1]) for element in page.root.iter(*_HEADINGS)]
    problem = ""
    if levels.count(1) != 1 or levels[0] != 1:
        problem = f"{page.name} must have exactly one h1, at the top, and has {levels.count(1)}"
    for above, below in pairwise(levels):
        if below > above + 1:
            problem = f"in {page.name}, an h{below} follows an h{above}"
    if problem:
        remedy = "fix the template: use one h1 at the top, and skip no level"
        yield warning("heading-order", problem, remedy)


def _link(newsletter: Newsletter, page: Page, anchor: Element, written: AbstractSet[str]) -> Iterator[Finding]:
    """Check a link of the templates. The text of links that the editor wrote is not checked again."""
    href = anchor.get("href")
    if href is None:
        return
    text = " ".join(anchor.text_content().split()) or "".join(image.get("alt") or "" for image in anchor.iter("img"))
    where = f"in {page.name}"
    own_page = href.startswith(newsletter.base_url)  # http on this machine, for a demo
    if not own_page and not may_be_mailed(href):
        problem = f"a link {where} leads to {href!r}" if href else f"the link {text!r} {where} has no address"
        yield error("insecure-link", problem, "fix the template: use an address that starts with https:// or mailto:")
    elif not text and is_seen(anchor):
        yield error(
            "insecure-link",
            f"the link to {href!r} {where} has no text",
            "fix the template: add text that says where the link leads",
        )
    elif letters(text) not in written and is_vague(text):
        problem = f"the link text {text!r} {where} does not say where the link leads"
        yield warning("vague-link", problem, "fix the template: name the page that the link opens")
