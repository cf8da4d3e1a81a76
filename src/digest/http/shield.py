"""Adds default headers to every response, and turns unexpected errors into a plain 500."""

import logging
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digest.http.headers import EVERYWHERE

_log = logging.getLogger("digest.server")


class Shield:
    """ASGI middleware: adds *headers* that a response does not have yet, and turns an exception into a plain 500.

    The exception is logged with the pattern of its route, never with the requested address, which may contain a token.
    """

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app = app
        self._headers = {**EVERYWHERE, **headers}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, guarded)
        except Exception:
            _log.exception("a page failed: %s %s", scope["method"], route_pattern(scope))
            if started:
                raise
            await _fault(scope, receive, guarded)


def route_pattern(scope: Scope) -> str:
    """The pattern of the matched route, such as `/unsubscribe/{token}`; never the address itself."""
    route = scope.get("route")
    return str(getattr(route, "path", "(no route)"))


async def _fault(scope: Scope, receive: Receive, send: Send) -> None:
    text = "Something went wrong on our side. Please try again in a few minutes.\n"
    answer = PlainTextResponse(text, status_code=500, headers={"Cache-Control": "no-store"})
    await answer(scope, receive, send)
