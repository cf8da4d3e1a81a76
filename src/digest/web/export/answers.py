"""Asking the site's application for a page, without a network."""

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Scope


@dataclass(frozen=True)
class SiteAnswer:
    """What the site answers; `location` is where it redirects to, or empty."""

    status: int
    media_type: str
    location: str
    body: bytes


async def ask(app: ASGIApp, path: str) -> SiteAnswer:
    """Ask *app* for a path with its query, as a browser without any preference would."""
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    await app(_scope(path), receive, send)
    start = next(message for message in messages if message["type"] == "http.response.start")
    headers = Headers(raw=start["headers"])
    body = b"".join(message.get("body", b"") for message in messages if message["type"] == "http.response.body")
    return SiteAnswer(start["status"], headers.get("content-type", ""), headers.get("location", ""), body)


def _scope(path: str) -> Scope:
    asked, _, query = path.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": asked,
        "raw_path": asked.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(b"host", b"export.invalid")],
        "client": ("127.0.0.1", 0),
        "server": ("export.invalid", 443),
        "state": {},
    }
