"""Personal links that end: opening one, and what a page says of one that does not work."""

import datetime as dt
from functools import partial
from urllib.parse import quote

from babel.dates import format_date
from starlette.requests import Request
from starlette.responses import Response

from digest.archive.pages import Head, Version
from digest.errors import BadToken, ExpiredToken
from digest.rendering.words import locale
from digest.tokens import LIFETIMES, Purpose, read_dated
from digest.web.posts import personal
from digest.web.site import Site, View

_NEW_BY_SIGNING_UP = {Purpose.CONFIRM}  # for these nobody is subscribed yet to whom a link could be sent

_SHOWN_IN_DAYS = 48  # hours


class DeadLink(Exception):
    """A personal link that does not work (any more).

    Attributes:
        ended: When it ended; None if it was never one of ours, or leads to nobody.
        now: When it was tried.
    """

    def __init__(self, purpose: Purpose, ended: dt.datetime | None, now: dt.datetime) -> None:
        self.purpose = purpose
        self.ended = ended
        self.now = now
        super().__init__(f"a link for {purpose} does not work")


def open_link(site: Site, purpose: Purpose, token: str, now: dt.datetime | None = None) -> int:
    """The subject of a link's token.

    Args:
        now: The time by the database's clock, if it was asked already.

    Raises:
        DeadLink: It is forged, cut, for another purpose, or too old.
    """
    now = now or site.now()
    try:
        return read_dated(site.people.keys, purpose, token, now)
    except BadToken as error:
        raise DeadLink(purpose, error.ended if isinstance(error, ExpiredToken) else None, now) from error


def leads_nowhere(site: Site, purpose: Purpose) -> DeadLink:
    """The error for a genuine link whose subject is gone: erased, or used up."""
    return DeadLink(purpose, None, site.now())


def dead_link(site: Site, request: Request, dead: DeadLink) -> Response:
    """Say what is wrong with a link, and offer a new one."""
    view = site.view(request)
    title, paragraphs = _cut(view) if dead.ended is None else _old(view, dead.purpose, dead.ended, dead.now)
    status = 400 if dead.ended is None else 410  # RFC 9110, 15.5.11
    if dead.purpose in _NEW_BY_SIGNING_UP:
        _ = view.gettext
        links = [(view.path("/subscribe"), _("Subscribe"))]
        return personal(view.message(title, *paragraphs, links=links), status)
    return personal(link_page(view, title, paragraphs), status)


def link_page(view: View, title: str, paragraphs: list[str], **values: object) -> str:
    """A page with the form that sends a person their link."""
    shown = {"problems": (), "typed": {"address": ""}, **values}
    versions = page_versions(view, "/link")
    return view.render(
        "link.html",
        Head(title, "", "", versions),
        paragraphs=paragraphs,
        action=view.path("/link"),
        subscribe_path=view.path("/subscribe"),
        **shown,
    )


def page_versions(view: View, path: str) -> tuple[Version, ...]:
    """The switch of a page by its path within the site."""
    return view.pages.versions(partial(view.site.url, path))


def personal_path(view: View, kind: str, token: str, action: str = "") -> str:
    """The path of a personal page in the language of *view*; *token* may be anything that somebody has typed."""
    return view.path(f"/{kind}/{quote(token, safe='')}{action}")


def _cut(view: View) -> tuple[str, list[str]]:
    _ = view.gettext
    return _("This link does not work"), [
        _("It may have been cut off on its way, or used already. Open the mail again and use its whole link."),
    ]


def _old(view: View, purpose: Purpose, ended: dt.datetime, now: dt.datetime) -> tuple[str, list[str]]:
    _ = view.gettext
    made = ended - LIFETIMES[purpose]
    age = _("It was made %(age)s ago, on %(date)s. Links of this kind work for %(lifetime)s.") % {
        "date": format_date(made.date(), "long", locale=locale(view.language)),
        "age": _span(view, now - made),
        "lifetime": _span(view, LIFETIMES[purpose]),
    }
    return _("This link is too old"), [age, _("Nothing has been changed. You can have a new one at once.")]


def _span(view: View, span: dt.timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    hours = minutes // 60
    if hours >= _SHOWN_IN_DAYS:
        return view.ngettext("%(num)d day", "%(num)d days", span.days) % {"num": span.days}
    if hours >= 1:
        return view.ngettext("%(num)d hour", "%(num)d hours", hours) % {"num": hours}
    return view.ngettext("%(num)d minute", "%(num)d minutes", minutes) % {"num": minutes}
