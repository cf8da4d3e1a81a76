"""The page where a subscriber enters a new address, opened by a fresh link to the current one."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from digest.archive.pages.frame import Head
from digest.pipeline.people.change_address import propose, proposed
from digest.subscribers.subscriber import State, Subscriber
from digest.tokens import Purpose
from digest.web.bodies import Form
from digest.web.forms import answer_form, personal_page, see_other, too_early, too_many, wait_to_write_to
from digest.web.people.choices import FormReader, Problem, typed_again
from digest.web.people.links import leads_nowhere, open_person, page_versions, personal_path
from digest.web.people.unsubscribe import masked
from digest.web.site import READ, Site, View

_KIND = "new-address"
_NOTHING_SENT = Form(())


def new_address_routes(site: Site) -> APIRouter:
    """The routes of `/new-address/TOKEN`."""
    router = APIRouter(redirect_slashes=False)

    @router.api_route("/new-address/{token}", methods=READ)
    def show_form(request: Request, token: str) -> Response:
        person = _subscribed(site, token)
        return personal_page(_page(_view(site, request, person), token, person))

    @router.post("/new-address/{token}")
    async def take_address(request: Request, token: str) -> Response:
        return await answer_form(site, request, lambda form: _take(site, request, token, form))

    return router


def _subscribed(site: Site, token: str) -> Subscriber:
    person = open_person(site, Purpose.NEW_ADDRESS, token)
    if person.state is not State.ACTIVE:
        raise leads_nowhere(site, Purpose.NEW_ADDRESS)
    return person


def _view(site: Site, request: Request, person: Subscriber) -> View:
    return site.view(request, person.preferences.language)


def _take(site: Site, request: Request, token: str, form: Form) -> Response:
    person = _subscribed(site, token)
    view = _view(site, request, person)
    _ = view.gettext
    reading = FormReader(form, _)
    address = reading.address()
    if address and site.people.identify(address) == site.people.identify(person.address):
        reading.problems.append(Problem("address", _("You already receive the issues at this address.")))
    if reading.problems:
        return personal_page(_page(view, token, person, reading, form), 422)
    if refusal := too_many(site, request):
        return refusal
    path = personal_path(view, _KIND, token)
    wait = wait_to_write_to(site, address)
    if wait is not None:
        text = _("We can’t send another email to {address} yet. Nothing was changed.").format(address=address)
        back = [(path, _("Enter a different address"))]
        again = _("Check its inbox and its spam folder, or try again in %(wait)s.")
        return too_early(view, _("No email was sent"), wait, text, again, links=back)
    propose(site.database, site.people, person.id, address)
    return see_other(path)


def _page(
    view: View, token: str, person: Subscriber, reading: FormReader | None = None, form: Form = _NOTHING_SENT
) -> str:
    site = view.site
    waiting = proposed(site.database, person.id)
    return view.render(
        "new_address.html",
        Head(view.gettext("Change your address"), "", "", page_versions(view, f"/{_KIND}/{token}")),
        action=personal_path(view, _KIND, token),
        address=masked(person.address),
        waiting=waiting.address if waiting else None,
        age=view.age(site.now() - waiting.requested_at) if waiting else None,
        problems=reading.problems if reading else (),
        typed=typed_again(form),
    )
