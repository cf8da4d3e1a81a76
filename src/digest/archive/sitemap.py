"""The addresses that search engines should know, in files of the size that they read."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

MOST_ADDRESSES = 50_000  # in one file
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'
_NAMES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


@dataclass(frozen=True)
class SitemapEntry:
    """An absolute address, and the day on which its page changed; None: not known."""

    url: str
    changed_on: dt.date | None = None


def sitemap(entries: Iterable[SitemapEntry]) -> str:
    """
    A file with these addresses, at most `MOST_ADDRESSES`.

    Source: sitemaps.org, "Protocol".
    """
    return _document("urlset", "url", entries)


def sitemap_index(urls: Iterable[str]) -> str:
    """The file that names the others, by their absolute addresses."""
    return _document("sitemapindex", "sitemap", (SitemapEntry(url) for url in urls))


def pieces(count: int) -> int:
    """How many files *count* addresses take, at least one."""
    return max(1, -(-count // MOST_ADDRESSES))


def piece(entries: Sequence[SitemapEntry], number: int) -> Sequence[SitemapEntry]:
    """The addresses of one file, counted from 1; empty if there is no such file."""
    return entries[(number - 1) * MOST_ADDRESSES : number * MOST_ADDRESSES] if number > 0 else ()


def _document(root: str, element: str, entries: Iterable[SitemapEntry]) -> str:
    lines = (_line(element, entry) for entry in entries)
    return "\n".join([_DECLARATION, f"<{root} {_NAMES}>", *lines, f"</{root}>", ""])


def _line(element: str, entry: SitemapEntry) -> str:
    changed = f"<lastmod>{entry.changed_on}</lastmod>" if entry.changed_on else ""
    return f"<{element}><loc>{escape(entry.url)}</loc>{changed}</{element}>"
