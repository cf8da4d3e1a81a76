"""Reloads open pages when a file changes."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from watchfiles import awatch

_log = logging.getLogger(__name__)
_LOOK_AGAIN_MS = 1000  # for watched folders that come or go
_SECOND = 1.0


class Changes:
    """A version that increases with every change, and the pages that wait for it. Belongs to one event loop."""

    def __init__(self) -> None:
        self._start = secrets.token_hex(4)  # so that a page notices when the preview was restarted
        self._number = 0
        self._closed = False
        self._waiting: set[asyncio.Event] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def version(self) -> str:
        return f"{self._start}-{self._number}"

    def announce(self) -> None:
        """Increase the version and wake the waiting pages."""
        self._number += 1
        self._wake()

    def close(self) -> None:
        """End every `follow`; may be called from a signal handler or another thread."""
        self._closed = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._wake)

    async def follow(self) -> AsyncIterator[str]:
        """Yield the version now and after every change, until closed."""
        self._loop = asyncio.get_running_loop()
        woken = asyncio.Event()
        self._waiting.add(woken)
        seen = ""
        try:
            while not self._closed:
                woken.clear()
                if self.version != seen:
                    seen = self.version
                    yield seen
                else:
                    await woken.wait()
        finally:
            self._waiting.discard(woken)

    def _wake(self) -> None:
        for woken in self._waiting:
            woken.set()


async def watch(paths: Sequence[Path], changed: Callable[[], None]) -> None:
    """Call *changed* after every change below *paths*, until cancelled; a path may be missing for a while."""
    while True:
        there = [path for path in paths if path.exists()]
        try:
            await _watch_these(there, paths, changed)
        except OSError as error:
            _log.warning("live reload is off: the folders can't be watched (%s): reload the page by hand", error)
            return
        changed()


async def _watch_these(there: list[Path], paths: Sequence[Path], changed: Callable[[], None]) -> None:
    """Watch until one of *paths* appears or disappears."""
    if not there:
        while not any(path.exists() for path in paths):  # noqa: ASYNC110 - nothing tells of a folder to come
            await asyncio.sleep(_SECOND)
        return
    async for changes in awatch(*there, rust_timeout=_LOOK_AGAIN_MS, yield_on_timeout=True):
        if [path for path in paths if path.exists()] != there:
            return
        if changes:
            changed()
