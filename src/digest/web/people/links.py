"""Opens personal links that expire, and shows a page for those that don't work."""

import datetime as dt
from collections.abc import Sequence
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from digest.archive.pages.frame import Head, Version
from digest.errors import BadToken, ExpiredToken
from digest.pipeline.people.subscribe import find_person
from digest.rendering.words import day_name
from digest.subscribers.subscriber import Subscriber
from digest.tokens import LIFETIMES, Purpose, open_dated
from digest.web.forms import personal_page
from digest.web.site import Site, View

# for these a preferences link would not help, or there is no subscriber yet to send one to
_NEW_BY_SIGNING_UP = {Purpose.CONFIRM, Purpose.RETURN, Purpose.UNDO_ADDRESS}


class DeadLink(Exception):
    """A personal link that does not work, or no longer works.

    Attributes:
        ended: When it expired; None if it is invalid, or if its person is gone.
        now: When it was used.
    """

    def __init__(self, purpose: Purpose, ended: dt.datetime | None, now: dt.datetime) -> None:
        self.purpose = purpose
        self.ended = ended
        self.now = now
        super().__init__(f"a link for {purpose} does not work")


class FormerLink(DeadLink):
    """A genuine link that was mailed to an earlier address of its person."""

    def __init__(self, purpose: Purpose, token: str, now: dt.datetime) -> None:
        self.token = token
        super().__init__(purpose, None, now)


def open_link(site: Site, purpose: Purpose, token: str, now: dt.datetime | None = None) -> int:
    """The id that a link's token was signed for.

    Args:
        now: The time by the database's clock, if it is already known.

    Raises:
        DeadLink: The link is forged, incomplete, for another purpose, or expired.
    """
    return _opened(site, purpose, token, now or site.now())[0]


def open_person(
    site: Site, purpose: Purpose, token: str, now: dt.datetime | None = None, *, any_mailbox: bool = False
) -> Subscriber:
    """The person that a link was made for.

    Args:
        now: The time by the database's clock, if it is already known.
        any_mailbox: Whether to accept a link that was mailed to an earlier address.

    Raises:
        DeadLink: As `open_link`, or the person is gone; FormerLink.
    """
    person = find_owner(site, purpose, token, now, any_mailbox=any_mailbox)
    if person is None:
        raise leads_nowhere(site, purpose)
    return person


def find_owner(
    site: Site, purpose: Purpose, token: str, now: dt.datetime | None = None, *, any_mailbox: bool = False
) -> Subscriber | None:
    """Like `open_person`, but return None if the person is gone."""
    now = now or site.now()
    number, ends = _opened(site, purpose, token, now)
    person = find_person(site.database, number)
    if person and not any_mailbox and person.has_moved_since(ends - LIFETIMES[purpose], now):
        raise FormerLink(purpose, token, now)
    return person


def end_of(site: Site, purpose: Purpose, token: str, now: dt.datetime) -> dt.datetime:
    """When a link ends.

    Raises:
        DeadLink: As `open_link`.
    """
    return _opened(site, purpose, token, now)[1]


def leads_nowhere(site: Site, purpose: Purpose) -> DeadLink:
    """The error for a genuine link that is used up, or whose person is erased."""
    return DeadLink(purpose, None, site.now())


def dead_link(site: Site, request: Request, dead: DeadLink) -> Response:
    """A page that says what is wrong with a link and offers a new one."""
    view = site.view(request)
    if isinstance(dead, FormerLink):
        return _former(view, dead)
    title, paragraphs = (
        _cut(view, dead.purpose) if dead.ended is None else _old(view, dead.purpose, dead.ended, dead.now)
    )
    status = 400 if dead.ended is None else 410  # RFC 9110, 15.5.11
    if dead.purpose in _NEW_BY_SIGNING_UP:
        _ = view.gettext
        links = [(view.path("/subscribe"), _("Subscribe"))]
        return personal_page(view.message(title, *paragraphs, links=links), status)
    return personal_page(link_page(view, _unlisted(view, title), paragraphs), status)


