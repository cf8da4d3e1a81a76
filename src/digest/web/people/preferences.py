"""The preference page, opened by the personal link of every mail. The token in the path is the authority."""

from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from digest.archive.language import language_name
from digest.archive.pages.frame import Head
from digest.months import Month
from digest.pipeline.people.subscribe import leave, save_preferences
from digest.rendering.typography import typographic
from digest.rendering.words import join_words, month_name
from digest.subscribers.subscriber import NoMatch, Preferences, State, Subscriber
from digest.tokens import Purpose
from digest.web.bodies import Form
from digest.web.forms import answer_form, personal_page, see_other
from digest.web.people.choices import EVERY, SOME, FormReader, pauses, topic_groups
from digest.web.people.links import act_page, end_of, leads_nowhere, open_person, page_versions, personal_path
from digest.web.people.unsubscribe import masked, way_back_path
from digest.web.policy import WITH_SCRIPT
from digest.web.site import READ, Site, View

_KIND = "preferences"
_SAVED = "saved"  # in the query of the page after the form: also show what was saved


def preferences_routes(site: Site) -> APIRouter:
    """The routes of `/preferences/TOKEN` and of unsubscribing from there."""
    router = APIRouter(redirect_slashes=False)

    @router.api_route("/preferences/{token}", methods=READ)
    def show_preferences(request: Request, token: str) -> Response:
        return _Page(site, request, token).show()

    @router.post("/preferences/{token}")
    async def save(request: Request, token: str) -> Response:
        return await answer_form(site, request, lambda form: _Page(site, request, token).save(form))

    @router.api_route("/preferences/{token}/leave", methods=READ)
    def ask_before_leaving(request: Request, token: str) -> Response:
        return _before_leaving(Visit(site, request, token, any_mailbox=True))

    @router.post("/preferences/{token}/leave")
    async def leave_for_good(request: Request, token: str) -> Response:
        return await answer_form(site, request, lambda _: _leave(Visit(site, request, token, any_mailbox=True)))

    return router


class Visit:
    """One request to a page behind the personal link, with the person that the link belongs to.

    Args:
        any_mailbox: Whether to accept a link that was mailed to an earlier address.

    Raises:
        DeadLink: The link does not work, or its person is gone; FormerLink.
    """

    def __init__(self, site: Site, request: Request, token: str, *, any_mailbox: bool = False) -> None:
        self.site = site
        self.request = request
        self.token = token
        self.now = site.now()
        self.person = open_person(site, Purpose.PREFERENCES, token, self.now, any_mailbox=any_mailbox)
        self.view = site.view(request, self.person.preferences.language)

    @property
    def is_active(self) -> bool:
        return self.person.state is State.ACTIVE

    def inner_path(self, action: str = "") -> str:
        """The path of the page, or of one of its actions such as `/leave`, within the site."""
        return f"/{_KIND}/{quote(self.token, safe='')}{action}"

    def path(self, action: str = "") -> str:
        """The same as a link on a page."""
        return self.view.path(self.inner_path(action))

    @property
    def paths(self) -> dict[str, str]:
        return {action: self.path(f"/{action}") for action in ("address", "leave", "data", "erase")}

    @property
    def your_issues_path(self) -> str:
        """The page with the issues that the person received, behind a link that ends when this one does."""
        end = end_of(self.site, Purpose.PREFERENCES, self.token, self.now)
        token = self.site.people.link_until(Purpose.YOUR_ISSUES, self.person.id, end)
        return personal_path(self.view, "your-issues", token)

    @property
    def way_back(self) -> list[tuple[str, str]]:
        return [(self.path(), self.view.gettext("Back to your preferences"))]

    def head(self, title: str) -> Head:
        return Head(title, "", "", page_versions(self.view, self.inner_path()))

    def gone(self, status: int = 200, *, paths: dict[str, str] | None = None) -> Response:
        """The page for a person who is not subscribed; with *paths*, it offers to export or erase their data."""
        _ = self.view.gettext
        html = self.view.render(
            "gone.html",
            self.head(_("You are not subscribed")),
            paragraphs=[_("You don’t receive issues at this address, so there are no preferences to choose.")],
            subscribe_path=self.view.path("/subscribe"),
            paths=paths,
        )
        return personal_page(html, status)


