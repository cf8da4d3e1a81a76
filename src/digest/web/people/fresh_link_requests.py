"""The pages where subscribers request a fresh link to change their address, export their data or erase it.

Each page shows the state of the mail queue, so it says the same after the form, a reload or a bookmark, and never
promises a mail that was not queued.
"""

from typing import NamedTuple

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from digest.pipeline.people.fresh_links import NotSent, enqueue_fresh_link, last_requested
from digest.storage.notifications import RequestedMail
from digest.storage.tables.notifications import NotificationState
from digest.tokens import Purpose
from digest.web.forms import answer_form, personal_page, see_other, too_early, too_many
from digest.web.people.links import act_page
from digest.web.people.preferences import Visit
from digest.web.people.unsubscribe import masked
from digest.web.site import READ, Site, View

_ACTIONS = {"address": Purpose.NEW_ADDRESS, "data": Purpose.EXPORT, "erase": Purpose.ERASE}


class _Offer(NamedTuple):
    """The texts of a page before a link is requested."""

    title: str
    text: str
    button: str


def fresh_link_request_routes(site: Site) -> APIRouter:
    """The routes `/preferences/TOKEN/address`, `data` and `erase`. The links are sent to the current address."""
    router = APIRouter(redirect_slashes=False)
    for action, purpose in _ACTIONS.items():
        _add(router, site, action, purpose)
    return router


def _add(router: APIRouter, site: Site, action: str, purpose: Purpose) -> None:
    def show(request: Request, token: str) -> Response:
        return _show(Visit(site, request, token), action, purpose)

    async def send(request: Request, token: str) -> Response:
        return await answer_form(site, request, lambda _: _send(Visit(site, request, token), action, purpose))

    path = f"/preferences/{{token}}/{action}"
    router.add_api_route(path, show, methods=READ)
    router.add_api_route(path, send, methods=["POST"])


def _show(visit: Visit, action: str, purpose: Purpose) -> Response:
    if purpose is Purpose.NEW_ADDRESS and not visit.is_active:
        return visit.gone(paths=visit.paths)
    last = last_requested(visit.site.database, visit.site.people, visit.person, purpose)
    offer = _offer(visit.view, purpose)
    title, paragraphs, button = (
        (offer.title, [offer.text.format(address=masked(visit.person.address))], offer.button)
        if last is None
        else _asked(visit, last)
    )
    if purpose is Purpose.NEW_ADDRESS:
        paragraphs.append(_lost_mailbox(visit.view))
    page = visit.inner_path(f"/{action}")
    quiet = last is not None
    links = visit.way_back
    return personal_page(
        act_page(visit.view, title, page, paragraphs=paragraphs, button=button, quiet=quiet, links=links)
    )


def _send(visit: Visit, action: str, purpose: Purpose) -> Response:
    site = visit.site
    if purpose is Purpose.NEW_ADDRESS and not visit.is_active:
        return visit.gone(409, paths=visit.paths)
    if refusal := too_many(site, visit.request):
        return refusal
    refused = enqueue_fresh_link(site.database, site.people, visit.person, purpose, site.limits.own)
    return see_other(visit.path(f"/{action}")) if refused is None else _not_sent(visit, refused)


def _not_sent(visit: Visit, refused: NotSent) -> Response:
    _ = visit.view.gettext
    address = masked(visit.person.address)
    if refused.wait is not None:
        text = _("You requested this link recently, so we didn’t send another one to {address}. Check your inbox and "
                 "your spam folder for it.").format(address=address)  # fmt: skip
        again = _("You can request another one in %(wait)s.")
        return too_early(visit.view, _("No new link was sent"), refused.wait, text, again, links=visit.way_back)
    text = _("We can’t send email to {address}, for example because an earlier email bounced. Write to us at the "
             "address below, and we’ll help you.").format(address=address)  # fmt: skip
    return personal_page(visit.view.message(_("No link was sent"), text, links=visit.way_back), 409)


def _asked(visit: Visit, last: RequestedMail) -> tuple[str, list[str], str]:
    _ = visit.view.gettext
    said = {"address": masked(visit.person.address), "age": visit.view.age(visit.now - last.at)}
    again = _("Send a new link")
    if last.state in {NotificationState.WAITING, NotificationState.SENDING}:
        text = _("A new link is on its way to {address}. It works for 24 hours.").format(**said)
    elif last.state is NotificationState.ACCEPTED:
        text = _("We sent a link to {address} {age} ago. It works for 24 hours.").format(**said)
    else:
        text = _("We couldn’t send the email to {address}. Try again, or write to us at the address below.").format(
            **said
        )
        return _("No link was sent"), [text], again
    spam = _("If it doesn’t arrive within ten minutes, check your spam folder. Nothing changes until you use it.")
    return _("Check your inbox"), [text, spam], again


def _offer(view: View, purpose: Purpose) -> _Offer:
    _ = view.gettext
    button = _("Send me the link")
    return {
        Purpose.NEW_ADDRESS: _Offer(
            _("Change your address"),
            _("We’ll send a link to {address}. It opens the page where you enter your new address."),
            button,
        ),
        Purpose.EXPORT: _Offer(
            _("Everything we know about you"),
            _("We’ll send a link to {address}. Only that link gives you the file, so that no one else can get it "
              "with an old email of yours."),
            button,
        ),
        Purpose.ERASE: _Offer(
            _("Erase your data?"),
            _("We’ll send a link to {address}. Only that link erases your data, so that no one else can do it with "
              "an old email of yours."),
            button,
        ),
    }[purpose]  # fmt: skip


def _lost_mailbox(view: View) -> str:
    return view.gettext(
        "If you can no longer read email at that address, subscribe with your new address and unsubscribe this one."
    )
