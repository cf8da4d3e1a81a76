"""Checks the links that an editor wrote: they must be safe, lead somewhere, and say where they lead."""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from digest.characters import describe, line_fault
from digest.errors import Place
from digest.issue.checks.codes import error, warning
from digest.issue.checks.files.shelf import Shelf
from digest.issue.checks.files.written import issue_place, markdown
from digest.issue.findings import Finding
from digest.issue.issue import Issue
from digest.months import Month
from digest.rendering.markdown import is_safe, is_site_path, links

_PAGE = re.compile(r"/(\d{4}-\d{2})(?:/([^/]+))?/?")
_MARKS = frozenset("\t\u200e\u200f\u061c")  # fine in a name, out of place in an address
_VAGUE = frozenset(
    """
    click|click here|click on this link|here|this|this link|link|this page|page|more|more info|more information|read|
    read more|read on|learn more|see more|find out more|details|website|article|this article|continue|download|
    cliquez|cliquez ici|cliquer ici|ici|ce lien|lien|cette page|page web|plus|plus d'info|plus d'infos|
    plus d'information|plus d'informations|lire|lire plus|lire la suite|la suite|suite|en savoir plus|voir|voir plus|
    détails|site|site web|cet article|continuer|télécharger
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)


def link_findings(issue: Issue, shelf: Shelf) -> Iterator[Finding]:
    """Check every link of the articles and the issue file."""
    for piece in markdown(issue):
        for link in links(piece.text):
            yield from _of_link(issue, shelf, link.href, link.text, piece.place(link.line))
    for notice in (notice for wording in issue.file.wordings for notice in wording.notices):
        if notice.link:
            yield from _of_link(issue, shelf, notice.link, notice.title, issue_place(issue))


def is_vague(text: str) -> bool:
    """Whether a link's text, in English or French, does not say where the link leads."""
    bare = re.sub(r"[^\w' ]+", " ", text.casefold().replace("’", "'"))
    return " ".join(bare.split()) in _VAGUE


def may_be_mailed(href: str) -> bool:
    """Whether a link is https, mailto or a path of the site."""
    return is_site_path(href) or (is_safe(href) and not href.casefold().startswith("http:"))


def link_address_findings(href: str, text: str, place: Place) -> Iterator[Finding]:
    """Check a link without regard to what is on the site."""
    if not may_be_mailed(href):
        problem = f"the link to {href!r} is not secure" if href else "a link has no address"
        yield error("insecure-link", problem, "use an address that starts with https:// or mailto:", place)
    elif not text.strip():
        yield error("insecure-link", f"the link to {href!r} has no text", "write the link text between [ and ]", place)
    elif is_vague(text):
        problem = f"the link text {text.strip()!r} does not say where the link leads"
        yield warning("vague-link", problem, "name the page that the link opens", place)
    if hidden := _hidden(href):
        problem = f"the link address {href!r} contains a hidden character, {describe(hidden)}"
        yield warning("link-characters", problem, "check where the link leads, then retype the address", place)


def _of_link(issue: Issue, shelf: Shelf, href: str, text: str, place: Place) -> Iterator[Finding]:
    yield from link_address_findings(href, text, place)
    if _is_dead(issue, shelf, href):
        problem = f"the link to {href!r} does not match any issue or article on this site"
        yield warning("dead-link", problem, "correct the month or the slug", place)


def _hidden(href: str) -> str | None:
    """The first character of the decoded address that is invisible or changes the direction of the text."""
    decoded = unquote(href)
    fault = line_fault(decoded, len(decoded))
    if fault and fault.character:
        return fault.character
    return next((character for character in decoded if character in _MARKS), None)


def _is_dead(issue: Issue, shelf: Shelf, href: str) -> bool:
    """Whether a link leads to an issue or article that does not exist. Other pages of the site are not checked."""
    path = href.removeprefix(issue.newsletter.base_url) if not href.startswith("/") else href
    match = _PAGE.fullmatch(urlsplit(path).path) if path.startswith("/") else None
    if match is None:
        return False
    try:
        month = Month.parse(match[1])
    except ValueError:
        return True
    slug = match[2] or ""
    here = month == issue.month and (not slug or any(article.slug == slug for article in issue.articles))
    return not here and not shelf.holds(month, slug)
