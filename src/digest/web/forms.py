"""The checks of every form before it takes effect: origin, size, encoding and rate limits."""

import datetime as dt
import math
from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from digest.http.headers import PERSONAL
from digest.http.origin import sent_from_own_page
from digest.pipeline.people.limits import take_or_wait
from digest.subscribers.address import without_tag
from digest.web.bodies import Form, Unreadable, read_form
from digest.web.peers import network_of
from digest.web.site import Site, View

_TRAP = "website"  # a hidden field that only programs fill in


async def answer_form(site: Site, request: Request, act: Callable[[Form], Response]) -> Response:
    """Read a form and return the response of *act*, which runs in a thread. Reject a form from another site unread.

    Not for one-click unsubscribe requests, which come from mail programs.
    """
    if not sent_from_own_page(request.headers, site.newsletter.base_url):
        return await run_in_threadpool(_foreign, site, request)
    try:
        form = await read_form(request, site.patience)
    except Unreadable as problem:
        return Response(f"{problem}\n", problem.status, PERSONAL, "text/plain")
    return await run_in_threadpool(act, form)


def is_trapped(form: Form) -> bool:
    """Whether the hidden field is filled in, which only programs do."""
    return form.get(_TRAP) != ""


def network(site: Site, request: Request) -> str:
    """The network that a request comes from."""
    peer = request.client.host if request.client else None
    return network_of(peer, ",".join(request.headers.getlist("x-forwarded-for")), site.trusted_proxies)


def too_many(site: Site, request: Request) -> Response | None:
    """The response if this network has sent too many forms, or else None."""
    key = f"forms from:{site.people.identify(network(site, request))}"
    wait = take_or_wait(site.database, key, site.limits.network)
    if wait is None:
        return None
    view = site.view(request)
    text = view.gettext("Too many requests have come from your network. Nothing was changed. Try again in %(wait)s.")
    return too_early(view, view.gettext("Too many requests"), wait, text)


def too_early(
    view: View, title: str, wait: dt.timedelta, *texts: str, links: Sequence[tuple[str, str]] = ()
) -> Response:
    """Return a 429 page that says when to try again. `%(wait)s` in *texts* becomes the time to wait."""
    paragraphs = [text.replace("%(wait)s", view.wait(wait)) for text in texts]
    headers = {"Retry-After": str(math.ceil(wait.total_seconds()))}
    return personal_page(view.message(title, *paragraphs, links=links), 429, headers)


def may_write_to(site: Site, address: str) -> bool:
    """Whether the limits allow a notification to an address, known or unknown, now."""
    return wait_to_write_to(site, address) is None


def wait_to_write_to(site: Site, address: str) -> dt.timedelta | None:
    """How long to wait before the limits allow another notification to an address; None if they allow it now."""
    identify, limits = site.people.identify, site.limits
    keys = (
        (f"mail to:{identify(address)}", limits.address),
        (f"mail to mailbox:{identify(without_tag(address))}", limits.mailbox),
    )
    waits = (take_or_wait(site.database, key, rate) for key, rate in keys)
    return next((wait for wait in waits if wait is not None), None)


def personal_page(html: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a page that no cache keeps."""
    return HTMLResponse(html, status, {**PERSONAL, **(headers or {})})


def see_other(path: str) -> Response:
    """Redirect a form to the page that shows its result, which can be reloaded and bookmarked.

    Source: RFC 9110, 15.4.4.
    """
    return Response(status_code=303, headers={**PERSONAL, "Location": path})


def _foreign(site: Site, request: Request) -> Response:
    view = site.view(request)
    title = view.gettext("This form didn’t come from our site")
    text = view.gettext("Nothing was changed. Please open the page on our site and send the form from there.")
    return personal_page(view.message(title, text, home_link=True), 403)
