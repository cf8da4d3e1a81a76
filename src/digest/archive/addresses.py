"""Where the pages are: on the running site, which reads queries, and in an export, where every page is a file."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

_FILE = re.compile(r"\.(bib|css|csv|ico|js|json|png|ris|svg|txt|webmanifest|xml)$")
_DOI = "/doi/"  # a DOI may end like the name of a file
_SEARCH = "/search"  # of an export reads its query in the browser
_STAMP = "v"  # says which content a file has
_FORMS = frozenset(
    {"address", "confirm", "link", "new-address", "preferences", "subscribe", "unsubscribe", "your-issues"}
)
_LONGEST = 200  # bytes of a part of a path; most file systems take 255


class Addresses(Protocol):
    """Gives every page its address. Paths begin with a slash, are those of the running site, and may have a query."""

    def url(self, path: str, language: str | None = None) -> str:
        """The absolute address of the page in a language, or its permalink; empty if there is no such page."""

    def link(self, path: str, language: str | None = None) -> str:
        """The page as a link on another page; empty if there is no such page."""


@dataclass(frozen=True)
class LiveAddresses:
    """The addresses of the running site: the language is part of the query."""

    base_url: str

    def url(self, path: str, language: str | None = None) -> str:
        joint = "&" if "?" in path else "?"
        return self.base_url.rstrip("/") + path + (f"{joint}lang={language}" if language else "")

    def link(self, path: str, language: str | None = None) -> str:
        return path_of(self.url(path, language))


@dataclass(frozen=True)
class StaticFile:
    """
    A file of an export.

    Attributes:
        name: Its path in the export, without a slash at the beginning.
        place: Its address below that of the export; a page ends with a slash.
        source: The same page on the running site: its path and query, below the path of the site.
        is_final: Whether its name says which content it has.
    """

    name: str
    place: str
    source: str
    is_final: bool = False


@dataclass(frozen=True)
class StaticAddresses:
    """
    The addresses of an export: a folder for each page, inside a folder for each language but the first.

    Attributes:
        base_url: Where the export is served.
        languages: Of the newsletter; permalinks are in the first.
        forms_url: The running site, which has the forms; None: there is none.
        searchable: Whether the export has a search page.
        want: Called with every file that a page leads to.
    """

    base_url: str
    languages: tuple[str, ...]
    forms_url: str | None = None
    searchable: bool = True
    want: Callable[[StaticFile], object] = field(default=lambda _: None)

    @cached_property
    def prefix(self) -> str:
        """The path of the export on its host, without a slash at the end."""
        return urlsplit(self.base_url).path.rstrip("/")

    def url(self, path: str, language: str | None = None) -> str:
        if _is_form(path):
            return LiveAddresses(self.forms_url).url(path, language) if self.forms_url else ""
        asked, _, query = path.partition("?")
        if asked == _SEARCH and not self.searchable:
            return ""
        file = self.file(path, language)
        self.want(file)
        return self.base_url.rstrip("/") + file.place + (f"?{query}" if asked == _SEARCH and query else "")

    def link(self, path: str, language: str | None = None) -> str:
        url = self.url(path, language)
        return path_of(url) if url and not _is_form(path) else url

    def file(self, path: str, language: str | None = None) -> StaticFile:
        """
        The file of a page. What a static host can't read in a query becomes part of its name.

        Raises:
            ValueError: A part of the path is too long, or is none that a file can have.
        """
        asked, _, query = path.partition("?")
        parameters = [] if asked == _SEARCH else parse_qsl(query)
        shown = language if language in self.languages else self.languages[0]
        place = ("" if shown == self.languages[0] else f"/{shown}") + _place(asked, parameters)
        name = _fitting(unquote(place)).lstrip("/")
        source = f"{asked}?{urlencode([*parameters, ('lang', shown)])}"
        is_final = any(parameter == _STAMP for parameter, _ in parameters)
        return StaticFile(name + "index.html" if place.endswith("/") else name, place, source, is_final)

    def target(self, location: str) -> str:
        """The absolute address of the page to which the running site redirects; elsewhere it stays as it is."""
        parts = urlsplit(location)
        if parts.netloc and not location.startswith(self.base_url):
            return location
        parameters = dict(parse_qsl(parts.query))
        language = parameters.pop("lang", None)
        query = f"?{urlencode(parameters)}" if parameters else ""
        return self.url(parts.path.removeprefix(self.prefix) + query, language)


def path_of(url: str) -> str:
    """The part of an address after the host: links stay on the host that the reader came to."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _is_form(path: str) -> bool:
    return path.partition("?")[0].strip("/").partition("/")[0] in _FORMS


def _place(path: str, parameters: list[tuple[str, str]]) -> str:
    words = [quote(value if name == _STAMP else f"{name}-{value}", safe="") for name, value in parameters]
    if path.endswith("/") or path.startswith(_DOI) or not _FILE.search(path):
        return "/".join([path.rstrip("/"), *words]) + "/"
    stem, _, ending = path.rpartition(".")
    return f"{'-'.join([stem, *words])}.{ending}"


def _fitting(path: str) -> str:
    """The path, if it can be the name of a file.

    Raises:
        ValueError: It can't.
    """
    parts = path.split("/")
    if any(part in {".", ".."} or "\0" in part or len(part.encode()) > _LONGEST for part in parts):
        raise ValueError(f"{path!r} can't be the name of a file")
    return path
