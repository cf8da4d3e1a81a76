"""SendGrid's own lists of addresses that it will not mail, read through its API."""

import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import orjson

from digest.delivery.events import Grounds
from digest.errors import InDoubt, NotAccepted, TransportError
from digest.transports.sendgrid_api import SendgridApi

# "blocks" is not among them: SendGrid goes on mailing those addresses, and so do we
LISTS: Mapping[str, Grounds] = {
    "bounces": Grounds.BOUNCED,
    "spam_reports": Grounds.COMPLAINED,
    "unsubscribes": Grounds.UNSUBSCRIBED,
    "invalid_emails": Grounds.INVALID,
}
_AT_ONCE = 200  # entries of one page: with their reasons they fit into what is read of an answer
_MOST_PAGES = 50_000  # of one list


def read_lists(api: SendgridApi, *, deadline: float) -> Iterator[tuple[Grounds, list[str]]]:
    """
    Read the lists, page by page.

    Args:
        deadline: Seconds in which each request must be over.

    Returns:
        Why, and which addresses, as SendGrid writes them.

    Raises:
        TransportError: A page could not be read; what was given before stands.
    """
    for name, grounds in LISTS.items():
        before: bytes | None = None
        for page in range(_MOST_PAGES):
            body = _page(api, name, page * _AT_ONCE, deadline)
            entries = _entries(name, body)
            if not entries:
                break
            if body == before:
                raise TransportError(f"SendGrid gives the same page of {name} again and again: try later")
            before = body
            yield grounds, [entry["email"] for entry in entries if isinstance(entry.get("email"), str)]


def _page(api: SendgridApi, name: str, offset: int, deadline: float) -> bytes:
    path = f"/v3/suppression/{name}?{urlencode({'limit': _AT_ONCE, 'offset': offset})}"
    try:
        reply = api.exchange("GET", path, b"", until=time.monotonic() + deadline)
    except (NotAccepted, InDoubt) as error:
        raise TransportError(f"the list {name} could not be read: {error}: run it again") from None
    if reply.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise TransportError(f"SendGrid refuses the key for its list {name}: let sendgrid.api_key read suppressions")
    if reply.status != HTTPStatus.OK or not reply.whole:
        raise TransportError(f"the list {name} could not be read: SendGrid answered {reply.status}: run it again")
    return reply.body


def _entries(name: str, body: bytes) -> list[dict[str, Any]]:
    try:
        entries = orjson.loads(body)
    except orjson.JSONDecodeError:
        entries = None
    if not isinstance(entries, list):
        raise TransportError(f"the list {name} could not be read: SendGrid's answer is no list: try later")
    return [entry for entry in entries if isinstance(entry, dict)]
