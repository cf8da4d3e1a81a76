"""SendGrid's lists of addresses that it no longer mails, read through its API."""

import time
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import orjson

from digest.errors import InDoubt, NotAccepted, Refused, TransportError
from digest.subscribers.suppression import Reason
from digest.transports.sendgrid.http import Reply, SendgridApi
from digest.transports.sendgrid.responses import asked_wait

# without "blocks": SendGrid still mails those addresses, and so do we
LISTS: Mapping[str, Reason] = {
    "bounces": Reason.BOUNCED,
    "spam_reports": Reason.COMPLAINED,
    "unsubscribes": Reason.UNSUBSCRIBED,
    "invalid_emails": Reason.INVALID,
}
_AT_ONCE = 200  # entries of one page: with their reasons they usually fit into the part of a response that is read
_MOST_PAGES = 50_000  # of one list
_MOST_WAITS = 5  # for one page
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
_SHORT = 1.0  # seconds; a refusal that does not say how long

Clock = Callable[[], float]
Wait = Callable[[float], object]


def read_lists(
    api: SendgridApi, *, deadline: float, now: Clock = time.time, wait: Wait = time.sleep
) -> Iterator[tuple[Reason, list[str]]]:
    """
    Read the lists page by page; a page that is too long is requested in halves.

    Args:
        deadline: Seconds within which each request must end.
        now: Seconds since 1970, by our own clock.
        wait: Sleeps for that many seconds when SendGrid limits the rate.

    Returns:
        Reason and addresses of each page, as SendGrid writes them.

    Raises:
        TransportError: A page could not be read; the pages before it are valid.
    """
    for name, reason in LISTS.items():
        before: bytes | None = None
        offset, limit = 0, _AT_ONCE
        for _ in range(_MOST_PAGES):
            reply = _page(api, name, offset, limit, deadline, now, wait)
            if not reply.whole:
                if limit == 1:
                    raise TransportError(
                        f"the list {name} could not be read: the response is truncated: run the command again"
                    )
                limit //= 2
                continue
            entries = _entries(name, reply.body)
            if not entries:
                break
            if reply.body == before:
                raise TransportError(f"SendGrid repeats the same page of {name}: try again later")
            before = reply.body
            offset += limit
            yield reason, [entry["email"] for entry in entries if isinstance(entry.get("email"), str)]


def _page(api: SendgridApi, name: str, offset: int, limit: int, deadline: float, now: Clock, wait: Wait) -> Reply:
    path = f"/v3/suppression/{name}?{urlencode({'limit': limit, 'offset': offset})}"
    reply = _ask(api, name, path, deadline)
    for _ in range(_MOST_WAITS):
        if reply.status != HTTPStatus.TOO_MANY_REQUESTS:
            break
        wait(asked_wait(reply, now()) or _SHORT)
        reply = _ask(api, name, path, deadline)
    if reply.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise TransportError(
            f"SendGrid refuses the key for its list {name} ({reply.status}): check sendgrid.api_key, and give it the "
            "permission to read suppressions"
        )
    if reply.status != HTTPStatus.OK:
        raise TransportError(f"the list {name} could not be read: SendGrid answered {reply.status}: {_remedy(reply)}")
    return reply


def _remedy(reply: Reply) -> str:
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR or reply.status in _PASSING:
        return "run the command again later"
    elsewhere = reply.status == HTTPStatus.NOT_FOUND or reply.status < HTTPStatus.BAD_REQUEST
    return "check sendgrid.host" if elsewhere else "running the command again will not help"


def _ask(api: SendgridApi, name: str, path: str, deadline: float) -> Reply:
    try:
        return api.exchange("GET", path, b"", until=time.monotonic() + deadline)
    except Refused as error:
        raise TransportError(f"the list {name} could not be read: {error}: check sendgrid.host") from None
    except (NotAccepted, InDoubt) as error:
        raise TransportError(f"the list {name} could not be read: {error}: run the command again later") from None


def _entries(name: str, body: bytes) -> list[dict[str, Any]]:
    try:
        entries = orjson.loads(body)
    except orjson.JSONDecodeError:
        entries = None
    if not isinstance(entries, list):
        raise TransportError(f"the list {name} could not be read: SendGrid's response is not a list: try again later")
    return [entry for entry in entries if isinstance(entry, dict)]
