"""Atom feeds with the full text of the newest articles."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import urljoin

from digest.archive.entries import author_slug
from digest.archive.pages.frame import Pages
from digest.issue.citations.citation import doi_url
from digest.issue.issue import WebArticle
from digest.months import Month

NEWEST = 20  # articles in a feed
_EMPTY = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)  # when a feed without articles was last changed
_TAG = re.compile(r'<[a-z][a-z0-9]*(?:\s[a-z-]+(?:="[^"]*")?)+\s*/?>')  # as nh3 writes them
_ADDRESS = re.compile(r'(\s(?:href|src)=")([^"]*)"')
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class FeedItem:
    """An article with the times of its first publication and of its last correction."""

    month: Month
    article: WebArticle
    published_at: dt.datetime
    updated_at: dt.datetime


@dataclass(frozen=True)
class FeedEntry:
    """An entry of a feed. All addresses are absolute.

    Attributes:
        url: The permalink, which is also its id.
        categories: Topics and type of research: the address of the page of each, which is the same in all languages,
            and its name.
        html: The whole text.
        study_url: Of the study; empty if it has no DOI.
    """

    url: str
    title: str
    language: str
    published: str
    updated: str
    author: str
    author_url: str
    categories: tuple[tuple[str, str], ...]
    html: str
    study_url: str


@dataclass(frozen=True)
class AtomFeed:
    """A feed in one language; its articles keep theirs.

    Attributes:
        url: Of the feed itself, which is also its id.
        page_url: Of the page with the same articles.
        licence: The address of the licence, or empty.
    """

    url: str
    page_url: str
    title: str
    subtitle: str
    language: str
    updated: str
    author: str
    author_url: str
    licence: str
    licence_name: str
    entries: tuple[FeedEntry, ...]


@dataclass(frozen=True)
class FeedSource:
    """What a feed is of: its title, a sentence about it, and the path of the page with the same articles."""

    title: str
    subtitle: str
    path: str = "/"


def atom_feed(pages: Pages, source: FeedSource, items: Iterable[FeedItem], heading: Callable[[str], str]) -> AtomFeed:
    """
    A feed of *items* in their order.

    Args:
        heading: That of the practice implications, from the language of an article.

    Source: RFC 4287; RFC 4946 for the licence.
    """
    shown = list(items)
    language = pages.feed_language
    updated = max((item.updated_at for item in shown), default=_EMPTY)
    return AtomFeed(
        url=pages.url(f"{source.path}feed.xml", language),
        page_url=pages.url(source.path, language),
        title=source.title,
        subtitle=source.subtitle,
        language=pages.language,
        updated=_moment(updated),
        author=pages.newsletter.from_name_in(pages.language),
        author_url=pages.url("/"),
        licence=pages.credits.licence or "",
        licence_name=pages.credits.licence_name or "",
        entries=tuple(_entry(pages, item, heading(item.article.language)) for item in shown),
    )


def xml_text(document: str) -> str:
    """The document without the characters that XML cannot have, not even escaped.

    Source: XML 1.0, 2.2.
    """
    return _NOT_XML.sub("", document)


def with_absolute_links(html: str, url: str) -> str:
    """Safe HTML of the page at *url*, with links and images that also work elsewhere."""

    def absolute(address: re.Match[str]) -> str:
        return f'{address[1]}{escape(urljoin(url, unescape(address[2])))}"'

    return _TAG.sub(lambda tag: _ADDRESS.sub(absolute, tag[0]), html)


def _entry(pages: Pages, item: FeedItem, heading: str) -> FeedEntry:
    article = item.article
    url = pages.url(f"/{item.month}/{article.slug}/")
    author = article.author or ""
    return FeedEntry(
        url=url,
        title=article.title,
        language=article.language,
        published=_moment(item.published_at),
        updated=_moment(item.updated_at),
        author=author,
        author_url=_author_url(pages, author),
        categories=tuple(_categories(pages, article).items()),
        html=with_absolute_links(_whole_text(article, heading), url),
        study_url=doi_url(article.doi) if article.doi else "",
    )


def _author_url(pages: Pages, name: str) -> str:
    slug = author_slug(name)
    known = pages.credits.author(name).urls
    return known[0] if known else pages.url(f"/authors/{slug}/") if slug else ""


def _categories(pages: Pages, article: WebArticle) -> Mapping[str, str]:
    named = {pages.url(f"/topics/{slug}/"): pages.topic_name(slug) for slug in article.topics}
    kind = pages.type_name(article.research_type)
    return named | ({pages.url(f"/types/{article.research_type}/"): kind} if kind else {})


def _whole_text(article: WebArticle, heading: str) -> str:
    parts = [f"<p>{article.citation_html}</p>" if article.citation_html else "", article.html]
    if article.implications_html:
        parts += [f"<h2>{escape(heading)}</h2>", article.implications_html]
    return "\n".join(part for part in parts if part)


def _moment(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
