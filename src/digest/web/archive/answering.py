"""Answering with a page of the archive, or that there is none."""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from fastapi import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from digest.archive.pages.frame import Head
from digest.archive.pages.permalink import WithdrawnPage
from digest.pipeline.issue.archive import changed_at
from digest.web.caching import HTML, NO_HEADERS, public_answer
from digest.web.page_cache import page_key
from digest.web.site import Site, View

T = TypeVar("T")


class HasHead(Protocol):
    """What a template shows."""

    @property
    def head(self) -> Head: ...


class Answering:
    """Pages of the archive, each from one moment of the index. Only what is public: every answer is kept."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def page(
        self,
        request: Request,
        template: str,
        build: Callable[[View, sqlite3.Connection], HasHead | None],
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> Response:
        """Answer with the page that *build* makes; a withdrawn article has a template and a status of its own.

        Args:
            headers: Further headers of the response.

        Raises:
            HTTPException: 404 if it makes none.
        """

        def make() -> tuple[bytes, int]:
            view = self._site.view(request)
            page = self.require(lambda index: build(view, index))
            if isinstance(page, WithdrawnPage):
                return view.render("withdrawn.html", page.head, page=page).encode(), 410
            return view.render(template, page.head, page=page).encode(), 200

        return self._answer(request, HTML, make, headers)

    def file(
        self,
        request: Request,
        media_type: str,
        build: Callable[[View, sqlite3.Connection], bytes | None],
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> Response:
        """Answer with what *build* writes, such as a feed: in the first language unless the address names another.

        Args:
            headers: Further headers of the response.

        Raises:
            HTTPException: 404 if it writes nothing.
        """

        def make() -> tuple[bytes, int]:
            view = self._site.view(request, preferred=self._site.newsletter.languages[0])
            return self.require(lambda index: build(view, index)), 200

        return self._answer(request, media_type, make, headers, vary=())

    def html(self, request: Request, make: Callable[[View], str]) -> Response:
        """Answer with the page that *make* renders from what is published."""
        return self._answer(request, HTML, lambda: (make(self._site.view(request)).encode(), 200), NO_HEADERS)

    def _answer(
        self,
        request: Request,
        media_type: str,
        make: Callable[[], tuple[bytes, int]],
        headers: Mapping[str, str],
        vary: tuple[str, ...] = ("Accept-Language",),
    ) -> Response:
        version = self._site.archive.version()
        key = page_key(request.scope, self._site.newsletter.languages)
        kept = self._site.page_cache.get(key, version)
        if kept is None:
            content, status = make()
            changed = changed_at(version)
            kept = public_answer(content, media_type, status, changed_at=changed, vary=vary, headers=headers)
            self._site.page_cache.put(key, version, kept)
        return kept.response(request.headers)

    def require(self, find: Callable[[sqlite3.Connection], T | None]) -> T:
        """What *find* finds in the index, which is brought up to date before anything is missing.

        Raises:
            HTTPException: 404 if it finds nothing.
        """
        archive = self._site.archive
        before = archive.version()
        with archive.read() as index:
            found = find(index)
        if not found and archive.version(at_once=True) != before:
            with archive.read() as index:
                found = find(index)
        if not found:
            raise HTTPException(404)
        return found


def to_path(site: Site, request: Request, path: str) -> Response:
    """Lead to a path of the site that begins with a slash, in the language that the reader asked for."""
    # only the path: a whole address would repeat the Host header, which anyone can forge
    lang = request.query_params.get("lang")
    query = f"?lang={lang}" if lang in site.newsletter.languages else ""
    return RedirectResponse(f"{site.prefix}{path}{query}", status_code=308)
