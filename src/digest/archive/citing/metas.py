"""The metas of an article's page, for reference managers and social media."""

from collections.abc import Iterator
from dataclasses import dataclass

from digest.archive.citing.reference import Reference, ReferenceKind
from digest.rendering.words import CATALOGUES, locale

CARD_SIZE = (1200, 630)
"""Of the picture of an article, in pixels. Source: Open Graph previews of the large networks are 1.91 to 1."""

_CONTAINERS = {
    ReferenceKind.ARTICLE: "citation_journal_title",
    ReferenceKind.CHAPTER: "citation_inbook_title",
    ReferenceKind.SUMMARY: "citation_journal_title",
}


@dataclass(frozen=True)
class Meta:
    """A meta element; *attribute* is `name` or `property`."""

    name: str
    content: str
    attribute: str = "name"


@dataclass(frozen=True)
class PageCard:
    """What a link to an article shows in social media.

    Attributes:
        url: The permalink.
        published: When, as ISO 8601.
        image_url: Of a picture of `CARD_SIZE`.
    """

    title: str
    description: str
    url: str
    site_name: str
    language: str
    published: str
    author: str
    topics: tuple[str, ...]
    image_url: str
    image_text: str


def citation_metas(one: Reference) -> tuple[Meta, ...]:
    """
    What reference managers read: the study, or the summary if no study is known.

    None if only the text of a citation is known, since half an item would be saved.

    Source: Google Scholar, "Inclusion Guidelines for Webmasters", "Indexing"; Zotero, "Embedded Metadata".
    """
    if one.kind == ReferenceKind.OTHER:
        return ()
    return tuple(Meta(f"{name}", content) for name, content in _citation(one) if content)


def _citation(one: Reference) -> Iterator[tuple[str, str]]:
    first, _, last = one.pages.partition("–")
    yield "citation_title", one.title
    yield from (("citation_author", person.inverted) for person in one.authors)
    yield from (("citation_editor", person.inverted) for person in one.editors)
    yield "citation_publication_date", str(one.year or "")
    yield _CONTAINERS.get(one.kind, "citation_series_title"), one.container
    yield "citation_publisher", one.publisher
    yield "citation_volume", one.volume
    yield "citation_issue", one.issue
    yield "citation_firstpage", first or one.article_number
    yield "citation_lastpage", last
    yield "citation_doi", one.doi
    yield "citation_language", one.language
    yield "citation_abstract_html_url", one.summaries[0] if one.summaries else one.url


def card_metas(card: PageCard) -> tuple[Meta, ...]:
    """Source: The Open Graph protocol; X, "Summary Card with Large Image"."""
    width, height = CARD_SIZE
    properties = [
        ("og:type", "article"),
        ("og:title", card.title),
        ("og:description", card.description),
        ("og:url", card.url),
        ("og:site_name", card.site_name),
        ("og:locale", _territory(card.language)),
        ("og:image", card.image_url),
        ("og:image:type", "image/png"),
        ("og:image:width", str(width)),
        ("og:image:height", str(height)),
        ("og:image:alt", card.image_text),
        ("article:published_time", card.published),
        *(("article:tag", topic) for topic in card.topics),
    ]
    names = [("author", card.author), ("twitter:card", "summary_large_image")]
    return (
        *(Meta(name, content) for name, content in names if content),
        *(Meta(name, content, "property") for name, content in properties if content),
    )


def _territory(language: str) -> str:
    """The language with its country, as Open Graph asks; empty if it has none."""
    name = str(locale(language)) if language in CATALOGUES else language.replace("-", "_")
    return name if "_" in name else ""
