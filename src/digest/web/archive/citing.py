"""Downloads of citations, and the pictures of articles."""

import sqlite3
from urllib.parse import quote

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import Response

from digest.archive.citing.export import REFERENCE_FORMATS, ExportFormat, exported
from digest.archive.pages.citing import card_text, cited_in
from digest.issue.issue import WebArticle
from digest.months import Month
from digest.storage.archive_index import lists
from digest.web.archive.answering import Answering
from digest.web.site import READ, Site, View


def citing_routes(site: Site) -> APIRouter:
    """The routes, relative to the path of the site."""
    router = APIRouter(redirect_slashes=False)
    answering = Answering(site)

    @router.api_route("/{month}/{slug}/cite.{ending}", methods=READ)
    def cite(request: Request, month: str, slug: str, ending: str) -> Response:
        form = REFERENCE_FORMATS.get(ending)
        if form is None:
            raise HTTPException(404)
        named = {"Content-Disposition": f'attachment; filename="{quote(slug)}.{ending}"'}
        return answering.file(
            request, form.media_type, lambda view, index: _cite(view, index, month, slug, form), named
        )

    @router.api_route("/{month}/{slug}/card.png", methods=READ)
    def card(request: Request, month: str, slug: str) -> Response:
        return answering.file(request, "image/png", lambda view, index: _card(view, index, month, slug))

    return router


def _cite(view: View, index: sqlite3.Connection, month: str, slug: str, form: ExportFormat) -> bytes | None:
    found = _article(index, month, slug)
    return exported([cited_in(view.pages, *found)], form) if found else None


def _card(view: View, index: sqlite3.Connection, month: str, slug: str) -> bytes | None:
    found = _article(index, month, slug)
    return view.site.cards.draw(card_text(view.pages, *found)) if found else None


def _article(index: sqlite3.Connection, month: str, slug: str) -> tuple[Month, WebArticle] | None:
    try:
        found = lists.articles(index, [(Month.parse(month), slug)])
    except ValueError:
        return None
    return found[0] if found else None
