"""The pages to sign up, confirm and request a personal link. No response shows whether an address is subscribed."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from digest.archive.pages.frame import Head, Version
from digest.pipeline.people.subscribe import confirm_sign_up, look_at_sign_up, request_sign_up, send_link
from digest.subscribers.consent import ConsentOrigin
from digest.subscribers.signup import SignUp, SignUpState
from digest.subscribers.subscriber import Preferences, State, Subscriber
from digest.tokens import Purpose, seal, unseal
from digest.web.bodies import Form
from digest.web.caching import public_page
from digest.web.forms import answer_form, is_trapped, may_write_to, network, personal_page, see_other, too_many
from digest.web.people.choices import SOME, FormReader, topic_groups, typed_again
from digest.web.people.links import act_page, leads_nowhere, link_page, open_link, page_versions, personal_path
from digest.web.policy import WITH_SCRIPT
from digest.web.site import READ, Site, View

_NOTHING_TYPED = Form(())
_TYPED = "typed"  # in the query of the page after a form
_SHOWN_FOR = dt.timedelta(hours=1)


def subscribing_routes(site: Site) -> APIRouter:
    """The routes of `/subscribe`, `/confirm/TOKEN` and `/link`."""
    router = APIRouter(redirect_slashes=False)

    @router.api_route("/subscribe", methods=READ)
    def show_sign_up(request: Request) -> Response:
        view, ticked = site.view(request), _ticked(site, request)
        answer = public_page(request, _sign_up_page(view, ticked, FormReader(ticked, view.gettext)))
        answer.headers.update(WITH_SCRIPT)
        return answer

    @router.post("/subscribe")
    async def sign_up(request: Request) -> Response:
        return await answer_form(site, request, partial(_sign_up, site, request))

    @router.api_route("/subscribe/sent", methods=READ)
    def say_that_a_mail_asks(request: Request) -> Response:
        return personal_page(_check_your_inbox(site.view(request), _typed(site, request)))

    @router.api_route("/confirm/{token}", methods=READ)
    def show_confirmation(request: Request, token: str) -> Response:
        return _confirmation(site, request, token)

    @router.post("/confirm/{token}")
    async def press_confirm(request: Request, token: str) -> Response:
        return await answer_form(site, request, lambda _: _confirm(site, request, token))

    @router.api_route("/link", methods=READ)
    def show_link_form(request: Request) -> Response:
        return public_page(request, _link_page(site.view(request)))

    @router.api_route("/link/sent", methods=READ)
    def say_that_a_link_comes(request: Request) -> Response:
        return personal_page(_link_is_coming(site.view(request), _typed(site, request)))

    @router.post("/link")
    async def ask_for_link(request: Request) -> Response:
        return await answer_form(site, request, partial(_ask_for_link, site, request))

    return router


def _ticked(site: Site, request: Request) -> Form:
    """The topics that the address names, as `/subscribe?topic=empathy&topic=training`; unknown ones are left out."""
    topics = dict.fromkeys(request.query_params.getlist("topic"))
    return Form([("topic", topic) for topic in topics if topic in site.taxonomy.slugs])


def _switch(view: View, topics: Iterable[str]) -> tuple[Version, ...]:
    """The form in every language; the links keep the topics that are ticked, which are no part of its address."""
    kept = "".join(f"&topic={topic}" for topic in topics if topic in view.site.taxonomy.slugs)
    return tuple(replace(one, path=one.path + kept) for one in page_versions(view, "/subscribe"))


def _sign_up_page(view: View, form: Form, reading: FormReader) -> str:
    site = view.site
    ticked = frozenset(form.all("topic"))
    return view.render(
        "subscribe.html",
        Head(
            view.gettext("Subscribe"),
            view.gettext("One issue a month, on the topics you choose."),
            site.url("/subscribe", view.language if view.pages.asked else None),
            _switch(view, form.all("topic")),
            view.pages.alternates("/subscribe"),
        ),
        action=view.path("/subscribe"),
        link_path=view.path("/link"),
        problems=reading.problems,
        typed=typed_again(form),
        which=form.get("which") or (SOME if ticked else ""),
        groups=topic_groups(site.taxonomy, view.language, ticked),
        chosen_language=reading.language(site.newsletter.languages, view.language),
        wording=site.people.wording(view.language).text.split("\n\n"),
    )


def _sign_up(site: Site, request: Request, form: Form) -> Response:
    view = site.view(request)
    reading = FormReader(form, view.gettext)
    address, name = reading.address(), reading.name()
    topics = reading.topics(site.taxonomy)
    if reading.problems:
        return personal_page(_sign_up_page(view, form, reading), 422, dict(WITH_SCRIPT))
    if refusal := too_many(site, request):
        return refusal
    if not is_trapped(form) and may_write_to(site, address):
        language = reading.language(site.newsletter.languages, view.language)
        wanted = SignUp(address, name, Preferences(topics, language))
        request_sign_up(site.database, site.people, wanted, _origin(site, request, view, "/subscribe"))
    return see_other(_sent_path(view, "/subscribe/sent", address))


def _sent_path(view: View, page: str, address: str) -> str:
    """The page after the form: it repeats the address that was typed, which only we can read in the query."""
    site = view.site
    return f"{view.path(page)}&{_TYPED}={seal(site.people.keys.sign, _TYPED, address, site.now())}"


def _typed(site: Site, request: Request) -> str | None:
    sealed = request.query_params.get(_TYPED, "")
    return unseal(site.people.keys.trusted(_TYPED), _TYPED, sealed, site.now(), _SHOWN_FOR) if sealed else None


def _address_lines(view: View, address: str | None) -> list[str]:
    return [view.gettext("The address you entered: {address}").format(address=address)] if address else []


def _check_your_inbox(view: View, address: str | None) -> str:
    _ = view.gettext
    return view.message(
        _("Check your inbox"),
        *_address_lines(view, address),
        _("Once you send the form, we email a link to the address you entered. A new subscription starts only when "
          "you open the link and confirm."),
        _("If no email arrives within ten minutes, check your spam folder. We send only a few of these emails a day "
          "to one address, however many are requested."),
        links=[(view.path("/subscribe"), _("Back to the form"))],
        home_link=True,
    )  # fmt: skip


def _confirmation(site: Site, request: Request, token: str) -> Response:
    """The page that asks to confirm or, afterwards, shows the result."""
    state, person = look_at_sign_up(site.database, site.people, open_link(site, Purpose.CONFIRM, token))
    view = site.view(request)
    if state is SignUpState.WAITING:
        return personal_page(_confirmation_page(view, token))
    if person is None:
        raise leads_nowhere(site, Purpose.CONFIRM)
    return personal_page(_welcome(view, person))


def _confirmation_page(view: View, token: str) -> str:
    _ = view.gettext
    text = _("Press the button to receive {title} once a month.").format(title=view.title)
    page = f"/confirm/{token}"
    return act_page(view, _("Confirm your subscription"), page, paragraphs=[text], button=_("Confirm"))


def _confirm(site: Site, request: Request, token: str) -> Response:
    person = confirm_sign_up(site.database, site.people, open_link(site, Purpose.CONFIRM, token))
    if person is None:
        raise leads_nowhere(site, Purpose.CONFIRM)
    return see_other(personal_path(site.view(request), "confirm", token))


def _welcome(view: View, person: Subscriber) -> str:
    _ = view.gettext
    if person.state is not State.ACTIVE:
        return view.message(
            _("This subscription has ended"),
            _("This link confirmed a subscription that has since ended. To receive the issues again, subscribe again."),
            links=[(view.path("/subscribe"), _("Subscribe again"))],
        )
    token = view.site.people.link(Purpose.PREFERENCES, person.id, view.site.now())
    return view.message(
        _("You are subscribed"),
        _("Thank you. We’ll send you the next issue with articles on your topics."),
        links=[(personal_path(view, "preferences", token), _("Change your preferences"))],
        home_link=True,
    )


def _link_page(view: View, reading: FormReader | None = None, form: Form = _NOTHING_TYPED) -> str:
    _ = view.gettext
    text = _(
        "Your personal link opens your preferences. Enter your address, and if it is subscribed, we’ll send the "
        "link to it."
    )
    problems = reading.problems if reading else ()
    head = Head(
        _("Get your personal link"),
        _("Change your preferences, or unsubscribe: we email you your personal link."),
        view.site.url("/link", view.language if view.pages.asked else None),
        page_versions(view, "/link"),
    )
    return link_page(view, head, [text], problems=problems, typed=typed_again(form))


def _ask_for_link(site: Site, request: Request, form: Form) -> Response:
    view = site.view(request)
    reading = FormReader(form, view.gettext)
    address = reading.address()
    if reading.problems:
        return personal_page(_link_page(view, reading, form), 422)
    if refusal := too_many(site, request):
        return refusal
    if not is_trapped(form) and may_write_to(site, address):
        send_link(site.database, site.people, address, _origin(site, request, view, "/link"))
    return see_other(_sent_path(view, "/link/sent", address))


def _link_is_coming(view: View, address: str | None) -> str:
    _ = view.gettext
    return view.message(
        _("Check your inbox"),
        *_address_lines(view, address),
        _("If the address you entered is subscribed, we send its personal link to it. If no email arrives within ten "
          "minutes, check your spam folder. We send only a few of these emails a day to one address."),
        _("For your privacy, this page says the same whether or not an address is subscribed."),
        links=[(view.path("/link"), _("Back to the form"))],
        home_link=True,
    )  # fmt: skip


def _origin(site: Site, request: Request, view: View, page: str) -> ConsentOrigin:
    return ConsentOrigin(page, view.language, network(site, request))
