"""SendGrid's events in our words: tables, and a reader that one odd element does not stop.

Source: SendGrid, "Event Webhook reference"; what is drops and bounces: "Email Event types".
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import orjson

from digest.delivery.events import REASONS, About, Event, EventKind, Post
from digest.subscribers.suppression import Reason

UNREADABLE = "(unreadable)"  # counted under this name: an element that is no event
ELSEWHERE = "(another installation)"  # the same: one about mail that this database knows nothing of
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
# `type` of a bounce. Without one nothing proves that the mailbox is gone.
BOUNCES: Mapping[str, EventKind] = {"bounce": EventKind.BOUNCED, "blocked": EventKind.BLOCKED}
# `reason` of a drop, in lower case; one that is not here, such as "spam content", says nothing about the recipient
DROPS: Mapping[str, Reason] = {
    "bounced address": Reason.BOUNCED,
    "spam reporting address": Reason.COMPLAINED,
    "unsubscribed address": Reason.UNSUBSCRIBED,
    "invalid": Reason.INVALID,
}
QUOTA = "recipient list over package quota"


# A pair of escapes that is one letter, half a pair, or any other escape.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


class BadPost(ValueError):
    """The body is no JSON array."""


class TooManyEvents(ValueError):
    """The body holds more events than are taken at once."""


def read_post(body: bytes, *, installation: str, most: int) -> Post:
    """
    Read the body of a post.

    Args:
        installation: What this installation's requests are marked with.
        most: Events that are taken at once.

    Returns:
        Its events; elements of other kinds, and those that are none, are only counted.

    Raises:
        BadPost: It is not UTF-8, no JSON (also NaN, numbers beyond a double, more than 1024 levels), or no array.
        TooManyEvents: It has more than *most* elements.

    Of a key that stands twice the last one counts, as everywhere in JSON. A mailbox's server may have said half a
    letter (an escaped surrogate without its other half): that is read as U+FFFD.
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
    """Read one element of the array; the name to count it under if it has no effect.

    Args:
        installation: What this installation's requests are marked with. An element that carries another mark says
            nothing about our deliveries, only about its address, which SendGrid mails for nobody on the account any
            more; one that carries none is of a mail from before there were marks, or not of ours.
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
    """An id, which custom_args hold as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(_LARGEST_ID)):
        value = int(value)
    return value if type(value) is int and 0 < value <= _LARGEST_ID else None


def _text(element: Mapping[str, Any], name: str) -> str:
    value = element.get(name)
    return value.strip().lower() if isinstance(value, str) else ""