class _Page(Visit):
    """The page itself."""

    def __init__(self, site: Site, request: Request, token: str) -> None:
        super().__init__(site, request, token)
        self._this_month = Month.of(self.now.date())

    def show(self) -> Response:
        if not self.is_active:
            return self.gone(paths=self.paths)
        saved = _as_saved(self.view, self.person) if self.request.query_params.get(_SAVED) else ()
        return self._answer(self._html(self.person.preferences, self.person.name, saved=saved))

    def save(self, form: Form) -> Response:
        person = self.person
        if not self.is_active:
            return self.gone(409, paths=self.paths)
        reading = FormReader(form, self.view.gettext)
        languages = self.site.newsletter.languages
        wanted = reading.preferences(self.site.taxonomy, languages, person.preferences, self._this_month)
        name = reading.name()
        if reading.problems:
            return self._answer(self._html(wanted, form.get("name")[:300], reading, which=form.get("which")), 422)
        saved = save_preferences(self.site.database, person.id, wanted, name)
        if saved is None:
            raise leads_nowhere(self.site, Purpose.PREFERENCES)
        self.view = self.site.view(self.request, saved.preferences.language)
        return see_other(f"{self.path()}&{_SAVED}=yes")

    def _html(
        self,
        shown: Preferences,
        name: str,
        reading: FormReader | None = None,
        *,
        which: str = "",
        saved: tuple[tuple[str, str], ...] = (),
    ) -> str:
        view, kept = self.view, self.person.preferences.paused_until
        return view.render(
            "preferences.html",
            self.head(view.gettext("Your preferences")),
            action=self.path(),
            paths=self.paths,
            your_issues=self.your_issues_path,
            address=masked(self.person.address),
            problems=reading.problems if reading else (),
            saved=saved,
            which=which or (SOME if shown.topics else EVERY),
            groups=topic_groups(self.site.taxonomy, view.language, shown.topics),
            no_match=shown.no_match,
            chosen_language=shown.language,
            months=pauses(self._this_month, shown.paused_until or kept),
            paused_until=shown.paused_until,
            name=name,
        )

    @staticmethod
    def _answer(html: str, status: int = 200) -> Response:
        return personal_page(html, status, dict(WITH_SCRIPT))


def _before_leaving(visit: Visit) -> Response:
    _ = visit.view.gettext
    if not visit.is_active:
        return visit.gone()
    text = _("We stop sending you issues right away, and we won’t send an email about it.")
    page = visit.inner_path("/leave")
    return personal_page(act_page(visit.view, _("Unsubscribe?"), page, paragraphs=[text], button=_("Unsubscribe")))


def _leave(visit: Visit) -> Response:
    leave(visit.site.database, visit.person.id)
    # only a person who was subscribed until now can undo it: an old link must not bring back someone who left long ago
    return see_other(way_back_path(visit.view, visit.person.id) if visit.is_active else visit.path("/leave"))


def _as_saved(view: View, person: Subscriber) -> tuple[tuple[str, str], ...]:
    """The saved preferences, in words."""
    _, chosen = view.gettext, person.preferences
    taxonomy = view.site.taxonomy
    names = [
        typographic(taxonomy.name(slug, view.language), view.language) for slug in taxonomy.in_order(chosen.topics)
    ]
    whole = chosen.no_match is NoMatch.WHOLE
    pause = _("No pause")
    if chosen.paused_until:
        pause = _("Issues start again in %(month)s") % {"month": month_name(chosen.paused_until, view.language)}
    return (
        (_("Topics"), join_words(names, view.language) if names else _("Every topic")),
        (_("In months without an article on my topics"), _("Send the whole issue") if whole else _("Send nothing")),
        (_("Email language"), language_name(chosen.language)),
        (_("Pause"), pause),
        (_("Your name"), person.name or _("Not provided")),
    )
