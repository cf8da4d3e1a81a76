"""What the site is made of, and how a page of it is put together for one reader."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from digest.archive.accent import accent_css
from digest.archive.language import choose
from digest.archive.pages import Head, Pages
from digest.issue.newsletter import Newsletter
from digest.rendering.environment import Renderer
from digest.storage.database import Database
from digest.topics import Taxonomy
from digest.web.hooks import SendgridHook


@dataclass(frozen=True)
class Site:
    """Everything that the pages need.

    Attributes:
        keys: Keys whose unsubscribe links are honoured, old ones included.
        events: What answers SendGrid's events; None: nobody does.
        assets: Files of `templates/` that are no templates, by path, such as "web/site.css".
    """

    database: Database
    newsletter: Newsletter
    taxonomy: Taxonomy
    renderer: Renderer
    keys: tuple[bytes, ...]
    assets: Mapping[str, bytes]
    events: SendgridHook | None = None

    @cached_property
    def prefix(self) -> str:
        """The path under which the site stands, without a slash at the end; empty for a host of its own."""
        return urlsplit(self.newsletter.base_url).path.rstrip("/")

    @cached_property
    def style(self) -> bytes:
        """The style sheet, in the newsletter's colour."""
        accent = accent_css(self.newsletter.accent).encode()
        return accent + self.assets["web/base.css"] + b"\n" + self.assets["web/site.css"]

    @cached_property
    def style_path(self) -> str:
        return f"{self.prefix}/assets/site.css?v={hashlib.sha256(self.style).hexdigest()[:12]}"

    def view(self, request: Request, preferred: str | None = None) -> "View":
        """The site as one reader sees it: in the language asked for, else *preferred*, else the browser's."""
        offered = self.newsletter.languages
        asked = request.query_params.get("lang")
        wanted = asked if asked in offered else preferred
        language = choose(request.headers.get("accept-language", ""), offered, asked=wanted)
        return View(self, Pages(self.newsletter, self.taxonomy, language, asked=asked in offered))


@dataclass(frozen=True)
class View:
    """Pages in one reader's language."""

    site: Site
    pages: Pages

    @property
    def language(self) -> str:
        return self.pages.language

    @property
    def gettext(self) -> Callable[[str], str]:
        return self.site.renderer.translations(self.language).gettext

    def render(self, template: str, head: Head, **values: Any) -> str:
        """Render a page of `templates/web`."""
        return self.site.renderer.render(f"web/{template}", self.language, head=head, frame=self._frame(), **values)

    def message(self, title: str, *paragraphs: str, home_link: bool = False) -> str:
        """A page that only says something; it has no address of its own."""
        return self.render("message.html", Head(title, "", "", ()), paragraphs=paragraphs, home_link=home_link)

    def _frame(self) -> dict[str, Any]:
        newsletter = self.site.newsletter
        return {
            "title": newsletter.title_in(self.language),
            "home": self.pages.home_path,
            "style": self.site.style_path,
            "icon": f"{self.site.prefix}/assets/favicon.svg",
            "sender": newsletter.from_name,
            "postal_address": newsletter.postal_address,
            "contact": newsletter.contact,
            "contact_link": _contact_link(newsletter.contact),
        }


def _contact_link(contact: str) -> str | None:
    if contact.startswith("https://"):
        return contact
    return f"mailto:{contact}" if "@" in contact and " " not in contact else None
