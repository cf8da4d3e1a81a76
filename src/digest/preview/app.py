"""Builds the application of the preview, which answers on 127.0.0.1 only."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from fastapi import APIRouter, FastAPI, HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse

from digest.archive.accent import accent_css
from digest.errors import RenderError
from digest.http.shield import Shield
from digest.issue.edition import EditionKey
from digest.months import Month
from digest.pipeline.issue.assemble import Workshop
from digest.preview.changes import Changes, watch
from digest.preview.desk import SAMPLE_LINK, Desk, Headcounts
from digest.preview.page import Choice, error_page, month_page
from digest.preview.schemes import Scheme, in_scheme

_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; frame-src 'self'; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
# A mail brings its own styles and images; nothing in it may run.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; form-action 'none'; frame-ancestors 'self'"
)
_HEADERS = {
    "Content-Security-Policy": _PAGE_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}


def create_preview(
    workshop: Callable[[], Workshop],
    watched: Sequence[Path],
    *,
    month: Month | None,
    headcounts: Headcounts | None,
    assets: Mapping[str, bytes],
) -> FastAPI:
    """
    Build the application. It answers only GET, stores nothing, and rejects other host names (DNS rebinding).

    Args:
        workshop: Creates a workshop from the current files; called again after every change below *watched*.
        watched: The folders of articles and templates.
        month: The month to show first; None for the newest.
        headcounts: Counts the readers of an issue's editions, or None.
        assets: Files of `templates/` that are not templates, by path.

    Raises:
        DigestError: As raised by *workshop*.
    """
    desk, changes = Desk(workshop, headcounts), Changes()

    def changed() -> None:
        desk.refresh()
        changes.announce()

    @asynccontextmanager
    async def watching(_app: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(watch(watched, changed))
        yield
        changes.close()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=watching)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"], www_redirect=False)
    app.add_middleware(Shield, headers=_HEADERS)
    app.state.close = changes.close
    app.include_router(_assets(assets, desk))
    app.include_router(_events(changes))
    app.include_router(_pages(desk, changes, month))
    return app


def _events(changes: Changes) -> APIRouter:
    router = APIRouter(redirect_slashes=False)

    @router.get("/events")
    async def events() -> Response:
        async def messages() -> AsyncIterator[str]:
            yield "retry: 500\n\n"
            async for version in changes.follow():
                yield f"data: {version}\n\n"

        return StreamingResponse(messages(), media_type="text/event-stream")

    return router


def _pages(desk: Desk, changes: Changes, first: Month | None) -> APIRouter:
    router = APIRouter(redirect_slashes=False)

    @router.get("/")
    def start() -> Response:
        months = desk.months()
        if months:
            return RedirectResponse(f"/{first if first in months else months[0]}/", 307)
        return _page(desk, changes, "empty.html", findings=desk.general_findings())

    @router.get(SAMPLE_LINK)
    def sample_link() -> Response:
        return _page(desk, changes, "sample_link.html")

    @router.get("/{month}/")
    def month_view(request: Request, month: str) -> Response:
        chosen = _month(month)
        if chosen not in desk.months():
            return RedirectResponse("/", 307)
        return _page(desk, changes, "month.html", **month_page(desk, chosen, Choice.of(request.query_params)))

    @router.get("/{month}/{edition}.html")
    def mail(month: str, edition: str, scheme: str = "light") -> Response:
        return _mail(desk, _month(month), edition, Scheme.DARK if scheme == Scheme.DARK else Scheme.LIGHT)

    return router


def _page(desk: Desk, changes: Changes, template: str, **values: object) -> Response:
    try:
        page = desk.workshop.renderer.render(f"preview/{template}", "en", version=changes.version, **values)
    except RenderError as error:
        return HTMLResponse(error_page(error, changes.version), 500)
    return HTMLResponse(page)


def _mail(desk: Desk, month: Month, edition: str, scheme: Scheme) -> Response:
    try:
        shown = desk.edition(desk.gather(month).issue, EditionKey.parse(edition))
    except RenderError as error:
        return PlainTextResponse(str(error), 500)
    except ValueError as error:
        raise HTTPException(404, str(error)) from error
    return HTMLResponse(in_scheme(shown.html, scheme), headers={"Content-Security-Policy": _MAIL_POLICY})


def _assets(assets: Mapping[str, bytes], desk: Desk) -> APIRouter:
    router = APIRouter(redirect_slashes=False)

    @router.get("/assets/preview.css")
    def style() -> Response:
        accent = accent_css(desk.workshop.newsletter.accent).encode()
        return Response(accent + assets["web/base.css"] + b"\n" + assets["preview/preview.css"], media_type="text/css")

    @router.get("/assets/preview.js")
    def script() -> Response:
        return Response(assets["preview/preview.js"], media_type="text/javascript")

    @router.get("/assets/favicon.svg")
    def icon() -> Response:
        return Response(assets["web/favicon.svg"], media_type="image/svg+xml")

    return router


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError as error:
        raise HTTPException(404, str(error)) from error
