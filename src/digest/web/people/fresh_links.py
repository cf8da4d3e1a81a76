"""The pages that need a fresh link: change the address, undo that, export data, erase data, undo unsubscribing.

Each page shows the current state: first the question with its button, afterwards the result. It can be reloaded and
bookmarked.
"""

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from digest.http.headers import PERSONAL
from digest.pipeline.people.change_address import (
    Change,
    ChangeStage,
    confirm_address,
    look_at_confirmation,
    look_at_undo,
    undo_change,
)
from digest.pipeline.people.erasure import erase, everything_known
from digest.pipeline.people.subscribe import come_back
from digest.subscribers.subscriber import State, Subscriber
from digest.tokens import Purpose
from digest.web.forms import answer_form, personal_page, see_other
from digest.web.people.links import act_page, find_owner, leads_nowhere, open_link, open_person, personal_path
from digest.web.people.unsubscribe import farewell, masked
from digest.web.site import READ, Site, View

_A_MOMENT = dt.timedelta(seconds=1)  # tokens have whole seconds, and a new link must not seem older than the change


class _Visit(NamedTuple):
    """One request to a page."""

    site: Site
    request: Request
    kind: str
    token: str

    def view(self, person: Subscriber | None = None) -> View:
        return self.site.view(self.request, person.preferences.language if person else None)

    def path(self, view: View) -> str:
        return personal_path(view, self.kind, self.token)

    def ask(self, view: View, title: str, text: str, button: str, *, grave: bool = False) -> Response:
        page = f"/{self.kind}/{self.token}"
        return personal_page(act_page(view, title, page, paragraphs=[text], button=button, grave=grave))


Page = Callable[[_Visit], Response]


def fresh_link_routes(site: Site) -> APIRouter:
    """The routes of links that are mailed separately. A GET only asks or shows; the button does it."""
    router = APIRouter(redirect_slashes=False)
    _add(router, site, "address", _show_confirmation, _use_address)
    _add(router, site, "undo", _show_undo, _restore_address)
    _add(router, site, "data", _show_data, _everything)
    _add(router, site, "erase", _show_erasure, _erase)
    _add(router, site, "return", _show_return, _come_back)
    return router


def _add(router: APIRouter, site: Site, kind: str, show: Page, act: Page) -> None:
    def look(request: Request, token: str) -> Response:
        return show(_Visit(site, request, kind, token))

    async def answer(request: Request, token: str) -> Response:
        return await answer_form(site, request, lambda _: act(_Visit(site, request, kind, token)))

    router.add_api_route(f"/{kind}/{{token}}", look, methods=READ)
    router.add_api_route(f"/{kind}/{{token}}", answer, methods=["POST"])


# --- changing the address --------------------------------------------------------------------------------------------


def _show_confirmation(visit: _Visit) -> Response:
    number = open_link(visit.site, Purpose.CHANGE_ADDRESS, visit.token)
    change = look_at_confirmation(visit.site.database, visit.site.people, number)
    view = visit.view()
    _ = view.gettext
    if change.stage is ChangeStage.OPEN:
        text = _(
            "Once you confirm, issues go to the address where you received this link, and no longer to your "
            "previous one."
        )
        return visit.ask(view, _("Use this address from now on?"), text, _("Use this address"))
    if change.stage is ChangeStage.DEAD or change.person is None:
        raise leads_nowhere(visit.site, Purpose.CHANGE_ADDRESS)
    text = _("Your subscription now uses {address}.").format(address=masked(change.person.address))
    notice = _("Your previous address receives a notice with a link that can undo the change for 7 days.")
    return personal_page(view.message(_("Your address has been changed"), text, notice, home_link=True))


def _use_address(visit: _Visit) -> Response:
    number = open_link(visit.site, Purpose.CHANGE_ADDRESS, visit.token)
    change = confirm_address(visit.site.database, visit.site.people, number)
    if change.stage is not ChangeStage.DONE:
        raise leads_nowhere(visit.site, Purpose.CHANGE_ADDRESS)
    return see_other(visit.path(visit.view(change.person)))


def _show_undo(visit: _Visit) -> Response:
    number = open_link(visit.site, Purpose.UNDO_ADDRESS, visit.token)
    change = look_at_undo(visit.site.database, visit.site.people, number)
    view = visit.view(change.person)
    _ = view.gettext
    if change.stage is ChangeStage.OPEN:
        text = _("Your subscription goes back to the address that received this link. After that, links sent to the "
                 "other address can only be used to unsubscribe.")  # fmt: skip
        return visit.ask(view, _("Restore this address?"), text, _("Restore this address"))
    return _undone(visit, view, change)


