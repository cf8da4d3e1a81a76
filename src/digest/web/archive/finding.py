"""The pages that find articles: the search."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from digest.archive.pages.search import PAGE_SIZE, search_page
from digest.archive.query import PARAMETERS, Query, read_query
from digest.web.caching import public_page
from digest.web.site import READ, Site, View


def finding_routes(site: Site) -> APIRouter:
    """The routes of the search, relative to the path of the site."""
    router = APIRouter(redirect_slashes=False)

    @router.api_route("/search", methods=READ)
    def search(request: Request) -> Response:
        query = read_query(request.query_params.multi_items())
        view = site.view(request)
        if has_empty_fields(request, query):
            return RedirectResponse(view.pages.search_path(query), 302)
        return _search(request, view, query)

    return router


def has_empty_fields(request: Request, query: Query) -> bool:
    """Whether the address has parameters that mean nothing, such as fields of the form that were left empty."""
    said = {name for name, _ in query.parameters()}
    return any(name in PARAMETERS and name not in said for name in request.query_params)


def _search(request: Request, view: View, query: Query) -> Response:
    _ = view.gettext
    results = view.site.archive.search(query, PAGE_SIZE)
    title = _("Search: %(words)s") % {"words": query.text} if query.text else _("Search the archive")
    description = _("Find summaries of studies by words, topic, type of research, author and year.")
    page = search_page(view.pages, results, title, description)
    return public_page(request, view.render("search.html", page.head, page=page))
