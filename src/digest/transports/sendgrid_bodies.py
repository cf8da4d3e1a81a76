"""The JSON of SendGrid's `POST /v3/mail/send`: what an edition's readers share is written once, then filled in."""

import html
from collections.abc import Iterable, Mapping, Sequence
from email.headerregistry import HeaderRegistry
from functools import lru_cache
from typing import Any

import orjson

from digest.delivery.handover import Batch, Note, Recipient
from digest.errors import NotAccepted, Refused, TooLarge
from digest.issue.edition import Edition
from digest.issue.placeholders import (
    GREETING_HTML,
    GREETING_TEXT,
    NAMES,
    PREFERENCES_HTML,
    PREFERENCES_TEXT,
    UNSUBSCRIBE_HTML,
    UNSUBSCRIBE_TEXT,
    placeholder,
    split,
)

MOST_RECIPIENTS = 1000
MOST_BYTES = 20_000_000  # documented as 30 MB on some pages and as 20 MB on others
MOST_SUBSTITUTION_BYTES = 10_000

_PER_READER = frozenset({"list-unsubscribe", "list-unsubscribe-post"})
# RFC 5322 names that the API sets from fields of its own; it refuses them as headers.
_OWN_FIELDS = frozenset({"from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id"})
# Said explicitly: what is left out follows the account, which may rewrite links and add a pixel or a second footer.
_NO_TRACKING = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": {"enable": False},
    "subscription_tracking": {"enable": False},
    "ganalytics": {"enable": False},
}
_header = HeaderRegistry()


def batch_body(batch: Batch, *, installation: str, sandbox: bool) -> bytes:
    """
    Write the request that hands over *batch*: one personalization a recipient, in the batch's order.

    Args:
        installation: Comes back with each event, as the numbers of delivery and attempt do.

    Raises:
        TooLarge: It has more recipients or bytes than one request may have.
        NotAccepted: Somebody's own part is too large; `rejected` names them.
        Refused: SendGrid would take nothing from this sender.
    """
    if len(batch.recipients) > MOST_RECIPIENTS:
        raise TooLarge(f"{len(batch.recipients)} recipients in one request: SendGrid takes {MOST_RECIPIENTS}")
    pattern = _pattern(batch.edition, installation, sandbox)
    people = pattern.people(batch)
    body = b"".join((b'{"personalizations":[', b",".join(people), b"],", pattern.shared))
    if len(body) > MOST_BYTES:
        raise TooLarge(f"a request of {len(body)} bytes: at most {MOST_BYTES} are sent to SendGrid at once")
    return body


def note_body(note: Note, *, installation: str, sandbox: bool) -> bytes:
    """
    Write the request that hands over a notification.

    Raises:
        Refused: SendGrid would take nothing from this sender.
    """
    person = {
        "to": [{"email": note.address}],
        "custom_args": {"notification_id": str(note.notification_id), "installation": installation},
    }
    shared = _shared(note.headers, note.subject, note.text, note.html, sandbox=sandbox)
    return orjson.dumps({"personalizations": [person], **shared})


class _Pattern:
    """What all requests with one edition have in common.

    Attributes:
        shared: The body from behind the personalizations to its end.
    """

    def __init__(self, edition: Edition, *, installation: str, sandbox: bool) -> None:
        headers = [(name, value) for name, value in edition.headers if name.lower() not in _PER_READER]
        shared = _shared(headers, edition.subject, edition.text, edition.html, sandbox=sandbox)
        self.shared = orjson.dumps(shared)[1:]
        tags = {name: placeholder(edition.nonce, name) for name in NAMES}
        used = {name: tag for name, tag in tags.items() if tag in edition.html or tag in edition.text}
        self._tag_bytes = sum(len(tag) for tag in used.values())
        self._person = _person(edition, installation, used, {tag: name for name, tag in tags.items()})

    def people(self, batch: Batch) -> list[bytes]:
        attempt = batch.attempt_id
        person, limit = self._person, MOST_SUBSTITUTION_BYTES - self._tag_bytes
        out, rejected = [], {}
        for recipient in batch.recipients:
            values = _values(recipient, attempt)
            roughly = _MOST_OF_A_LETTER * 2 * sum(map(len, _own(recipient)))
            if roughly > limit and (size := sum(len(values[name]) for name in _SLOTS)) > limit:
                rejected[recipient.delivery_id] = f"greeting and links have {size} bytes: SendGrid takes {limit}"
            out.append(person % values)
        if rejected:
            raise NotAccepted("somebody's own part of the request is too large", rejected=rejected)
        return out


