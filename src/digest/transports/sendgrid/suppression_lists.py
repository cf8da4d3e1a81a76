"""SendGrid's own lists of addresses that it will not mail, read through its API."""

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

# "blocks" is not among them: SendGrid goes on mailing those addresses, and so do we
LISTS: Mapping[str, Reason] = {
    "bounces": Reason.BOUNCED,
    "spam_reports": Reason.COMPLAINED,
    "unsubscribes": Reason.UNSUBSCRIBED,
    "invalid_emails": Reason.INVALID,
}
_AT_ONCE = 200  # entries of one page: with their reasons they mostly fit into what is read of an answer
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
    Read the lists, page by page; a page that is too long to be read is asked for in halves.

    Args:
        deadline: Seconds in which each request must be over.
        now: Seconds since 1970, by our own clock.
        wait: Sleeps for so many seconds, when SendGrid is asked too often.

    Returns:
        Why, and which addresses, as SendGrid writes them.

    Raises:
        TransportError: A page could not be read; what was given before stands.
    """
    for name, reason in LISTS.items():
        before: bytes | None = None
        offset, limit = 0, _AT_ONCE
        for _ in range(_MOST_PAGES):
            reply = _page(api, name, offset, limit, deadline, now, wait)
            if not reply.whole:
                if limit == 1:
                    raise TransportError(f"the list {name} could not be read: its answer is cut off: run it again")
                limit //= 2
                continue
            entries = _entries(name, reply.body)
            if not entries:
                break
            if reply.body == before:
                raise TransportError(f"SendGrid gives the same page of {name} again and again: try later")
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
            f"SendGrid refuses the key for its list {name} ({reply.status}): check sendgrid.api_key, and let it read "
            "suppressions"
        )
    if reply.status != HTTPStatus.OK:
        raise TransportError(f"the list {name} could not be read: SendGrid answered {reply.status}: {_remedy(reply)}")
    return reply


def _remedy(reply: Reply) -> str:
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR or reply.status in _PASSING:
        return "run it again in a while"
    elsewhere = reply.status == HTTPStatus.NOT_FOUND or reply.status < HTTPStatus.BAD_REQUEST
    return "check sendgrid.host" if elsewhere else "running it again will not help"


def _ask(api: SendgridApi, name: str, path: str, deadline: float) -> Reply:
    try:
        return api.exchange("GET", path, b"", until=time.monotonic() + deadline)
    except Refused as error:
        raise TransportError(f"the list {name} could not be read: {error}: check sendgrid.host") from None
    except (NotAccepted, InDoubt) as error:
        raise TransportError(f"the list {name} could not be read: {error}: run it again in a while") from None


def _entries(name: str, body: bytes) -> list[dict[str, Any]]:
    try:
        entries = orjson.loads(body)
    except orjson.JSONDecodeError:
        entries = None
    if not isinstance(entries, list):
        raise TransportError(f"the list {name} could not be read: SendGrid's answer is no list: try later")
    return [entry for entry in entries if isinstance(entry, dict)]
