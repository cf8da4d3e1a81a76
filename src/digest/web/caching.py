"""Responses that caches may keep, with entity tags."""

import hashlib

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

_FRESH_SECONDS = 300


def public_page(request: Request, html: str, status: int = 200) -> Response:
    """
    Return a page that any cache may keep for five minutes. If the browser has it and *status* is 200, return 304.

    The entity tag is a hash of the page, so it covers the frozen issue, the language and the templates.

    Source: RFC 9110, 8.8.3 and 13.1.2.
    """
    tag = f'"{hashlib.sha256(html.encode()).hexdigest()[:32]}"'
    headers = {"Cache-Control": f"public, max-age={_FRESH_SECONDS}", "ETag": tag, "Vary": "Accept-Language"}
    if status == 200 and _has(request, tag):  # noqa: PLR2004
        return Response(status_code=304, headers=headers)
    return HTMLResponse(html, status, headers)


def public_file(request: Request, content: bytes, media_type: str) -> Response:
    """Return a style sheet, script or image whose address changes with its content."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"Cache-Control": "public, max-age=86400", "ETag": tag}
    if _has(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def _has(request: Request, tag: str) -> bool:
    known = request.headers.get("if-none-match", "")
    return known.strip() == "*" or tag in [one.strip().removeprefix("W/") for one in known.split(",")]
