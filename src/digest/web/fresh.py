"""What only a fresh link does: another address, everything that is known, erasure; and coming back after leaving."""

from collections.abc import Callable
from typing import NamedTuple

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from digest.archive.pages import Head
from digest.forms import PERSONAL
from digest.pipeline.erasure import erase, everything_known
from digest.pipeline.subscribe import come_back, confirm_address
from digest.subscribers.subscriber import State
from digest.tokens import Purpose
from digest.web.archive import READ
from digest.web.links import leads_nowhere, open_link, page_versions, personal_path
from digest.web.posts import personal, posted
from digest.web.site import Site, View
from digest.web.unsubscribe import masked

Act = Callable[[Site, Request, int], Response]


class _Question(NamedTuple):
    """What a page asks before its one button acts."""

    title: str
    text: str
    button: str
    grave: bool = False


def fresh_routes(site: Site) -> APIRouter:
    """The routes of the links that come in a mail of their own. A GET asks; only the button acts."""
    router = APIRouter(redirect_slashes=False)
    _add(router, site, "address", Purpose.CHANGE_ADDRESS, _use_address)
    _add(router, site, "data", Purpose.EXPORT, _everything)
    _add(router, site, "erase", Purpose.ERASE, _erase)
    _add(router, site, "return", Purpose.RETURN, _come_back)
    return router


def _add(router: APIRouter, site: Site, kind: str, purpose: Purpose, act: Act) -> None:
    def ask(request: Request, token: str) -> Response:
        open_link(site, purpose, token)
        view = site.view(request)
        question = _question(view, purpose)
        html = view.render(
            "act.html",
            Head(question.title, "", "", page_versions(view, f"/{kind}/{token}")),
            paragraphs=[question.text],
            action=personal_path(view, kind, token),
            button=question.button,
            grave=question.grave,
            links=(),
        )
        return personal(html)

    async def answer(request: Request, token: str) -> Response:
        return await posted(site, request, lambda _: act(site, request, open_link(site, purpose, token)))

    router.add_api_route(f"/{kind}/{{token}}", ask, methods=READ)
    router.add_api_route(f"/{kind}/{{token}}", answer, methods=["POST"])


def _question(view: View, purpose: Purpose) -> _Question:
    _ = view.gettext
    return {
        Purpose.CHANGE_ADDRESS: _Question(
            _("Use this address from now on?"),
            _("The issues then come to the address at which you got this link, and no longer to the one before."),
            _("Use this address"),
        ),
        Purpose.EXPORT: _Question(
            _("Everything that we know about you"),
            _("The button gives you one file with all of it, in a form that other programs can read (JSON)."),
            _("Get the file"),
        ),
        Purpose.ERASE: _Question(
            _("Erase everything that we know about you?"),
            _("You get no further issue, and this cannot be undone. Of your address we keep only a code from which it "
              "cannot be read back, so that no list brings it here again, and with it the proof that you had agreed."),
            _("Erase me"),
            grave=True,
        ),
        Purpose.RETURN: _Question(
            _("Subscribe again?"),
            _("You have just left. With this button everything is as it was."),
            _("Subscribe again"),
        ),
    }[purpose]  # fmt: skip


def _use_address(site: Site, request: Request, change_id: int) -> Response:
    person = confirm_address(site.database, site.people, change_id)
    if person is None:
        raise leads_nowhere(site, Purpose.CHANGE_ADDRESS)
    view = site.view(request, person.preferences.language)
    _ = view.gettext
    text = _("From now on the issues come to {address}.").format(address=masked(person.address))
    return personal(view.message(_("Your address has been changed"), text, home_link=True))


def _everything(site: Site, _request: Request, subscriber_id: int) -> Response:
    known = everything_known(site.database, subscriber_id)
    if known is None:
        raise leads_nowhere(site, Purpose.EXPORT)
    name = 'attachment; filename="everything-known.json"'
    return JSONResponse(known, headers={**PERSONAL, "Content-Disposition": name})


def _erase(site: Site, request: Request, subscriber_id: int) -> Response:
    erase(site.database, site.people, subscriber_id)
    view = site.view(request)
    _ = view.gettext
    title, text = _("You have been erased"), _("We know nothing of you any more. A mail on its way may still arrive.")
    return personal(view.message(title, text, home_link=True))


def _come_back(site: Site, request: Request, subscriber_id: int) -> Response:
    person = come_back(site.database, site.people, subscriber_id)
    if person is None or person.state is not State.ACTIVE:
        raise leads_nowhere(site, Purpose.RETURN)
    view = site.view(request, person.preferences.language)
    _ = view.gettext
    text = _("Everything is as it was: your topics, your language, and the issues each month.")
    return personal(view.message(_("You are subscribed again"), text, home_link=True))
