"""Every file of an export: the pages of the site, found by following their links."""

from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from starlette.types import ASGIApp

from digest.archive.addresses import StaticAddresses, StaticFile
from digest.archive.pages.frame import Head
from digest.errors import RenderError
from digest.storage.archive_index import lists
from digest.web.app import create_site
from digest.web.export.answers import SiteAnswer, ask
from digest.web.page_cache import PageCache
from digest.web.site import Site

_NOT_FOUND = "404.html"
_AT_ROOT = ("/robots.txt", "/favicon.ico")  # of the host, whatever the path of the site
_FILES = ("/sitemap.xml", "/feed.xml")
_SHOWN = (HTTPStatus.OK, HTTPStatus.GONE)  # a static host can't say that a page is gone; the page says it
_REDIRECTS = range(300, 400)


@dataclass
class Wanted:
    """The files that pages have led to, each once; for any number of threads."""

    files: deque[StaticFile] = field(default_factory=deque)
    _known: dict[str, StaticFile] = field(default_factory=dict)

    def __call__(self, file: StaticFile) -> None:
        """Remember a file, if no page has led to it before."""
        if self._known.setdefault(file.name, file) is file:
            self.files.append(file)

    @property
    def found(self) -> int:
        """How many files there are, as far as is known."""
        return len(self._known)


@dataclass(frozen=True)
class ExportedFile:
    """A file of the export with its content; None: pages lead to it, but the site has no such page."""

    file: StaticFile
    content: bytes | None


class SitePages:
    """The files of an export.

    Args:
        site: Its newsletter has the address of the export.
        forms_url: The running site, which has the forms; None: there is none.
    """

    def __init__(self, site: Site, forms_url: str | None, *, searchable: bool) -> None:
        self.wanted = Wanted()
        newsletter = site.newsletter
        self.addresses = StaticAddresses(
            newsletter.base_url, newsletter.languages, forms_url, searchable=searchable, want=self.wanted
        )
        self.site = replace(site, placed=self.addresses, page_cache=PageCache(0))
        self._app: ASGIApp = create_site(self.site)

    async def files(self, is_there: Callable[[StaticFile], bool]) -> AsyncIterator[ExportedFile]:
        """Every file, each once.

        Args:
            is_there: Whether a file needn't be made, since there is one with this name and so with this content.

        Raises:
            RenderError: A page can't be made.
            StorageError: The database or the index can't be used.
        """
        for path in self._beginnings():
            for language in self.site.newsletter.languages:
                self.addresses.url(path, language)
        for path in _FILES:
            self.addresses.url(path)
        while self.wanted.files:
            file = self.wanted.files.popleft()
            if not (file.is_final and is_there(file)):
                answer = await ask(self._app, self.addresses.prefix + file.source)
                yield ExportedFile(file, self._content(file, answer))
        for language in self.site.newsletter.languages:
            yield await self._not_found(language)
        if not self.addresses.prefix:
            for path in _AT_ROOT:
                yield ExportedFile(self.addresses.file(path), (await ask(self._app, path)).body)

    def _beginnings(self) -> list[str]:
        """The pages that have to be there even if no page leads to them."""
        with self.site.archive.read() as index:
            published = [found for month in lists.months(index) if (found := lists.issue(index, month))]
        issues = [f"/{one.issue.month}/" for one in published]
        withdrawn = [f"/{one.month}/{one.slug}/" for issue in published for one in issue.withdrawals]
        articles = [article for one in published for article in one.issue.document.articles]
        studies = dict.fromkeys(f"/doi/{article.doi}" for article in articles if article.doi)
        return ["/", *issues, *withdrawn, *studies]

    def _content(self, file: StaticFile, answer: SiteAnswer) -> bytes | None:
        if answer.status in _SHOWN:
            return answer.body
        if answer.status in _REDIRECTS:
            return self._moved(file, self.addresses.target(answer.location))
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        raise RenderError(f"{file.source} can't be exported: the site answers {answer.status}")

    def _moved(self, file: StaticFile, target: str) -> bytes:
        view = self.site.view_in(self._language(file))
        head = Head(view.gettext("This page has moved"), "", "", ())
        return view.render("moved.html", head, target=target).encode()

    async def _not_found(self, language: str) -> ExportedFile:
        page = self.addresses.file("/", language)
        name = page.name.removesuffix("index.html") + _NOT_FOUND
        answer = await ask(self._app, f"{self.addresses.prefix}/{_NOT_FOUND}?lang={language}")
        return ExportedFile(StaticFile(name, page.place + _NOT_FOUND, ""), answer.body)

    def _language(self, file: StaticFile) -> str:
        return file.source.rpartition("lang=")[2]
