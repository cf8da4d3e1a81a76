"""What every page of the archive shares: its head, its language, and how it names and links things."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from gettext import NullTranslations
from urllib.parse import urlencode, urlsplit

from digest.archive.addresses import Addresses, LiveAddresses
from digest.archive.credits import Credits
from digest.archive.language import language_name
from digest.archive.query import Query
from digest.issue.newsletter import Newsletter
from digest.months import Month
from digest.rendering.typography import typographic
from digest.rendering.words import day_name
from digest.topics import Taxonomy

_ANY_LANGUAGE = "x-default"  # of `hreflang`: for readers of any other language
DESCRIPTION = 160  # characters; search engines show about as many


@dataclass(frozen=True)
class Version:
    """A page in one of the newsletter's languages: its absolute address, and its path on this site."""

    language: str
    name: str
    url: str
    path: str


@dataclass(frozen=True)
class Head:
    """What every page says of itself.

    Attributes:
        description: At most 160 characters of text.
        canonical: Absolute address, without a language unless the reader asked for one.
        versions: The page in every language, for the switch.
        alternates: For search engines: tags of languages, or `x-default`, with absolute addresses.
    """

    title: str
    description: str
    canonical: str
    versions: tuple[Version, ...]
    alternates: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class NamedLink:
    """A name with the path that it leads to (empty: none), and how many articles are behind it; None: not counted."""

    name: str
    path: str
    count: int | None = None


@dataclass(frozen=True)
class Pages:
    """The pages for one reader's language.

    Attributes:
        asked: Whether the reader asked for the language in the address; links then keep it.
        timezone: In which days are given.
        words: The texts of the page's language.
        credits: Authors and licence of the summaries.
        placed: Where the pages are, if not on the running site.
    """

    newsletter: Newsletter
    taxonomy: Taxonomy
    language: str
    asked: bool = False
    timezone: dt.tzinfo = dt.UTC
    words: NullTranslations = field(default_factory=NullTranslations)
    credits: Credits = field(default_factory=Credits)
    placed: Addresses | None = None

    @cached_property
    def addresses(self) -> Addresses:
        """Every address on a page comes from here."""
        return self.placed or LiveAddresses(self.newsletter.base_url)

    @property
    def home_path(self) -> str:
        return self.path("/")

    @property
    def kept(self) -> str | None:
        """The language that links keep, or None."""
        return self.language if self.asked else None

    def url(self, path: str, language: str | None = None) -> str:
        """The absolute address of a path of the site in a language, or its permalink."""
        return self.addresses.url(path, language)

    def head_at(self, title: str, description: str, path: str) -> Head:
        """The head of the page at a path of the site that begins with a slash."""
        return Head(title, description, self.url(path, self.kept), self.versions(path), self.alternates(path))

    def head_of_text(self, title: str, description: str, path: str, language: str) -> Head:
        """The head of the page of a text in one language: it has one address, in whatever language its frame is."""
        url = self.url(path)
        return Head(title, description, url, self.versions(path), ((language, url), (_ANY_LANGUAGE, url)))

    def alternates(self, path: str) -> tuple[tuple[str, str], ...]:
        """The page at a path in every language, and in that of the browser."""
        languages = [(language, self.url(path, language)) for language in self.newsletter.languages]
        return (*languages, (_ANY_LANGUAGE, self.url(path)))

    def versions(self, path: str) -> tuple[Version, ...]:
        """The switch of the page at a path of the site."""
        return tuple(
            Version(language, language_name(language), self.url(path, language), self.addresses.link(path, language))
            for language in self.newsletter.languages
        )

    def path(self, path: str) -> str:
        """A path of the site that begins with a slash and may have a query, as a link on this page."""
        return self.addresses.link(path, self.kept)

    def search_path(self, query: Query, path: str = "/search") -> str:
        """The path of a search, or with `/search.ris` and the like of a file with what it finds."""
        return self.path(query.address(path))

    @property
    def feed_language(self) -> str | None:
        """The language that the addresses of feeds name; None for the first one, in which they are without it."""
        return None if self.language == self.newsletter.languages[0] else self.language

    def feed_path(self, path: str = "/") -> str:
        """The feed of the articles on the page at *path*, in the language of this page."""
        return self.addresses.link(f"{path}feed.xml", self.feed_language)

    def issue_path(self, month: Month) -> str:
        return self.path(f"/{month}/")

    def article_path(self, month: Month, slug: str) -> str:
        return self.path(f"/{month}/{slug}/")

    def subscribe_path(self, topics: Iterable[str] = ()) -> str:
        """The sign-up form, in the language of this page, with *topics* ticked; empty if there is none."""
        ticked = urlencode([("topic", topic) for topic in topics if topic in self.taxonomy.slugs])
        return self.addresses.link(f"/subscribe?{ticked}" if ticked else "/subscribe", self.language)

    def topic_links(self, slugs: Iterable[str]) -> tuple[NamedLink, ...]:
        """Topics by name, with the paths of their pages."""
        return tuple(NamedLink(self.topic_name(slug), self.path(f"/topics/{slug}/")) for slug in slugs)

    def type_link(self, slug: str | None) -> NamedLink | None:
        """A type of research by name, with the path of its page; None if there is none."""
        name = self.type_name(slug)
        return NamedLink(name[:1].upper() + name[1:], self.path(f"/types/{slug}/")) if name else None

    def author_link(self, name: str | None, slug: str) -> NamedLink | None:
        """An author, with the path of their page; None if there is none."""
        return NamedLink(name, self.path(f"/authors/{slug}/") if slug else "") if name else None

    def identities(self, author: str) -> tuple[NamedLink, ...]:
        """What the configuration knows of an author elsewhere: the ORCID and their own page, each as a link."""
        known = self.credits.author(author)
        orcid = (NamedLink(f"ORCID {known.orcid}", known.orcid_url),) if known.orcid_url else ()
        return orcid + ((NamedLink(urlsplit(known.url).hostname or known.url, known.url),) if known.url else ())

    def topic_name(self, slug: str) -> str:
        return self.set(self.taxonomy.name(slug, self.language))

    def type_name(self, slug: str | None) -> str | None:
        return self.set(self.taxonomy.research_type_name(slug, self.language)) if slug else None

    def foreign(self, language: str) -> str:
        """The name of the language of an article, in that language; empty if it is the page's."""
        base = language.partition("-")[0]
        return "" if base == self.language else language_name(base)

    def day(self, moment: dt.datetime) -> str:
        """The day in words, in the newsletter's time zone."""
        return day_name(moment.astimezone(self.timezone).date(), self.language)

    def set(self, text: str) -> str:
        """The text with the typography of the page's language."""
        return typographic(text, self.language)

    def choose(self, values: Mapping[str, str]) -> str:
        """The value in the page's language, else in the first there is."""
        return values.get(self.language) or next(iter(values.values()), "")
