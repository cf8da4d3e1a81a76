"""Builds the application of the public site."""

import logging
from collections.abc import Callable

from fastapi import APIRouter, FastAPI
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response

from digest.archive.query import Query
from digest.errors import StorageError
from digest.http.shield import Shield, route_pattern
from digest.pipeline.issue.published import is_readable
from digest.tokens import Purpose
from digest.web.archive.about import about_routes
from digest.web.archive.citing import citing_routes
from digest.web.archive.finding import finding_routes
from digest.web.archive.following import following_routes
from digest.web.archive.lists import list_routes
from digest.web.archive.reading import reading_routes
from digest.web.assets import asset_routes, root_routes
from digest.web.hooks import hook_routes
from digest.web.page_cache import KeptPages
from digest.web.people.fresh_link_requests import fresh_link_request_routes
from digest.web.people.fresh_links import fresh_link_routes
from digest.web.people.links import DeadLink, dead_link, leads_nowhere
from digest.web.people.new_address import new_address_routes
from digest.web.people.preferences import preferences_routes
from digest.web.people.subscribing import subscribing_routes
from digest.web.people.unsubscribe import unsubscribe_routes
from digest.web.people.your_issues import your_issues_routes
from digest.web.policy import CONTENT_SECURITY_POLICY
from digest.web.site import READ, Site

_log = logging.getLogger(__name__)
_RETRY_SECONDS = "60"
_DATED = {
    "preferences": Purpose.PREFERENCES,
    "confirm": Purpose.CONFIRM,
    "new-address": Purpose.NEW_ADDRESS,
    "address": Purpose.CHANGE_ADDRESS,
    "undo": Purpose.UNDO_ADDRESS,
    "data": Purpose.EXPORT,
    "erase": Purpose.ERASE,
    "return": Purpose.RETURN,
    "your-issues": Purpose.YOUR_ISSUES,
}


def create_site(site: Site) -> FastAPI:
    """Build the application that answers under the path of the newsletter's `base_url`.

    It has no sessions and no cookies, and builds links only from `base_url`. Only a POST changes anything. If the
    database does not answer, pages return 503, never a false success.
    """
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.add_middleware(
        KeptPages, cache=site.page_cache, version=site.archive.fresh_version, languages=site.newsletter.languages
    )
    app.add_middleware(Shield, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})
    app.include_router(_health_routes(site))
    app.include_router(root_routes(site, ("unsubscribe", *_DATED)))
    app.include_router(asset_routes(site), prefix=site.prefix)
    for routes in (
        unsubscribe_routes,
        subscribing_routes,
        preferences_routes,
        fresh_link_request_routes,
        new_address_routes,
        fresh_link_routes,
        your_issues_routes,
        _cut_routes,
        _slash_routes,
        following_routes,
        about_routes,
        list_routes,
        finding_routes,
        citing_routes,
        reading_routes,
    ):
        app.include_router(routes(site), prefix=site.prefix)
    if site.events is not None:
        app.include_router(hook_routes(site.events), prefix=site.prefix)
    if site.prefix:
        app.add_api_route(site.prefix, lambda: RedirectResponse(f"{site.prefix}/", 308), methods=READ)
    _answer_errors(app, site)
    return app


def _health_routes(site: Site) -> APIRouter:
    router = APIRouter(redirect_slashes=False)

    @router.api_route("/healthz", methods=READ)
    def health() -> Response:
        try:
            reachable = is_readable(site.database)
        except (StorageError, PoolTimeout):
            reachable = False
        body = {"ok": reachable, "database": reachable}
        return JSONResponse(body, 200 if reachable else 503, {"Cache-Control": "no-store"})

    return router


def _answer_errors(app: FastAPI, site: Site) -> None:
    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> Response:
        if error.status_code == 405:  # noqa: PLR2004
            return _wrong_method(site, request, error)
        if error.status_code != 404:  # noqa: PLR2004
            return PlainTextResponse(f"{error.detail}\n", error.status_code, error.headers)
        view = site.view(request)
        title = view.gettext("Page not found")
        text = view.gettext("The address may be mistyped, or the issue may not be published yet.")
        links = [(view.pages.search_path(Query()), view.gettext("Search the archive"))]
        return HTMLResponse(view.message(title, text, links=links, home_link=True), 404, {"Cache-Control": "no-store"})

    @app.exception_handler(DeadLink)
    def dead(request: Request, error: DeadLink) -> Response:
        return dead_link(site, request, error)

    @app.exception_handler(PoolTimeout)
    @app.exception_handler(StorageError)
    def unavailable(request: Request, error: Exception) -> Response:
        _log.error("%s answered 503: %s", route_pattern(request.scope), error)
        view = site.view(request)
        title = view.gettext("Temporarily unavailable")
        text = view.gettext("We couldn’t complete your request. Please try again in a few minutes.")
        headers = {"Retry-After": _RETRY_SECONDS, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return HTMLResponse(view.message(title, text), 503, headers)


def _wrong_method(site: Site, request: Request, error: HTTPException) -> Response:
    """The page for a GET where only a POST works, and the other way round."""
    view = site.view(request)
    _ = view.gettext
    title = _("This page can’t be opened this way")
    text = _("Nothing was changed. Open the link in your email again, or request a new one.")
    links = [(view.path("/link"), _("Get your personal link"))]
    headers = {**(error.headers or {}), "Cache-Control": "no-store"}
    return HTMLResponse(view.message(title, text, links=links, home_link=True), 405, headers)


def _cut_routes(site: Site) -> APIRouter:
    """The routes of personal addresses whose token a mail program cut off. They offer a new link."""
    router = APIRouter(redirect_slashes=False)

    def page(purpose: Purpose) -> Callable[[], Response]:
        def cut() -> Response:
            raise leads_nowhere(site, purpose)

        return cut

    for kind, purpose in _DATED.items():
        for path in (f"/{kind}", f"/{kind}/"):
            router.add_api_route(path, page(purpose), methods=READ)
    return router


def _slash_routes(site: Site) -> APIRouter:
    """Addresses with a slash too many. They lead to the page, with everything that the address asks for."""
    router = APIRouter(redirect_slashes=False)

    def without_slash(path: str) -> Callable[[Request], Response]:
        def lead(request: Request) -> Response:
            query = request.url.query
            return RedirectResponse(f"{site.prefix}{path}{'?' if query else ''}{query}", 308)

        return lead

    for path in ("/search", "/subscribe", "/link"):
        router.add_api_route(f"{path}/", without_slash(path), methods=READ)
    return router
