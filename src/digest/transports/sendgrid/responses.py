"""What SendGrid's responses mean for a batch. Anything that is neither documented nor observed is in doubt."""

import re
from collections.abc import Iterator, Sequence
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import orjson

from digest.delivery.handover import Answer
from digest.errors import BatchRefused, InDoubt, NotAccepted, Refused, TooLarge
from digest.transports.redaction import redacted
from digest.transports.sendgrid.http import Reply
from digest.transports.sendgrid.requests import MOST_RECIPIENTS

_LONGEST_WAIT = 60.0  # seconds: a wrong clock or a far reset costs one more request, not an evening
_DIGITS = len(str(MOST_RECIPIENTS))
_SOMEBODY = re.compile(r"personalizations[.\[]0*(\d+)\]?(?:\.to\b.*)?$")  # other parts are the same for all
_OVERDUE = HTTPStatus.REQUEST_TIMEOUT  # a proxy may say this about a request that it has forwarded
_REMEDY: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "check sendgrid.api_key",
    HTTPStatus.FORBIDDEN: "the key may not send mail, or the sender's address is not verified there",
}


def read_answer(reply: Reply, ids: Sequence[int], *, now: float) -> Answer:
    """
    Read the response to a request.

    Args:
        ids: Deliveries in the order of the request's personalizations.
        now: Seconds since 1970, by our own clock.

    Raises:
        NotAccepted, TooLarge, BatchRefused, Refused: See these.
        InDoubt: A server error, a truncated response, or an undocumented one.

    Source: the provider's pages on errors and rate limits of Mail Send.
    """
    status = reply.status
    if status == HTTPStatus.ACCEPTED:
        if not reply.whole:
            raise InDoubt("SendGrid's response was truncated")
        return Answer(reply.headers.get("x-message-id"))
    if status == HTTPStatus.OK:
        raise Refused("SendGrid checked the request and sent nothing: sandbox mode is on: set sendgrid.sandbox: false")
    if status < HTTPStatus.MULTIPLE_CHOICES or status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == _OVERDUE:
        raise InDoubt(f"SendGrid answered {status}{_because(reply)}")
    raise _refusal(reply, ids, now)


def _refusal(reply: Reply, ids: Sequence[int], now: float) -> NotAccepted:
    status = reply.status
    said = f"SendGrid answered {status}{_because(reply)}"
    if status == HTTPStatus.BAD_REQUEST:
        return _bad_request(reply, ids, said)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return TooLarge(said)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return NotAccepted(said, retry_after=asked_wait(reply, now))
    if status < HTTPStatus.BAD_REQUEST:
        return Refused(
            f"SendGrid answered {status}: a redirect, which is not followed, to protect the key: check sendgrid.host"
        )
    remedy = _REMEDY.get(status)
    return Refused(f"{said}: {remedy}" if remedy else said)


def _bad_request(reply: Reply, ids: Sequence[int], said: str) -> NotAccepted:
    rejected, shared = {}, False
    for field, message in _errors(reply.body):
        found = _SOMEBODY.match(field)
        if found and len(found[1]) <= _DIGITS and int(found[1]) < len(ids):
            rejected[ids[int(found[1])]] = message
        elif field and not (found or field == "personalizations"):
            shared = True
    if shared or (len(rejected) == len(ids) > 1):
        return Refused(said)  # an error in the shared part concerns everybody
    return NotAccepted(said, rejected=rejected) if rejected else BatchRefused(said)


def _errors(body: bytes) -> Iterator[tuple[str, str]]:
    """Return field ('' for none) and message of each error; nothing if the body is not as documented."""
    try:
        document: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return
    errors = document.get("errors") if isinstance(document, dict) else None
    for error in errors[:MOST_RECIPIENTS] if isinstance(errors, list) else ():
        if isinstance(error, dict):
            field, message = error.get("field"), error.get("message")
            yield field if isinstance(field, str) else "", redacted(message) if isinstance(message, str) else "refused"


def _because(reply: Reply) -> str:
    said = "; ".join(f"{field}: {message}" if field else message for field, message in _errors(reply.body))
    return f": {redacted(said)}" if said else ""


def asked_wait(reply: Reply, now: float) -> float | None:
    """Return the seconds that a 429 asks us to wait, bounded; None if it does not say. *now*: as for `read_answer`."""
    reset, after = reply.headers.get("x-ratelimit-reset", ""), reply.headers.get("retry-after", "")
    if re.fullmatch(r"\d{1,12}", reset):
        wait = int(reset) - _their_time(reply, now)
    elif re.fullmatch(r"\d{1,12}", after):
        wait = float(after)
    else:
        return None
    return min(wait, _LONGEST_WAIT) if wait > 0 else None


def _their_time(reply: Reply, now: float) -> float:
    try:
        return parsedate_to_datetime(
            reply.headers["date"]
        ).timestamp()  # compare with their clock, since ours may be wrong
    except (KeyError, ValueError, OverflowError, OSError):
        return now
