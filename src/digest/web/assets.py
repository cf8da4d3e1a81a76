"""The files that pages load, and those that browsers and robots look for at the root of the host."""

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from digest.archive.icon import icon_picture
from digest.web.caching import public_file
from digest.web.site import PICTURES, READ, SCRIPTS, Site

_RESULTS = ("/search?", "/search.")  # results are not indexed, but the form is


def asset_routes(site: Site) -> APIRouter:
    """The routes, relative to the path of the site."""
    router = APIRouter(redirect_slashes=False)

    @router.api_route("/assets/site.css", methods=READ)
    def style(request: Request) -> Response:
        return public_file(request, site.style, "text/css")

    @router.api_route("/assets/{name}.js", methods=READ)
    def script(request: Request, name: str) -> Response:
        if name not in SCRIPTS:
            raise HTTPException(404)
        return public_file(request, site.assets[f"web/{name}.js"], "text/javascript")

    @router.api_route("/assets/favicon.svg", methods=READ)
    def icon(request: Request) -> Response:
        return public_file(request, site.icon, "image/svg+xml")

    @router.api_route("/assets/{name}.png", methods=READ)
    def picture(request: Request, name: str) -> Response:
        if name not in PICTURES:
            raise HTTPException(404)
        return public_file(request, site.picture(name), "image/png")

    return router


def root_routes(site: Site, private: tuple[str, ...]) -> APIRouter:
    """The routes at the root of the host, whatever the path of the site.

    Args:
        private: The folders of personal links.
    """
    router = APIRouter(redirect_slashes=False)

    @router.api_route("/robots.txt", methods=READ)
    def robots() -> Response:
        personal = [f"Disallow: {site.prefix}/{folder}/" for folder in private]
        results = [f"Disallow: {site.prefix}{path}" for path in _RESULTS]
        lines = ["User-agent: *", *personal, *results, "", f"Sitemap: {site.url('/sitemap.xml')}", ""]
        return PlainTextResponse("\n".join(lines))

    @router.api_route("/favicon.ico", methods=READ)
    def icon(request: Request) -> Response:
        return public_file(request, icon_picture(site.newsletter.accent, 32, form="ICO"), "image/x-icon")

    return router
