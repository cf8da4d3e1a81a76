"""SendGrid's events in our words: tables, and a reader that skips invalid elements.

Source: SendGrid, "Event Webhook reference"; for drops and bounces: "Email Event types".
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import orjson

from digest.delivery.events import REASONS, About, Event, EventKind, Post
from digest.subscribers.suppression import Reason

UNREADABLE = "(unreadable)"  # an element that is not an event is counted under this name
ELSEWHERE = "(another installation)"  # the same, for an event about mail of another database
_LONGEST_KIND = 64  # characters
_LARGEST_ID = 2**63 - 1

KINDS: Mapping[str, EventKind] = {
    "processed": EventKind.PROCESSED,
    "deferred": EventKind.DEFERRED,
    "delivered": EventKind.DELIVERED,
    "dropped": EventKind.DROPPED,
    "bounce": EventKind.BOUNCED,
    "spamreport": EventKind.COMPLAINED,
    "unsubscribe": EventKind.UNSUBSCRIBED,
    "group_unsubscribe": EventKind.UNSUBSCRIBED,
}
# `type` of a bounce. Without it, nothing proves that the mailbox is gone.
BOUNCES: Mapping[str, EventKind] = {"bounce": EventKind.BOUNCED, "blocked": EventKind.BLOCKED}
# `reason` of a drop, in lower case; one that is not here, such as "spam content", says nothing about the recipient
DROPS: Mapping[str, Reason] = {
    "bounced address": Reason.BOUNCED,
    "spam reporting address": Reason.COMPLAINED,
    "unsubscribed address": Reason.UNSUBSCRIBED,
    "invalid": Reason.INVALID,
}
QUOTA = "recipient list over package quota"


# A pair of escapes that is one character, half a pair, or any other escape.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


class BadPost(ValueError):
    """The body is not a JSON array."""


class TooManyEvents(ValueError):
    """The body has too many events."""


def read_post(body: bytes, *, installation: str, most: int) -> Post:
    """
    Read the body of a webhook request.

    Args:
        installation: The mark of this installation's requests.
        most: The largest number of events.

    Returns:
        Its events. Elements of other kinds and invalid ones are only counted.

    Raises:
        BadPost: The body is not UTF-8, not JSON (also NaN, numbers beyond a double, over 1024 levels), or no array.
        TooManyEvents: The body has more than *most* elements.

    Of duplicate keys the last one counts, as usual in JSON. A mailbox's server may have sent half a character (an
    escaped surrogate without its other half): it is read as U+FFFD.
    """
    elements = _parsed(body)
    if not isinstance(elements, list):
        raise BadPost("the body is not a JSON array")
    if len(elements) > most:
        raise TooManyEvents(f"the body has more than {most} events")
    events, others = [], Counter[str]()
    for element in elements:
        found = read_event(element, installation=installation)
        if isinstance(found, Event):
            events.append(found)
        else:
            others[found] += 1
    return Post(tuple(events), dict(others))


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        whole = _ESCAPE.sub(lambda found: rb"\ufffd" if found["half"] else found[0], body)
    try:
        return orjson.loads(whole)
    except orjson.JSONDecodeError as error:
        raise BadPost(f"the body is not JSON: {error.msg}") from error


def read_event(element: Any, *, installation: str) -> Event | str:
    """Read one element of the array; return the name to count it under if it has no effect.

    Args:
        installation: The mark of this installation's requests. An element with another mark says nothing about our
            deliveries, only about its address, which SendGrid no longer mails for anybody on the account. An element
            without a mark is about a mail from before marks existed, or about somebody else's.
    """
    word = element.get("event") if isinstance(element, dict) else None
    if not isinstance(word, str) or not word:
        return UNREADABLE
    ours = element.get("installation") in (None, installation)
    kind = KINDS.get(word)
    if kind is None:
        return word[:_LONGEST_KIND].replace("\0", " ") if ours else ELSEWHERE
    reason = REASONS.get(kind)
    if kind is EventKind.BOUNCED:
        kind = BOUNCES.get(_text(element, "type"), EventKind.BLOCKED)
        reason = REASONS.get(kind)
    elif kind is EventKind.DROPPED:
        said = _text(element, "reason")
        kind, reason = (EventKind.OVER_QUOTA if said == QUOTA else kind), DROPS.get(said)
    if not ours and reason is None:
        return ELSEWHERE
    address = element.get("email")
    return Event(kind, address if isinstance(address, str) else "", _about(element) if ours else None, reason)


def _about(element: Mapping[str, Any]) -> About | None:
    delivery, attempt = _number(element.get("delivery_id")), _number(element.get("attempt_id"))
    return None if delivery is None or attempt is None else (delivery, attempt)


def _number(value: Any) -> int | None:
    """Return an id, which custom_args contain as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(_LARGEST_ID)):
        value = int(value)
    return value if type(value) is int and 0 < value <= _LARGEST_ID else None


def _text(element: Mapping[str, Any], name: str) -> str:
    value = element.get(name)
    return value.strip().lower() if isinstance(value, str) else ""
