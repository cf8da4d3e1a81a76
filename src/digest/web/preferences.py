"""The page behind the personal link: what a reader gets, and every way out. The token in the path is the authority."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from digest.archive.language import language_name
from digest.archive.pages import Head
from digest.months import Month
from digest.pipeline.leave import find_person, leave
from digest.pipeline.subscribe import change_address, request_erasure, request_export, save_preferences
from digest.rendering.typography import typographic
from digest.rendering.words import join_words, month_name
from digest.subscribers.subscriber import NoMatch, Preferences, State, Subscriber
from digest.tokens import Purpose
from digest.web.archive import READ
from digest.web.bodies import Form
from digest.web.choices import EVERY, SOME, Reading, pauses, topic_groups, typed_again
from digest.web.links import leads_nowhere, open_link, page_versions, personal_path
from digest.web.policy import WITH_SCRIPT
from digest.web.posts import may_write_to, personal, posted, too_many
from digest.web.site import Site, View
from digest.web.unsubscribe import farewell, masked

_KIND = "preferences"
_NOTHING_SENT = Form(())


def preferences_routes(site: Site) -> APIRouter:
    """The routes behind `/preferences/TOKEN`."""
    router = APIRouter(redirect_slashes=False)

    @router.api_route("/preferences/{token}", methods=READ)
    def show_preferences(request: Request, token: str) -> Response:
        return _Visit(site, request, token).show()

    @router.post("/preferences/{token}")
    async def save(request: Request, token: str) -> Response:
        return await posted(site, request, lambda form: _Visit(site, request, token).save(form))

    @router.post("/preferences/{token}/address")
    async def ask_for_another_address(request: Request, token: str) -> Response:
        return await posted(site, request, lambda form: _Visit(site, request, token).change_address(form))

    @router.post("/preferences/{token}/leave")
    async def leave_for_good(request: Request, token: str) -> Response:
        return await posted(site, request, lambda _: _Visit(site, request, token).leave())

    @router.post("/preferences/{token}/data")
    async def ask_for_data(request: Request, token: str) -> Response:
        return await posted(site, request, lambda _: _Visit(site, request, token).mail(Purpose.EXPORT))

    @router.post("/preferences/{token}/erase")
    async def ask_for_erasure(request: Request, token: str) -> Response:
        return await posted(site, request, lambda _: _Visit(site, request, token).mail(Purpose.ERASE))

    return router


class _Visit:
    """One request to the page: the link is opened, and the person found.

    Raises:
        DeadLink: The link does not work, or its person is gone.
    """

    def __init__(self, site: Site, request: Request, token: str) -> None:
        self._site = site
        self._request = request
        self._token = token
        now = site.now()
        person = find_person(site.database, open_link(site, Purpose.PREFERENCES, token, now))
        if person is None:
            raise leads_nowhere(site, Purpose.PREFERENCES)
        self._person = person
        self._this_month = Month.of(now.date())
        self._view = site.view(request, person.preferences.language)

    def show(self) -> Response:
        if self._person.state is not State.ACTIVE:
            return personal(self._gone())
        return self._answer(self._page(self._person.preferences, self._person.name))

    def save(self, form: Form) -> Response:
        person, view = self._person, self._view
        if person.state is not State.ACTIVE:
            return personal(self._gone(), 409)
        reading = Reading(form, view.gettext)
        languages = self._site.newsletter.languages
        wanted = reading.preferences(self._site.taxonomy, languages, person.preferences, self._this_month)
        name = reading.name()
        if reading.problems:
            return self._answer(self._page(wanted, form.get("name")[:300], reading, which=form.get("which")), 422)
        saved = save_preferences(self._site.database, person.id, wanted, name)
        if saved is None:
            raise leads_nowhere(self._site, Purpose.PREFERENCES)
        self._view = self._site.view(self._request, saved.preferences.language)
        return self._answer(self._page(saved.preferences, saved.name, saved=_as_saved(self._view, saved)))

    def change_address(self, form: Form) -> Response:
        _ = self._view.gettext
        reading = Reading(form, _)
        address = reading.address()
        if self._person.state is not State.ACTIVE:
            return personal(self._gone(), 409)
        if reading.problems:
            page = self._page(self._person.preferences, self._person.name, reading, typed=form)
            return self._answer(page, 422)
        if refusal := too_many(self._site, self._request):
            return refusal
        if may_write_to(self._site, address):
            change_address(self._site.database, self._site.people, self._person.id, address)
        return self._said(
            _("Please look into the mailbox of the new address"),
            _("We are writing to {address}. The mail has a link that works for 24 hours.").format(address=address),
            _("Until it is used, everything stays as it is."),
        )

    def leave(self) -> Response:
        was_active = self._person.state is State.ACTIVE
        leave(self._site.database, self._person.id)
        return personal(farewell(self._view, self._person.id if was_active else None))

    def mail(self, purpose: Purpose) -> Response:
        """Send a fresh link to the person's own address."""
        _ = self._view.gettext
        if refusal := too_many(self._site, self._request):
            return refusal
        if may_write_to(self._site, self._person.address):
            ask = request_export if purpose is Purpose.EXPORT else request_erasure
            ask(self._site.database, self._site.people, self._person.id)
        return self._said(
            _("Please look into your mail"),
            _("A fresh link is on its way to {address}. It works for 24 hours.").format(
                address=masked(self._person.address)
            ),
            _("Nothing has been changed."),
        )

    def _path(self, action: str = "") -> str:
        return personal_path(self._view, _KIND, self._token, action)

    @property
    def _paths(self) -> dict[str, str]:
        return {action: self._path(f"/{action}") for action in ("address", "leave", "data", "erase")}

    def _head(self, title: str) -> Head:
        return Head(title, "", "", page_versions(self._view, f"/{_KIND}/{self._token}"))

    def _page(
        self,
        shown: Preferences,
        name: str,
        reading: Reading | None = None,
        *,
        which: str = "",
        typed: Form = _NOTHING_SENT,
        saved: tuple[tuple[str, str], ...] = (),
    ) -> str:
        view, kept = self._view, self._person.preferences.paused_until
        return view.render(
            "preferences.html",
            self._head(view.gettext("Your preferences")),
            action=self._path(),
            paths=self._paths,
            address=masked(self._person.address),
            problems=reading.problems if reading else (),
            typed=typed_again(typed),
            saved=saved,
            which=which or (SOME if shown.topics else EVERY),
            groups=topic_groups(self._site.taxonomy, view.language, shown.topics),
            no_match=shown.no_match,
            chosen_language=shown.language,
            months=pauses(self._this_month, shown.paused_until or kept),
            paused_until=shown.paused_until,
            name=name,
        )

    def _gone(self) -> str:
        _ = self._view.gettext
        return self._view.render(
            "gone.html",
            self._head(_("You are not subscribed")),
            paragraphs=[_("You get no issues at this address, so there is nothing to choose.")],
            subscribe_path=self._view.path("/subscribe"),
            paths=self._paths,
        )

    def _said(self, title: str, *paragraphs: str) -> Response:
        back = [(self._path(), self._view.gettext("Back to your preferences"))]
        return personal(self._view.message(title, *paragraphs, links=back))

    @staticmethod
    def _answer(html: str, status: int = 200) -> Response:
        return personal(html, status, dict(WITH_SCRIPT))


def _as_saved(view: View, person: Subscriber) -> tuple[tuple[str, str], ...]:
    """What is stored now, in words."""
    _, chosen = view.gettext, person.preferences
    taxonomy = view.site.taxonomy
    names = [
        typographic(taxonomy.name(slug, view.language), view.language) for slug in taxonomy.in_order(chosen.topics)
    ]
    whole = chosen.no_match is NoMatch.WHOLE
    pause = chosen.paused_until
    return (
        (_("Topics"), join_words(names, view.language) if names else _("Every topic")),
        (_("In a month without an article on my topics"), _("Send the whole issue") if whole else _("Send nothing")),
        (_("Language of the mail"), language_name(chosen.language)),
        (_("Pause"), _("Until %(month)s") % {"month": month_name(pause, view.language)} if pause else _("No pause")),
        (_("Your name"), person.name or _("Not given")),
    )
