"""The unsubscribe link of every mail: a page for people, one click for mail programs.

The token in the path is the only authority. There is no cookie, no sign-in and no check of the origin.
Source: RFC 8058, 3.1 and 3.2.
"""

from collections.abc import AsyncGenerator
from urllib.parse import parse_qs

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from digest.archive.pages.frame import Head
from digest.errors import BadToken
from digest.http.headers import PERSONAL
from digest.pipeline.people.subscribe import find_person, leave
from digest.subscribers.subscriber import State, Subscriber
from digest.tokens import UNSUBSCRIBE, Purpose, verify
from digest.web.bodies import Unreadable, read_body
from digest.web.forms import personal_page, see_other
from digest.web.site import Site, View

_MOST_FIELDS = 20
_ONE_CLICK = ("List-Unsubscribe", "One-Click")  # RFC 8058, 3.2
_CONFIRMED = ("confirm", "yes")  # the button of our own page


def unsubscribe_routes(site: Site) -> APIRouter:
    """The routes of the link, relative to the path of the site."""
    router = APIRouter(redirect_slashes=False)

    @router.api_route("/unsubscribe/{token}", methods=["GET", "HEAD"])
    def ask(request: Request, token: str) -> Response:
        try:
            return _page(site, request, token, verify(site.people.keys.trusted(UNSUBSCRIBE), UNSUBSCRIBE, token))
        except BadToken:
            return _bad_link(site, request)

    @router.api_route("/unsubscribe", methods=["GET", "HEAD"])
    @router.api_route("/unsubscribe/", methods=["GET", "HEAD"])
    def say_that_it_is_cut(request: Request) -> Response:
        return _bad_link(site, request)

    @router.post("/unsubscribe/{token}")
    async def act(request: Request, token: str) -> Response:
        try:
            subscriber_id = verify(site.people.keys.trusted(UNSUBSCRIBE), UNSUBSCRIBE, token)
            fields = await _fields(request, site.patience)
        except BadToken:
            return _bad_link(site, request)
        except Unreadable as problem:
            return Response(f"{problem}\n", problem.status, PERSONAL, "text/plain")
        if _ONE_CLICK in fields:
            return await run_in_threadpool(_one_click, site, request, subscriber_id)
        if _CONFIRMED in fields:
            return await run_in_threadpool(_by_hand, site, request, token, subscriber_id)
        return await run_in_threadpool(_page, site, request, token, subscriber_id)

    return router


def _page(site: Site, request: Request, token: str, subscriber_id: int) -> Response:
    """The page that asks, or says that it is done. It is the same for people who have been erased."""
    person = find_person(site.database, subscriber_id)
    view = site.view(request, _language(person))
    if person is None or person.state is State.LEFT:
        return personal_page(farewell(view))
    versions = view.pages.versions(f"/unsubscribe/{token}")
    action = next(version.path for version in versions if version.language == view.language)
    html = view.render(
        "unsubscribe.html",
        Head(view.gettext("Unsubscribe?"), "", "", versions),
        address=masked(person.address),
        action=action,
    )
    return personal_page(html)


def _one_click(site: Site, request: Request, subscriber_id: int) -> Response:
    """Unsubscribe for a mail program and answer at once, without a redirect (RFC 8058, 3.1)."""
    person = find_person(site.database, subscriber_id)
    leave(site.database, subscriber_id)
    return personal_page(farewell(site.view(request, _language(person))))


def _by_hand(site: Site, request: Request, token: str, subscriber_id: int) -> Response:
    person = find_person(site.database, subscriber_id)
    leave(site.database, subscriber_id)
    view = site.view(request, _language(person))
    # only a person who was subscribed until now can undo it: an old link must not bring back someone who left long ago
    if person is not None and person.state is State.ACTIVE:
        return see_other(way_back_path(view, subscriber_id))
    return see_other(view.path(f"/unsubscribe/{token}"))


def way_back_path(view: View, subscriber_id: int) -> str:
    """The path of the page after unsubscribing, which offers to undo it for half an hour."""
    return view.path(f"/return/{view.site.people.link(Purpose.RETURN, subscriber_id, view.site.now())}")


def farewell(view: View, undo: str | None = None) -> str:
    """The page after unsubscribing; with a button to undo it if *undo* is the path for that."""
    return view.render("farewell.html", Head(view.gettext("You have been unsubscribed"), "", "", ()), undo=undo)


def _bad_link(site: Site, request: Request) -> Response:
    view = site.view(request)
    _ = view.gettext
    html = view.message(
        _("This link doesn’t work"),
        _(
            "It may be incomplete. Open the email again and use the whole link, or use the one in your most recent "
            "email."
        ),
        _("If that doesn’t help, write to us at the address below, and we’ll unsubscribe you."),
    )
    return personal_page(html, 400)


def _language(person: Subscriber | None) -> str | None:
    return person.preferences.language if person else None


def masked(address: str) -> str:
    """Enough of an address for its owner to recognize it: `a…@example.org`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


async def _fields(request: Request, patience: float) -> set[tuple[str, str]]:
    """Names and values of a form in either encoding; empty if the body is not a form."""
    body = await read_body(request, patience)
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
