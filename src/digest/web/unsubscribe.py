"""The unsubscribe link of every mail: a page for people, one click for mail programs.

The token in the path is the only authority: no cookie, no sign-in, no check of where the request comes from.
Source: RFC 8058, 3.1 and 3.2.
"""

from collections.abc import AsyncGenerator
from urllib.parse import parse_qs

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response

from digest.archive.pages import Head
from digest.errors import BadToken
from digest.forms import PERSONAL
from digest.issue.addresses import unsubscribe_url
from digest.pipeline.leave import find_person, leave
from digest.subscribers.subscriber import Subscriber
from digest.tokens import UNSUBSCRIBE, verify
from digest.web.site import Site, View

LONGEST_BODY = 64 * 1024  # bytes; a mail program sends 26
_MOST_FIELDS = 20
_ONE_CLICK = ("List-Unsubscribe", "One-Click")  # RFC 8058, 3.2
_CONFIRMED = ("confirm", "yes")  # the button of our own page


class _TooLong(Exception):
    pass


def unsubscribe_routes(site: Site) -> APIRouter:
    """The route of the link, relative to the path of the site."""
    router = APIRouter(redirect_slashes=False)

    @router.api_route("/unsubscribe/{token}", methods=["GET", "HEAD"])
    def ask(request: Request, token: str) -> Response:
        try:
            return _question(site, request, token, verify(site.keys, UNSUBSCRIBE, token))
        except BadToken:
            return _bad_link(site, request)

    @router.post("/unsubscribe/{token}")
    async def act(request: Request, token: str) -> Response:
        try:
            subscriber_id = verify(site.keys, UNSUBSCRIBE, token)
            fields = await _fields(request)
        except BadToken:
            return _bad_link(site, request)
        except _TooLong:
            return Response("the request is too long\n", 413, PERSONAL, "text/plain")
        except ClientDisconnect:
            return Response(status_code=400)
        if _ONE_CLICK in fields or _CONFIRMED in fields:
            return await run_in_threadpool(_unsubscribe, site, request, subscriber_id)
        return await run_in_threadpool(_question, site, request, token, subscriber_id)

    return router


def _question(site: Site, request: Request, token: str, subscriber_id: int) -> Response:
    person = find_person(site.database, subscriber_id)
    view = site.view(request, _language(person))
    versions = view.pages.versions(lambda language: unsubscribe_url(site.newsletter.base_url, token, language))
    action = next(version.path for version in versions if version.language == view.language)
    html = view.render(
        "unsubscribe.html",
        Head(view.gettext("Unsubscribe?"), "", "", versions),
        address=masked(person.address) if person else None,
        action=action,
    )
    return _personal(html)


def _unsubscribe(site: Site, request: Request, subscriber_id: int) -> Response:
    person = find_person(site.database, subscriber_id)
    leave(site.database, subscriber_id)
    view = site.view(request, _language(person))
    return _personal(_farewell(view))


def _farewell(view: View) -> str:
    _ = view.gettext
    return view.message(
        _("You have been unsubscribed"),
        _("You will get no further issue. A mail that was already on its way may still arrive."),
        _("You can close this page. The published issues stay open to everybody."),
        home_link=True,
    )


def _bad_link(site: Site, request: Request) -> Response:
    view = site.view(request)
    _ = view.gettext
    html = view.message(
        _("This link does not work"),
        _("It may have been cut off on its way. Open the mail again and use its whole link, or the newest mail."),
        _("If that does not help, write to us at the address below, and we will unsubscribe you."),
    )
    return _personal(html, 400)


def _personal(html: str, status: int = 200) -> Response:
    return HTMLResponse(html, status, PERSONAL)


def _language(person: Subscriber | None) -> str | None:
    return person.preferences.language if person else None


def masked(address: str) -> str:
    """Enough of an address for its owner to know it again: `a…@example.org`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


async def _fields(request: Request) -> set[tuple[str, str]]:
    """Names and values of a form, in whatever of the two encodings it came; empty if it is none."""
    body = await _body(request)
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        return await _multipart(request, body)
    try:
        pairs = parse_qs(body.decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        return set()
    return {(name, value.strip()) for name, values in pairs.items() for value in values}


async def _multipart(request: Request, body: bytes) -> set[tuple[str, str]]:
    async def whole() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        form = await MultiPartParser(request.headers, whole(), max_files=0, max_fields=_MOST_FIELDS).parse()
    except (MultiPartException, KeyError, ValueError, LookupError):
        return set()
    return {(name, value.strip()) for name, value in form.multi_items() if isinstance(value, str)}


async def _body(request: Request) -> bytes:
    parts: list[bytes] = []
    length = 0
    async for part in request.stream():
        length += len(part)
        if length > LONGEST_BODY:
            raise _TooLong
        parts.append(part)
    return b"".join(parts)
