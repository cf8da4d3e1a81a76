"""The parts of the site, and how a page is rendered for one reader."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from digest.archive.accent import accent_css
from digest.archive.addresses import Addresses, LiveAddresses
from digest.archive.citing.card import CardPress
from digest.archive.credits import Credits
from digest.archive.icon import icon_picture, icon_svg
from digest.archive.language import choose
from digest.archive.pages.about import SiteFacts
from digest.archive.pages.frame import Head, Pages
from digest.content.site_texts import SiteText
from digest.issue.newsletter import Newsletter
from digest.pipeline.issue.archive import Archive
from digest.pipeline.people.context import PeopleContext
from digest.pipeline.people.limits import Limits
from digest.pipeline.people.subscribe import clock
from digest.rendering.environment import Renderer
from digest.rendering.typography import typographic
from digest.storage.db.database import Database
from digest.topics import Taxonomy
from digest.web.caching import content_version
from digest.web.hooks import SendgridHook
from digest.web.page_cache import PageCache
from digest.web.peers import Network
from digest.web.policy import FOR_FILES

SCRIPTS = ("topics", "cite", "static-search")
PICTURES = {"icon-192": 192, "apple-touch-icon": 180}
"""Pixels of a side of each icon that is a picture."""
READ = ["GET", "HEAD"]
_SHOWN_IN_DAYS = 48  # hours
_FOLDERS = ("topics", "types", "authors", "about", "privacy")  # pages that every page links to


@dataclass(frozen=True)
class Site:
    """Everything that the pages need.

    Attributes:
        archive: The published issues.
        people: Identifies people by their address, and signs and checks their links.
        events: Receives SendGrid's events; None if they are not configured.
        assets: Files of `templates/` that are not templates, by path, such as "web/site.css".
        cards: Draws the pictures of articles.
        limits: The rate limits of forms and mails.
        trusted_proxies: Networks whose `X-Forwarded-For` is trusted.
        timezone: The time zone of the dates on pages.
        patience: Seconds to wait for the body of a request.
        credits: Authors and licence of the summaries.
        page_cache: Pages of the archive that were made already.
        texts: The operator's texts for the pages "About" and "Privacy".
        facts: What the built-in texts of these pages say.
    """

    database: Database
    archive: Archive
    newsletter: Newsletter
    taxonomy: Taxonomy
    renderer: Renderer
    people: PeopleContext
    assets: Mapping[str, bytes]
    cards: CardPress
    limits: Limits = field(default_factory=Limits)
    trusted_proxies: Sequence[Network] = ()
    patience: float = 15.0
    events: SendgridHook | None = None
    timezone: dt.tzinfo = dt.UTC
    credits: Credits = field(default_factory=Credits)
    page_cache: PageCache = field(default_factory=PageCache)
    placed: Addresses | None = None
    texts: Sequence[SiteText] = ()
    facts: SiteFacts = field(default_factory=SiteFacts)

    @cached_property
    def prefix(self) -> str:
        """The path of the site, without a slash at the end; empty if it is at the root of its host."""
        return urlsplit(self.newsletter.base_url).path.rstrip("/")

    @cached_property
    def style(self) -> bytes:
        """The style sheet, in the newsletter's colour."""
        accent = accent_css(self.newsletter.accent).encode()
        return accent + self.assets["web/base.css"] + b"\n" + self.assets["web/site.css"]

    @cached_property
    def style_path(self) -> str:
        return self.addresses.link(f"/assets/site.css?v={content_version(self.style)}")

    @cached_property
    def script_paths(self) -> Mapping[str, str]:
        """The path of each script, by the name of its file without the ending."""
        stamps = {name: content_version(self.assets[f"web/{name}.js"]) for name in SCRIPTS}
        return {name: self.addresses.link(f"/assets/{name}.js?v={stamp}") for name, stamp in stamps.items()}

    @cached_property
    def addresses(self) -> Addresses:
        return self.placed or LiveAddresses(self.newsletter.base_url)

    @cached_property
    def icon(self) -> bytes:
        """The icon as SVG, in the newsletter's colour."""
        return icon_svg(self.assets["web/favicon.svg"].decode(), self.newsletter.accent).encode()

    def picture(self, name: str) -> bytes:
        """An icon as PNG; phones round the corners of the touch icon themselves."""
        return icon_picture(self.newsletter.accent, PICTURES[name], is_square=name == "apple-touch-icon")

    @cached_property
    def icon_paths(self) -> Mapping[str, str]:
        """The path of each icon, by the name of its file."""
        stamps = {f"{name}.png": content_version(self.picture(name)) for name in PICTURES}
        stamps["favicon.svg"] = content_version(self.icon)
        return {file: self.addresses.link(f"/assets/{file}?v={stamp}") for file, stamp in stamps.items()}

    def url(self, path: str, language: str | None = None) -> str:
        """The absolute address of a path of the site that begins with a slash."""
        return self.addresses.url(path, language)

    def now(self) -> dt.datetime:
        """The current time by the database's clock, which decides when links expire."""
        return clock(self.database)

    def view(self, request: Request, preferred: str | None = None) -> "View":
        """The site for one reader: in the language of the query, or else *preferred*, or else the browser's."""
        offered = self.newsletter.languages
        asked = request.query_params.get("lang")
        wanted = asked if asked in offered else preferred
        language = choose(request.headers.get("accept-language", ""), offered, asked=wanted)
        return self.view_in(language, asked=asked in offered)

    def view_in(self, language: str, *, asked: bool = True) -> "View":
        """The site in a language, which links keep if the reader *asked* for it."""
        words = self.renderer.translations(language)
        pages = Pages(
            self.newsletter,
            self.taxonomy,
            language,
            asked=asked,
            timezone=self.timezone,
            words=words,
            credits=self.credits,
            placed=self.placed,
        )
        return View(self, pages)


