"""Articles in lists and on the page of an issue."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from markupsafe import Markup, escape

from digest.archive.entries import ArchiveEntry, author_slug, study_year
from digest.archive.excerpt import excerpt
from digest.archive.pages.anchors import anchored, lowered
from digest.archive.pages.frame import NamedLink, Pages
from digest.issue.issue import WebArticle
from digest.months import Month

_EXCERPT = 220  # characters


@dataclass(frozen=True)
class ArticleLine:
    """An article in a list.

    Attributes:
        title: Text, or safe HTML in which found words are marked.
        language_name: Of the article, in that language; empty if it is that of the page.
        year, design: Of the study; None or empty: not known.
        excerpt: The beginning of the text, or safe HTML of what was found in it.
        month, issue_path: Of the issue.
    """

    title: str | Markup
    language: str
    language_name: str
    path: str
    research_type: NamedLink | None
    topics: tuple[NamedLink, ...]
    month: Month
    issue_path: str
    year: int | None
    design: str
    excerpt: str | Markup


@dataclass(frozen=True)
class ArticleEntry:
    """A whole article, with the names of its topics, research type and author as links in the language of the page."""

    article: WebArticle
    path: str
    topics: tuple[NamedLink, ...]
    research_type: NamedLink | None
    author: NamedLink | None


def line_of(pages: Pages, month: Month, article: WebArticle) -> ArticleLine:
    """An article of an issue in a list."""
    study = article.study
    return ArticleLine(
        article.title,
        article.language,
        pages.foreign(article.language),
        pages.article_path(month, article.slug),
        pages.type_link(article.research_type),
        pages.topic_links(article.topics),
        month,
        pages.issue_path(month),
        study_year(article),
        study.design if study else "",
        excerpt(article.html, _EXCERPT),
    )


def entry_line(
    pages: Pages, entry: ArchiveEntry, *, title: str | Markup | None = None, snippet: str | Markup | None = None
) -> ArticleLine:
    """An article of the index in a list.

    Args:
        title, snippet: Instead of its title and the beginning of its text, such as safe HTML from `marked`.
    """
    return ArticleLine(
        entry.title if title is None else title,
        entry.language,
        pages.foreign(entry.language),
        pages.article_path(entry.month, entry.slug),
        pages.type_link(entry.research_type),
        pages.topic_links(entry.topics),
        entry.month,
        pages.issue_path(entry.month),
        entry.year,
        entry.design,
        entry.excerpt if snippet is None else snippet,
    )


def entry_lines(pages: Pages, entries: Iterable[ArchiveEntry]) -> tuple[ArticleLine, ...]:
    """Articles of the index in a list, in their order."""
    return tuple(entry_line(pages, entry) for entry in entries)


def marked(text: str, opening: str, closing: str) -> Markup:
    """The text as safe HTML, with `<mark>` around what is between *opening* and *closing*."""
    html = str(escape(text)).replace(opening, "<mark>").replace(closing, "</mark>")
    return Markup(html)  # noqa: S704 - escaped above


def article_entry(pages: Pages, month: Month, article: WebArticle) -> ArticleEntry:
    """A whole article."""
    return ArticleEntry(
        article,
        pages.article_path(month, article.slug),
        pages.topic_links(article.topics),
        pages.type_link(article.research_type),
        pages.author_link(article.author, author_slug(article.author or "")),
    )


def with_anchors(article: WebArticle) -> WebArticle:
    """The article with an address for each heading of its text, for its own page."""
    implications = article.implications_html
    return replace(
        article,
        html=anchored(article.html),
        implications_html=anchored(implications, "implications-") if implications else None,
    )


def below_heading(article: WebArticle) -> WebArticle:
    """
    The article with the headings of its text one level lower, for a page on which its title is a second level.

    Each has an address that begins with the name of the article.
    """
    implications, name = article.implications_html, article.slug
    return replace(
        article,
        html=anchored(lowered(article.html), f"{name}-"),
        implications_html=anchored(lowered(implications), f"{name}-implications-") if implications else None,
    )