def _own(recipient: Recipient) -> tuple[str, str, str]:
    return recipient.greeting, recipient.unsubscribe_url, recipient.preferences_url


_MOST_OF_A_LETTER = 6  # bytes: &quot; or \u001f
_SLOTS = tuple(name.encode() for name in NAMES)
_GREETING_HTML, _GREETING_TEXT = GREETING_HTML.encode(), GREETING_TEXT.encode()
_UNSUBSCRIBE_HTML, _UNSUBSCRIBE_TEXT = UNSUBSCRIBE_HTML.encode(), UNSUBSCRIBE_TEXT.encode()
_PREFERENCES_HTML, _PREFERENCES_TEXT = PREFERENCES_HTML.encode(), PREFERENCES_TEXT.encode()


def _values(recipient: Recipient, attempt: int) -> dict[bytes, Any]:
    # the values of digest.issue.placeholders, as they stand between the quotes of a JSON string
    greeting = recipient.greeting
    greeting_html, greeting_inside = html.escape(greeting), _inside(greeting)
    leaving_html, leaving = _link(recipient.unsubscribe_url)
    choosing_html, choosing = _link(recipient.preferences_url)
    return {
        b"to": orjson.dumps(recipient.address),
        _GREETING_HTML: greeting_inside if greeting_html == greeting else _inside(greeting_html),
        _GREETING_TEXT: greeting_inside,
        _UNSUBSCRIBE_HTML: leaving_html,
        _UNSUBSCRIBE_TEXT: leaving,
        _PREFERENCES_HTML: choosing_html,
        _PREFERENCES_TEXT: choosing,
        b"delivery": recipient.delivery_id,
        b"attempt": attempt,
    }


def _link(url: str) -> tuple[bytes, bytes]:
    """A link as it stands in HTML and in text."""
    escaped, inside = html.escape(url), _inside(url)
    return (inside if escaped == url else _inside(escaped)), inside


def _person(edition: Edition, installation: str, used: Mapping[str, str], names: Mapping[str, str]) -> bytes:
    substitutions = ((tag, _slot(name)) for name, tag in used.items())
    headers = (
        (name, b"".join(_cut(value, edition.nonce, names)))
        for name, value in edition.headers
        if name.lower() in _PER_READER
    )
    return (
        b'{"to":[{"email":%%(to)b}],"substitutions":%b,"headers":%b,'
        b'"custom_args":{"delivery_id":"%%(delivery)d","attempt_id":"%%(attempt)d",'
        b'"installation":"%b"}}'
        % (_object(substitutions), _object(headers), _inside(installation).replace(b"%", b"%%"))
    )


def _cut(value: str, nonce: str, names: Mapping[str, str]) -> Iterable[bytes]:
    for piece in split(value, nonce):
        yield _slot(names[piece]) if piece in names else _inside(piece).replace(b"%", b"%%")


def _slot(name: str) -> bytes:
    return b"%%(%b)b" % name.encode()


def _object(pairs: Iterable[tuple[str, bytes]]) -> bytes:
    return b"{%b}" % b",".join(b'%b:"%b"' % (orjson.dumps(name).replace(b"%", b"%%"), value) for name, value in pairs)


def _inside(text: str) -> bytes:
    return orjson.dumps(text)[1:-1]


@lru_cache(maxsize=128)
def _pattern(edition: Edition, installation: str, sandbox: bool) -> _Pattern:
    return _Pattern(edition, installation=installation, sandbox=sandbox)


def _shared(headers: Sequence[tuple[str, str]], subject: str, text: str, page: str, *, sandbox: bool) -> dict[str, Any]:
    named = {name.lower(): value for name, value in headers}
    body: dict[str, Any] = {
        "from": _mailbox(named["from"]),
        "subject": subject,
        "content": [{"type": "text/plain", "value": text}, {"type": "text/html", "value": page}],
        "headers": {name: value for name, value in headers if name.lower() not in _OWN_FIELDS},
        "tracking_settings": _NO_TRACKING,
        "mail_settings": {"sandbox_mode": {"enable": sandbox}},
    }
    if "reply-to" in named:
        body["reply_to"] = _mailbox(named["reply-to"])
    return body


def _mailbox(value: str) -> dict[str, str]:
    address = _header("From", value).addresses[0]  # type: ignore[attr-defined]
    if not value.isascii():
        raise Refused(
            "SendGrid takes no accents in the name of the sender: change newsletter.from.name, assemble again"
        )
    return {"email": address.addr_spec, **({"name": address.display_name} if address.display_name else {})}
