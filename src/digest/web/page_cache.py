"""Keeps the pages of the archive, ready to be sent, until something is published."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from starlette.datastructures import Headers, QueryParams
from starlette.types import ASGIApp, Receive, Scope, Send

from digest.archive.language import choose
from digest.web.caching import PublicAnswer

_CAPACITY = 32 * 1024 * 1024  # bytes: some 5,000 articles, compressed
_OVERHEAD = 1024  # bytes that an entry takes beside its content and its address, roughly
_choose = lru_cache(maxsize=1024)(choose)


class PageKey(NamedTuple):
    """What a public page depends on, apart from what is published."""

    path: str
    query: bytes
    language: str


def page_key(scope: Scope, languages: Sequence[str]) -> PageKey:
    """The key of the page that is asked for, from the request's scope and the newsletter's languages."""
    query: bytes = scope["query_string"]
    asked = QueryParams(query).get("lang") if query else None
    accepted = next((value for name, value in scope["headers"] if name == b"accept-language"), b"")
    return PageKey(scope["path"], query, _choose(accepted.decode("latin-1"), tuple(languages), asked=asked))


class PageCache:
    """Public pages of one version of the archive, for any number of threads; those not asked for longest give way.

    Args:
        capacity: Bytes of memory, roughly.
    """

    def __init__(self, capacity: int = _CAPACITY) -> None:
        self._capacity = capacity
        self._lock = threading.Lock()
        self._version = ""
        self._pages: OrderedDict[PageKey, PublicAnswer] = OrderedDict()
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes of memory that the pages take, roughly."""
        return self._size

    def get(self, key: PageKey, version: str) -> PublicAnswer | None:
        """The page, as it was made for this version of the archive; pages of any other version are thrown away."""
        with self._lock:
            if version != self._version:
                self._pages.clear()
                self._size, self._version = 0, version
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def put(self, key: PageKey, version: str, page: PublicAnswer) -> None:
        """Keep a page, unless the archive has changed meanwhile, or the page alone takes a tenth of the room."""
        size = _size(key, page)
        with self._lock:
            if version != self._version or size * 10 > self._capacity:
                return
            self._forget(key)
            self._pages[key] = page
            self._size += size
            while self._size > self._capacity:
                self._forget(next(iter(self._pages)))

    def _forget(self, key: PageKey) -> None:
        page = self._pages.pop(key, None)
        if page is not None:
            self._size -= _size(key, page)


def _size(key: PageKey, page: PublicAnswer) -> int:
    return len(page.packed) + len(key.path) + len(key.query) + _OVERHEAD


class KeptPages:
    """ASGI middleware: answers with a page that is kept, before a route is looked for or a thread is needed.

    Args:
        version: The version of the archive if it was looked at a moment ago, else None; never waits.
    """

    def __init__(
        self, app: ASGIApp, cache: PageCache, version: Callable[[], str | None], languages: Sequence[str]
    ) -> None:
        self._app = app
        self._cache = cache
        self._version = version
        self._languages = languages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = self._kept(scope) if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"} else None
        if page is None:
            await self._app(scope, receive, send)
        else:
            await page.response(Headers(scope=scope))(scope, receive, send)

    def _kept(self, scope: Scope) -> PublicAnswer | None:
        version = self._version()
        return None if version is None else self._cache.get(page_key(scope, self._languages), version)
