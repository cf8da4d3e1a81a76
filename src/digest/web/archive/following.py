"""What programs follow: Atom feeds and the sitemap."""

import re
import sqlite3
from collections.abc import Iterable

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import Response

from digest.archive.entries import ArchiveEntry
from digest.archive.facets import Facet
from digest.archive.feed import NEWEST, FeedItem, FeedSource, atom_feed, xml_text
from digest.archive.query import Order
from digest.archive.sitemap import SitemapEntry, piece, pieces, sitemap, sitemap_index
from digest.storage.archive_index import facets, lists
from digest.storage.archive_index.addresses import addresses
from digest.web.archive.answering import Answering
from digest.web.site import READ, Site, View

ATOM = "application/atom+xml; charset=utf-8"
XML = "application/xml; charset=utf-8"
_FILE_NUMBER = re.compile("[0-9]{1,4}")


def following_routes(site: Site) -> APIRouter:
    """The routes, relative to the path of the site."""
    router = APIRouter(redirect_slashes=False)
    answering = Answering(site)

    def answer(request: Request, facet: Facet | None, value: str) -> Response:
        return answering.file(request, ATOM, lambda view, index: _feed(view, index, facet, value))

    @router.api_route("/feed.xml", methods=READ)
    def feed(request: Request) -> Response:
        return answer(request, None, "")

    @router.api_route("/topics/{slug}/feed.xml", methods=READ)
    def topic_feed(request: Request, slug: str) -> Response:
        return answer(request, Facet.TOPIC, slug)

    @router.api_route("/types/{slug}/feed.xml", methods=READ)
    def type_feed(request: Request, slug: str) -> Response:
        return answer(request, Facet.TYPE, slug)

    @router.api_route("/sitemap.xml", methods=READ)
    def whole_sitemap(request: Request) -> Response:
        return answering.file(request, XML, lambda view, index: _sitemap(view, index, None))

    @router.api_route("/sitemap-{number}.xml", methods=READ)
    def part_of_sitemap(request: Request, number: str) -> Response:
        if not _FILE_NUMBER.fullmatch(number):  # int() raises an error if there are thousands of digits
            raise HTTPException(404)
        return answering.file(request, XML, lambda view, index: _sitemap(view, index, int(number)))

    return router


def _sitemap(view: View, index: sqlite3.Connection, number: int | None) -> bytes | None:
    """The sitemap, or one of its files; None if there is no such file."""
    entries = [SitemapEntry(view.site.url(path), day) for path, day in addresses(index)]
    files = pieces(len(entries))
    if number is None and files > 1:
        return sitemap_index(view.site.url(f"/sitemap-{one}.xml") for one in range(1, files + 1)).encode()
    shown = piece(entries, 1 if number is None else number)
    return sitemap(shown).encode() if shown else None


def _feed(view: View, index: sqlite3.Connection, facet: Facet | None, value: str) -> bytes | None:
    if facet is None:
        source, entries = _everything(view), lists.latest(index, NEWEST)
    else:
        source, entries = _of(view, facet, value), facets.articles(index, facet, value, Order.ISSUE, NEWEST)
        if not entries and value not in _known(view, facet):
            return None
    feed = atom_feed(view.pages, source, _items(index, entries), lambda language: _heading(view, language))
    icon = view.site.url("/assets/icon-192.png")
    return xml_text(view.site.renderer.render("web/feed.xml", view.language, feed=feed, icon=icon)).encode()


def _known(view: View, facet: Facet) -> Iterable[str]:
    taxonomy = view.pages.taxonomy
    return taxonomy.slugs if facet is Facet.TOPIC else {kind.slug for kind in taxonomy.research_types}


def _everything(view: View) -> FeedSource:
    return FeedSource(view.title, view.gettext("The newest summaries of studies, in full."))


def _of(view: View, facet: Facet, value: str) -> FeedSource:
    name = view.pages.topic_name(value) if facet is Facet.TOPIC else view.pages.type_name(value) or value
    title = view.gettext("%(newsletter)s: %(name)s") % {"newsletter": view.title, "name": name}
    subtitle = (
        view.gettext("The newest summaries of studies on this topic, in full.")
        if facet is Facet.TOPIC
        else view.gettext("The newest summaries of studies of this type, in full.")
    )
    return FeedSource(title, subtitle, f"{facet.folder}{value}/")


def _items(index: sqlite3.Connection, entries: list[ArchiveEntry]) -> Iterable[FeedItem]:
    months = dict.fromkeys(entry.month for entry in entries)
    published = {month: found for month in months if (found := lists.issue(index, month))}
    for entry in entries:
        issue, corrections = published[entry.month].issue, published[entry.month].corrections
        article = next(one for one in issue.document.articles if one.slug == entry.slug)
        corrected = [one.corrected_at for one in corrections if one.slug == entry.slug]
        yield FeedItem(entry.month, article, issue.published_at, max([issue.published_at, *corrected]))


def _heading(view: View, language: str) -> str:
    """That of the practice implications, in the language of an article if the site has it."""
    offered = view.site.newsletter.languages
    base = language.partition("-")[0]
    return view.site.renderer.translations(base if base in offered else view.language).gettext("Practice implications")