@dataclass(frozen=True)
class View:
    """Pages in one reader's language."""

    site: Site
    pages: Pages

    @property
    def language(self) -> str:
        return self.pages.language

    @property
    def title(self) -> str:
        """The newsletter's name, as the page shows it."""
        return typographic(self.site.newsletter.title_in(self.language), self.language)

    @property
    def gettext(self) -> Callable[[str], str]:
        return self.site.renderer.translations(self.language).gettext

    @property
    def ngettext(self) -> Callable[[str, str, int], str]:
        return self.site.renderer.translations(self.language).ngettext

    def age(self, span: dt.timedelta) -> str:
        """How long ago, in words and rounded down."""
        return self._in_words(max(dt.timedelta(minutes=1), span))

    def wait(self, span: dt.timedelta) -> str:
        """How long from now, in words and rounded up, so that nobody tries again too early."""
        unit = dt.timedelta(minutes=1) if span < dt.timedelta(hours=1) else dt.timedelta(hours=1)
        return self._in_words(-(-span // unit) * unit)

    def path(self, path: str) -> str:
        """A link on this page to a path that begins with a slash, with the site's prefix and the page's language."""
        return f"{self.site.prefix}{path}?lang={self.language}"

    def render(self, template: str, head: Head, **values: Any) -> str:
        """Render a page of `templates/web`."""
        return self.site.renderer.render(f"web/{template}", self.language, head=head, frame=self._frame(), **values)

    def message(
        self, title: str, *paragraphs: str, home_link: bool = False, links: Sequence[tuple[str, str]] = ()
    ) -> str:
        """A page with only a message; it has no address of its own. *links* are paths with their labels."""
        head = Head(title, "", "", ())
        return self.render("message.html", head, paragraphs=paragraphs, home_link=home_link, links=links)

    def _in_words(self, span: dt.timedelta) -> str:
        minutes = int(span.total_seconds() // 60)
        hours = minutes // 60
        if hours >= _SHOWN_IN_DAYS:
            return self.ngettext("%(num)d day", "%(num)d days", span.days) % {"num": span.days}
        if hours >= 1:
            return self.ngettext("%(num)d hour", "%(num)d hours", hours) % {"num": hours}
        return self.ngettext("%(num)d minute", "%(num)d minutes", minutes) % {"num": minutes}

    def _frame(self) -> dict[str, Any]:
        newsletter = self.site.newsletter
        return {
            "title": self.title,
            "home": self.pages.home_path,
            "style": self.site.style_path,
            "scripts": self.site.script_paths,
            "subscribe": self.pages.subscribe_path(),
            **{name: self.pages.path(f"/{name}/") for name in _FOLDERS},
            "search": self.pages.path("/search").partition("?")[0],
            "searching": self.pages.path("/search"),
            "kept_language": self.pages.kept if self.site.placed is None else None,
            "policy": FOR_FILES if self.site.placed is not None else "",
            "search_index": f"{self.site.prefix}/pagefind/" if self.site.placed is not None else "",
            "feed": self.pages.feed_path(),
            "icons": self.site.icon_paths,
            "sender": typographic(newsletter.from_name_in(self.language), self.language),
            "postal_address": [typographic(line, self.language) for line in newsletter.postal_address],
            "contact": newsletter.contact,
            "contact_url": newsletter.contact_url,
        }