def _restore_address(visit: _Visit) -> Response:
    number = open_link(visit.site, Purpose.UNDO_ADDRESS, visit.token)
    change = undo_change(visit.site.database, visit.site.people, number)
    view = visit.view(change.person)
    return see_other(visit.path(view)) if change.stage is ChangeStage.DONE else _undone(visit, view, change)


def _undone(visit: _Visit, view: View, change: Change) -> Response:
    _ = view.gettext
    if change.stage is ChangeStage.TAKEN:
        text = _("This address was subscribed again after the change, so there is nothing to restore. Nothing was "
                 "changed. If the subscription at the other address is also yours, write to us at the address below."
                 )  # fmt: skip
        return personal_page(view.message(_("This address has its own subscription"), text), 409)
    if change.stage is ChangeStage.DEAD or change.person is None:
        raise leads_nowhere(visit.site, Purpose.UNDO_ADDRESS)
    text = _("Your subscription belongs to {address} again.").format(address=masked(change.person.address))
    if change.person.state is State.LEFT:
        ended = _("It was ended after the change, so you don’t receive any issues.")
        links = [(_own_path(visit.site, view, "return", Purpose.RETURN, change.person), _("Subscribe again"))]
        return personal_page(view.message(_("Your address has been restored"), text, ended, links=links))
    check = _("If someone else changed the address, check your preferences: they may have changed those too.")
    links = [(_own_path(visit.site, view, "preferences", Purpose.PREFERENCES, change.person), _("Your preferences"))]
    return personal_page(view.message(_("Your address has been restored"), text, check, links=links))


def _own_path(site: Site, view: View, kind: str, purpose: Purpose, person: Subscriber) -> str:
    return personal_path(view, kind, site.people.link(purpose, person.id, site.now() + _A_MOMENT))


# --- exporting and erasing data --------------------------------------------------------------------------------------


def _show_data(visit: _Visit) -> Response:
    open_person(visit.site, Purpose.EXPORT, visit.token)
    view = visit.view()
    _ = view.gettext
    text = _("Download everything in one file, in a format that other programs can read (JSON).")
    return visit.ask(view, _("Everything we know about you"), text, _("Download"))


def _everything(visit: _Visit) -> Response:
    person = open_person(visit.site, Purpose.EXPORT, visit.token)
    known = everything_known(visit.site.database, person.id)
    if known is None:
        raise leads_nowhere(visit.site, Purpose.EXPORT)
    name = visit.view().gettext("everything-known.json")
    return JSONResponse(known, headers={**PERSONAL, "Content-Disposition": f'attachment; filename="{name}"'})


def _show_erasure(visit: _Visit) -> Response:
    person = find_owner(visit.site, Purpose.ERASE, visit.token)
    view = visit.view()
    _ = view.gettext
    if person is None:
        text = _(
            "We kept only a hash of your address, so that no list adds you again, and the proof of your "
            "consent. An email already on its way may still arrive."
        )
        return personal_page(view.message(_("Your data has been erased"), text, home_link=True))
    text = _("We won’t send you any more issues, and this can’t be undone. We keep only a hash of your address (a "
             "code that can’t be turned back into it), so that no list adds you again, and the proof of your consent."
             )  # fmt: skip
    return visit.ask(view, _("Erase your data?"), text, _("Erase my data"), grave=True)


def _erase(visit: _Visit) -> Response:
    person = find_owner(visit.site, Purpose.ERASE, visit.token)
    if person is not None:
        erase(visit.site.database, visit.site.people, person.id)
    return see_other(visit.path(visit.view()))


# --- undoing an unsubscription ---------------------------------------------------------------------------------------


def _show_return(visit: _Visit) -> Response:
    person = open_person(visit.site, Purpose.RETURN, visit.token)
    view = visit.view(person)
    if person.state is not State.ACTIVE:
        return personal_page(farewell(view, undo=visit.path(view)))
    _ = view.gettext
    text = _("Your preferences are as you left them.")
    return personal_page(view.message(_("You are subscribed again"), text, home_link=True))


def _come_back(visit: _Visit) -> Response:
    number = open_person(visit.site, Purpose.RETURN, visit.token).id
    person = come_back(visit.site.database, visit.site.people, number)
    if person is None or person.state is not State.ACTIVE:
        raise leads_nowhere(visit.site, Purpose.RETURN)
    return see_other(visit.path(visit.view(person)))
