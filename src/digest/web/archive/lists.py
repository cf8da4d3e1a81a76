"""Topics, types of research, authors and years: all of them, and the articles of each."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace

from fastapi import APIRouter
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from digest.archive.entries import ArchiveEntry
from digest.archive.facets import Facet
from digest.archive.pages.listing.by_facet import (
    IMPLICATIONS_ON_A_PAGE,
    IMPLICATIONS_SHOWN,
    ON_A_PAGE,
    ArticleListPage,
    ImplicationsPage,
    ListRequest,
    TopicPage,
    article_list,
    implications_page,
    list_head,
    topic_page,
)
from digest.archive.pages.listing.directories import DirectoryPage, TopicsPage, authors_page, topics_page, types_page
from digest.archive.pages.listing.years import YearPage, year_page
from digest.archive.pages.pagination import paginate
from digest.archive.query import Query, read_query
from digest.storage.archive_index import facets, lists
from digest.web.archive.answering import Answering, HasHead, to_path
from digest.web.site import READ, Site, View


class YearConvertor(Convertor[int]):
    """Four digits in a path. The convertor for integers raises an error if there are thousands."""

    regex = "[0-9]{4}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return f"{value:04d}"


register_url_convertor("year", YearConvertor())

_Build = Callable[[View, sqlite3.Connection, str, Query], HasHead | None]


def list_routes(site: Site) -> APIRouter:
    """The routes, relative to the path of the site."""
    router = APIRouter(redirect_slashes=False)
    answering = Answering(site)

    def directory(path: str, template: str, build: Callable[[View, sqlite3.Connection, Query], HasHead]) -> None:
        def answer(request: Request) -> Response:
            query = _query(request)
            return answering.page(request, template, lambda view, index: build(view, index, query))

        def without_slash(request: Request) -> Response:
            return to_path(site, request, f"{path}/")

        router.add_api_route(f"{path}/", answer, methods=READ)
        router.add_api_route(path, without_slash, methods=READ)

    def members(path: str, template: str, build: _Build) -> None:
        def answer(request: Request, slug: str) -> Response:
            query = _query(request)
            return answering.page(request, template, lambda view, index: build(view, index, slug, query))

        def without_slash(request: Request, slug: str) -> Response:
            view = site.view(request)
            answering.require(lambda index: build(view, index, slug, Query()))
            return to_path(site, request, f"{path.format(slug=slug)}/")

        router.add_api_route(f"{path}/", answer, methods=READ)
        router.add_api_route(path, without_slash, methods=READ)

    directory("/topics", "topics.html", _topics)
    directory("/types", "types.html", _types)
    directory("/authors", "authors.html", _authors)
    members("/topics/{slug}", "topic.html", _topic)
    members("/topics/{slug}/implications", "implications.html", _implications)
    members("/types/{slug}", "type.html", _type)
    members("/authors/{slug}", "author.html", _author)
    _add_years(router, site, answering)
    return router


def _add_years(router: APIRouter, site: Site, answering: Answering) -> None:
    @router.api_route("/{year:year}/", methods=READ)
    def year(request: Request, year: int) -> Response:
        return answering.page(request, "year.html", lambda view, index: _year(view, index, year))

    @router.api_route("/{year:year}", methods=READ)
    def year_without_slash(request: Request, year: int) -> Response:
        answering.require(lambda index: year in lists.years(index))
        return to_path(site, request, f"/{year}/")


def _query(request: Request) -> Query:
    return read_query(request.query_params.multi_items())


def _topics(view: View, index: sqlite3.Connection, _query: Query) -> TopicsPage:
    description = view.gettext("Every topic, with the number of summaries of studies on it.")
    return topics_page(view.pages, lists.topics(index), view.gettext("Topics"), description)


def _types(view: View, index: sqlite3.Connection, _query: Query) -> DirectoryPage:
    description = view.gettext("Every type of research, with the number of summaries of such studies.")
    return types_page(view.pages, lists.types(index), view.gettext("Types of research"), description)


def _authors(view: View, index: sqlite3.Connection, query: Query) -> DirectoryPage:
    title = view.gettext("Authors of the summaries")
    description = view.gettext("Everyone who has written summaries of studies, with the number of summaries.")
    return authors_page(view.pages, lists.authors(index), query.page, title, description)


def _topic(view: View, index: sqlite3.Connection, slug: str, query: Query) -> TopicPage | None:
    counts = facets.breakdown(index, Facet.TOPIC, slug)
    if not counts.total and slug not in view.pages.taxonomy.slugs:
        return None
    wanted = ListRequest(Facet.TOPIC, slug, view.pages.topic_name(slug), counts, query)
    description = view.ngettext(
        "%(num)d summary of a study on %(topic)s, with what it may mean for practice.",
        "%(num)d summaries of studies on %(topic)s, with what they may mean for practice.",
        counts.total,
    ) % {"num": counts.total, "topic": wanted.name}
    page = _list_page(view, index, wanted, description)
    implications = _implications_of(index, slug, IMPLICATIONS_SHOWN if wanted.page == 1 else 0)
    return topic_page(view.pages, wanted, page, implications)


def _implications(view: View, index: sqlite3.Connection, slug: str, query: Query) -> ImplicationsPage | None:
    total = facets.breakdown(index, Facet.TOPIC, slug).with_implications
    if not total:
        return None
    pages = paginate(total, query.page, IMPLICATIONS_ON_A_PAGE, lambda _: "")
    found = _implications_of(index, slug, IMPLICATIONS_ON_A_PAGE, max(0, pages.first_shown - 1))
    topic = view.pages.topic_name(slug)
    title = view.gettext("Practice implications: %(topic)s") % {"topic": topic}
    description = view.ngettext(
        "What %(num)d study on %(topic)s may mean for practice, with its source.",
        "What %(num)d studies on %(topic)s may mean for practice, each with its source.",
        total,
    ) % {"num": total, "topic": topic}
    return implications_page(
        view.pages, slug, _numbered(view, title, pages.page), description, found, total, pages.page
    )


def _type(view: View, index: sqlite3.Connection, slug: str, query: Query) -> ArticleListPage | None:
    counts = facets.breakdown(index, Facet.TYPE, slug)
    if not counts.total and slug not in {kind.slug for kind in view.pages.taxonomy.research_types}:
        return None
    name = view.pages.type_name(slug) or slug
    wanted = ListRequest(Facet.TYPE, slug, name[:1].upper() + name[1:], counts, query)
    description = view.ngettext(
        "%(num)d summary of a study of this type: %(type)s.",
        "%(num)d summaries of studies of this type: %(type)s.",
        counts.total,
    ) % {"num": counts.total, "type": name}
    return _list_page(view, index, wanted, description)


def _author(view: View, index: sqlite3.Connection, slug: str, query: Query) -> ArticleListPage | None:
    name = facets.author_name(index, slug)
    if name is None:
        return None
    counts = facets.breakdown(index, Facet.AUTHOR, slug)
    description = view.ngettext(
        "%(num)d summary of a study by %(author)s.", "%(num)d summaries of studies by %(author)s.", counts.total
    ) % {"num": counts.total, "author": name}
    page = _list_page(view, index, ListRequest(Facet.AUTHOR, slug, name, counts, query), description)
    return replace(page, identities=view.pages.identities(name)) if page else None


def _year(view: View, index: sqlite3.Connection, year: int) -> YearPage | None:
    documents = [one.issue.document for one in lists.issues_of_year(index, year)]
    if not documents:
        return None
    title = view.gettext("Issues of %(year)s") % {"year": year}
    issues = view.ngettext("%(num)d issue", "%(num)d issues", len(documents)) % {"num": len(documents)}
    count = sum(len(document.articles) for document in documents)
    summaries = view.ngettext("%(num)d summary", "%(num)d summaries", count) % {"num": count}
    return year_page(view.pages, year, documents, lists.years(index), title, f"{issues}, {summaries}")


def _list_page(view: View, index: sqlite3.Connection, wanted: ListRequest, description: str) -> ArticleListPage:
    entries = facets.articles(index, wanted.facet, wanted.value, wanted.order, ON_A_PAGE, wanted.offset)
    head = list_head(view.pages, wanted, _numbered(view, wanted.name, wanted.page), description)
    return ArticleListPage(head, article_list(view.pages, wanted, entries))


def _implications_of(
    index: sqlite3.Connection, slug: str, limit: int, offset: int = 0
) -> list[tuple[ArchiveEntry, str]]:
    return [(one.entry, one.html) for one in lists.implications(index, slug, limit, offset)]


def _numbered(view: View, title: str, page: int) -> str:
    """The title of a page; from the second on, with its number, so that no two have the same."""
    if page == 1:
        return title
    return view.gettext("%(name)s, page %(page)d") % {"name": title, "page": page}