def link_page(view: View, head: Head, paragraphs: list[str], **values: object) -> str:
    """A page with the form that sends a person their link."""
    shown = {"problems": (), "typed": {"address": ""}, "leave": None, **values}
    return view.render(
        "link.html",
        head,
        paragraphs=paragraphs,
        action=view.path("/link"),
        subscribe_path=view.path("/subscribe"),
        **shown,
    )


def act_page(
    view: View,
    title: str,
    path: str,
    *,
    paragraphs: Sequence[str],
    button: str,
    grave: bool = False,
    quiet: bool = False,
    links: Sequence[tuple[str, str]] = (),
) -> str:
    """A page with one button, which posts to the page's own address.

    Args:
        path: The path of the page within the site; any part that a person typed must be quoted.
        grave, quiet: How the button looks: its action can't be undone, or is rarely what people want.
        links: Paths with their labels.
    """
    return view.render(
        "act.html",
        Head(title, "", "", page_versions(view, path)),
        paragraphs=paragraphs,
        action=view.path(path),
        button=button,
        grave=grave,
        quiet=quiet,
        links=links,
    )


def page_versions(view: View, path: str) -> tuple[Version, ...]:
    """The language switch of a page, from its path within the site."""
    return view.pages.versions(path)


def personal_path(view: View, kind: str, token: str, action: str = "") -> str:
    """The path of a personal page in the language of *view*; *token* is quoted, because anyone can type it."""
    return view.path(f"/{kind}/{quote(token, safe='')}{action}")


def _opened(site: Site, purpose: Purpose, token: str, now: dt.datetime) -> tuple[int, dt.datetime]:
    try:
        return open_dated(site.people.keys, purpose, token, now)
    except BadToken as error:
        raise DeadLink(purpose, error.ended if isinstance(error, ExpiredToken) else None, now) from error


def _former(view: View, dead: FormerLink) -> Response:
    """The page for a link of an earlier address: it can still unsubscribe, as every mail promises, and nothing else."""
    _ = view.gettext
    paragraphs = [
        _("The address of this subscription has changed since we sent this link. For your security, the link no "
          "longer opens anything."),
        _("To get a new link, enter the address you use now."),
    ]  # fmt: skip
    leave = personal_path(view, "preferences", dead.token, "/leave") if dead.purpose is Purpose.PREFERENCES else None
    head = _unlisted(view, _("This link was sent to an earlier address"))
    return personal_page(link_page(view, head, paragraphs, leave=leave), 410)


def _unlisted(view: View, title: str) -> Head:
    """The head of a page at the address of a link: the switch leads to the form itself."""
    return Head(title, "", "", page_versions(view, "/link"))


def _cut(view: View, purpose: Purpose) -> tuple[str, list[str]]:
    _ = view.gettext
    text = _("It may be incomplete, or already used. Open the email again and use the whole link.")
    return _("This link doesn’t work"), [text, *_help(view, purpose)]


def _old(view: View, purpose: Purpose, ended: dt.datetime, now: dt.datetime) -> tuple[str, list[str]]:
    _ = view.gettext
    made = ended - LIFETIMES[purpose]
    age = _("It was created %(age)s ago, on %(date)s. Links like this work for %(lifetime)s.") % {
        "date": day_name(made.date(), view.language),
        "age": view.age(now - made),
        "lifetime": view.age(LIFETIMES[purpose]),
    }
    new = _("Nothing was changed. You can request a new one below.")
    return _("This link has expired"), [age, *(_help(view, purpose) or [new])]


def _help(view: View, purpose: Purpose) -> list[str]:
    """What to do if no new link of the same kind can be requested."""
    _ = view.gettext
    if purpose is Purpose.RETURN:
        return [_("If you unsubscribed and want to receive the issues again, subscribe again.")]
    if purpose is Purpose.UNDO_ADDRESS:
        return [
            _("If someone else changed the address of your subscription, subscribe again with your own address and "
              "write to us at the address below.")
        ]  # fmt: skip
    return []
