"""The italics of a citation that was written without them."""

from html import escape

from digest.archive.citing.reference import Reference, ReferenceKind


def with_italics(html: str, one: Reference) -> str:
    """
    The citation as safe HTML, with the journal and its volume in italics.

    It stays as it is if it has emphasis, if it is not of a journal article, or if it does not have journal and volume
    side by side after a sentence.

    Source: Publication Manual of the American Psychological Association, 7th edition, 9.25.
    """
    if one.kind != ReferenceKind.ARTICLE or not one.container or "<em>" in html or "<i>" in html:
        return html
    name = escape(", ".join(filter(None, [one.container, one.volume])))
    before, _, after = html.rpartition(f" {name}")
    return f"{before} <i>{name}</i>{after}" if before.endswith((".", "?", "!")) else html
