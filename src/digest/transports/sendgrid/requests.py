"""The JSON of SendGrid's `POST /v3/mail/send`: the part that all readers share is written once per edition."""

from collections.abc import Sequence
from email.headerregistry import HeaderRegistry
from functools import lru_cache
from typing import Any

import orjson

from digest.delivery.folding import encoded
from digest.delivery.handover import Batch, Note
from digest.errors import Refused, TooLarge
from digest.issue.edition import Edition
from digest.transports.sendgrid.personalizations import PER_READER, Personalizations

MOST_RECIPIENTS = 1000
MOST_BYTES = 20_000_000  # documented as 30 MB on some pages and as 20 MB on others

# Headers that the API sets from fields of its own, and refuses in `headers`.
_OWN_FIELDS = frozenset({"from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id"})
# Explicit, because the account's settings decide otherwise: they may rewrite links, add a pixel or a second footer.
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
        installation: Returned with each event, like the ids of delivery and attempt.

    Raises:
        TooLarge: The request would have too many recipients or bytes.
        NotAccepted: The personal part of some recipients is too large; `rejected` names them.
        Refused: SendGrid does not support this sender.
    """
    if len(batch.recipients) > MOST_RECIPIENTS:
        raise TooLarge(f"{len(batch.recipients)} recipients in one request: SendGrid accepts {MOST_RECIPIENTS}")
    pattern = _pattern(batch.edition, installation, sandbox)
    body = b"".join((b'{"personalizations":[', pattern.people.write(batch), b"],", pattern.shared))
    if len(body) > MOST_BYTES:
        raise TooLarge(f"a request of {len(body)} bytes: SendGrid accepts {MOST_BYTES}")
    return body


def note_body(note: Note, *, installation: str, sandbox: bool) -> bytes:
    """
    Write the request that hands over a notification.

    Raises:
        Refused: SendGrid does not support this sender.
    """
    person = {
        "to": [{"email": note.address}],
        "custom_args": {"notification_id": str(note.notification_id), "installation": installation},
    }
    shared = _shared(note.headers, note.subject, note.text, note.html, sandbox=sandbox)
    return orjson.dumps({"personalizations": [person], **shared})


class _Pattern:
    """What all requests for one edition share.

    Attributes:
        people: Writes the personalizations.
        shared: The rest of the body, after the personalizations.
    """

    def __init__(self, edition: Edition, *, installation: str, sandbox: bool) -> None:
        self.people = Personalizations(edition, installation=installation)
        headers = [(name, value) for name, value in edition.headers if name.lower() not in PER_READER]
        text, page = (self.people.shortened(body) for body in (edition.text, edition.html))
        self.shared = orjson.dumps(_shared(headers, edition.subject, text, page, sandbox=sandbox))[1:]


@lru_cache(maxsize=128)
def _pattern(edition: Edition, installation: str, sandbox: bool) -> _Pattern:
    return _Pattern(edition, installation=installation, sandbox=sandbox)


def _shared(headers: Sequence[tuple[str, str]], subject: str, text: str, page: str, *, sandbox: bool) -> dict[str, Any]:
    named = {name.lower(): value for name, value in headers}
    body: dict[str, Any] = {
        "from": _mailbox(named["from"]),
        "subject": subject,
        "content": [{"type": "text/plain", "value": text}, {"type": "text/html", "value": page}],
        "headers": {name: encoded(name, value) for name, value in headers if name.lower() not in _OWN_FIELDS},
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
            "SendGrid takes no accents in names: "
            "change newsletter.from.name or newsletter.reply_to.name, assemble again"
        )
    return {"email": address.addr_spec, **({"name": address.display_name} if address.display_name else {})}
