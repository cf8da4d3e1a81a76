"""The pages "About" and "Privacy"."""

import sqlite3
from collections.abc import Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from digest.archive.pages.about import Holdings, SiteTextPage, site_text_page
from digest.content.site_texts import SitePage
from digest.storage.archive_index import lists
from digest.web.archive.answering import Answering, to_path
from digest.web.site import READ, Site, View


def about_routes(site: Site) -> APIRouter:
    """The routes, relative to the path of the site."""
    router = APIRouter(redirect_slashes=False)
    answering = Answering(site)

    def add(page: SitePage, words: Callable[[View], tuple[str, str]]) -> None:
        def answer(request: Request) -> Response:
            return answering.page(request, f"{page}.html", lambda view, index: _page(view, index, page, words(view)))

        def without_slash(request: Request) -> Response:
            return to_path(site, request, f"/{page}/")

        router.add_api_route(f"/{page}/", answer, methods=READ)
        router.add_api_route(f"/{page}", without_slash, methods=READ)

    add(SitePage.ABOUT, _about)
    add(SitePage.PRIVACY, _privacy)
    return router


def _about(view: View) -> tuple[str, str]:
    description = view.gettext("What this newsletter is, how an issue is made, and who publishes it.")
    return view.gettext("About this newsletter"), description


def _privacy(view: View) -> tuple[str, str]:
    description = view.gettext("What is stored about readers and subscribers, for how long, and how to have it erased.")
    return view.gettext("Privacy"), description


def _page(view: View, index: sqlite3.Connection, page: SitePage, words: tuple[str, str]) -> SiteTextPage:
    months = lists.months(index)
    holdings = Holdings(len(months), lists.article_count(index), months[0] if months else None)
    return site_text_page(view.pages, page, words, view.site.texts, view.site.facts, holdings)
