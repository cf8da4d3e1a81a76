"""Limits on the number of connections and on how long each may keep the server waiting."""

import asyncio
import errno
import logging
import resource
from collections import Counter
from dataclasses import dataclass
from typing import Any

import h11
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

ALWAYS_ANSWERED = "/healthz"

_log = logging.getLogger("digest.server")
_FEWEST, _MOST = 8, 2000
_SPARE = 16  # connections accepted before the first of them is counted, and descriptors that close a moment later
_NO_ROOM = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


@dataclass(frozen=True)
class Patience:
    """How many seconds the server waits for a client before it closes the connection.

    Attributes:
        head: Until the headers are complete, counted from the start of the connection or from the previous response.
        body: Until the body is complete, counted from the end of the headers; longer than any page waits for it.
        reading: While the client reads nothing of the response.
    """

    head: float = 10.0
    body: float = 40.0
    reading: float = 60.0


def most_connections() -> int:
    """The number of connections that leaves enough file descriptors for databases, files and outgoing requests."""
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if descriptors == resource.RLIM_INFINITY:
        return _MOST
    return max(_FEWEST, min(_MOST, descriptors // 2 - _SPARE))


class GuardedConnection(H11Protocol):
    """One connection. It is closed if its client takes too long or if another client needs its place.

    Args:
        most: If there are more connections than this, the client with the most connections loses the one that has been
            idle longest. A connection whose request is being answered is never closed.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        patience: Patience,
        most: int,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._patience = patience
        self._most = most
        self.waits_since = self.loop.time()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self._most:
            self._make_room()

    def handle_events(self) -> None:
        before = (self.cycle, self.time_allowed())
        super().handle_events()
        if before != (self.cycle, self.time_allowed()):
            self.waits_since = self.loop.time()

    def on_response_complete(self) -> None:
        self.waits_since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        self.waits_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        self.waits_since = self.loop.time()
        super().resume_writing()

    def close_if_late(self) -> None:
        """Close the connection if its client has taken too long."""
        limit = self.time_allowed()
        if limit is not None and self.loop.time() - self.waits_since > limit:
            self.drop()

    def time_allowed(self) -> float | None:
        """Seconds that the client has for its current step; None while the server is working."""
        if self.flow.write_paused or self.transport.is_closing():
            return self._patience.reading
        if self.conn.their_state is h11.SEND_BODY:
            return self._patience.body
        at_work = self.cycle is not None and not self.cycle.response_complete
        return None if at_work else self._patience.head

    def _make_room(self) -> None:
        others = [one for one in self.connections if one is not self and isinstance(one, GuardedConnection)]
        waiting = [one for one in others if one.time_allowed() is not None]
        if not waiting:
            return
        held = Counter(one.peer for one in waiting)
        _log.warning("more than %d connections at once: closing the one that has been idle longest", self._most)
        min(waiting, key=lambda one: (-held[one.peer], one.waits_since)).drop()

    @property
    def peer(self) -> str:
        return self.client[0] if self.client else ""

    def drop(self) -> None:
        self.connections.discard(self)  # stop counting it now, although it closes only after this turn of the loop
        self.transport.abort()


class Crowd:
    """ASGI middleware: answers 503 at once while more than *most* requests are being answered, except to `/healthz`."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == ALWAYS_ANSWERED:
            await self._app(scope, receive, send)
            return
        if self._under_way >= self._most:
            headers = {"Retry-After": "5", "Cache-Control": "no-store", "Connection": "close"}
            await PlainTextResponse("The site is busy. Please try again in a moment.\n", 503, headers)(
                scope, receive, send
            )
            return
        self._under_way += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way -= 1


def report_fault(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log an error of the event loop. If no connection can be accepted, log one line that says what to do."""
    fault = context.get("exception")
    if isinstance(fault, OSError) and fault.errno in _NO_ROOM:
        _log.error(
            "no connection can be accepted (%s): raise the limit of open files, with `ulimit -n` or LimitNOFILE= of "
            "the service",
            (fault.strerror or "").lower(),
        )
    else:
        loop.default_exception_handler(context)
