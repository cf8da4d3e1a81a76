"""Checks the texts of the pages "About" and "Privacy"."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from digest.content.site_texts import SitePage, SiteText
from digest.issue.checks.codes import warning
from digest.issue.checks.files.french import french_in
from digest.issue.checks.files.links import link_address_findings
from digest.issue.checks.files.placeholders import leftovers_in
from digest.issue.checks.files.written import Piece
from digest.issue.findings import Finding
from digest.rendering.markdown import links


def site_text_findings(texts: Sequence[SiteText], languages: Sequence[str]) -> Iterator[Finding]:
    """Find unsafe and vague links, unfinished text, French typography, and pages that lack a language."""
    pieces = [Piece(text.markdown, text.place.file, text.line, text.language) for text in texts]
    for piece in pieces:
        for link in links(piece.text):
            yield from link_address_findings(link.href, link.text, piece.place(link.line))
    for finding in leftovers_in(pieces):
        yield replace(finding, remedy="replace it")  # these files have no place for accepted findings
    yield from french_in(pieces, {})
    for page in SitePage:
        yield from _missing(page, [text for text in texts if text.page is page], languages)


def _missing(page: SitePage, texts: Sequence[SiteText], languages: Sequence[str]) -> Iterator[Finding]:
    missing = [language for language in languages if language not in {text.language for text in texts}]
    if texts and missing:
        problem = f"the page {page} has no text in {' and '.join(missing)}, so these readers get another language"
        names = ", ".join(f"{page}.{language}.md" for language in missing)
        yield warning("missing-language", problem, f"write {names} in the same folder", texts[0].place)
