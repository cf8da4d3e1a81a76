"""Whole messages: an edition's frozen bytes with one reader's greeting and links, and notifications."""

from collections.abc import Sequence
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses
from functools import lru_cache
from hashlib import sha256
from typing import Any

from digest.delivery.folding import folded
from digest.delivery.handover import MailOrigin, Note, Recipient
from digest.issue.edition import Edition
from digest.issue.placeholders import fill


class _Policy(policy.EmailPolicy):
    """SMTP lines, folded by `digest.delivery.folding`, which receives each value decoded and unfolded."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        if _is_of_mime(name):
            return super().header_store_parse(name, value)
        if len(str(value).splitlines()) > 1:
            raise ValueError(f"the header {name} contains a line break")
        return name, str(value)

    def fold(self, name: str, value: Any) -> str:
        return str(super().fold(name, value)) if _is_of_mime(name) else folded(name, value, self.linesep)

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode("ascii")


def _is_of_mime(name: str) -> bool:
    """Whether it is a header of one part, whose parameters the library sets: short and ASCII."""
    return name.lower() in {"mime-version", "content-type", "content-transfer-encoding"}


# a line of quoted-printable has at most 76 characters (RFC 2045, 6.7); the library would write 78
_POLICY = _Policy(linesep="\r\n", cte_type="7bit", max_line_length=76)


def build_message(edition: Edition, recipient: Recipient, origin: MailOrigin) -> EmailMessage:
    """
    Build the whole message for *recipient*. The same values always give the same bytes.

    Returns:
        multipart/alternative, plain text before HTML (RFC 2046, 5.1.4), both UTF-8 in quoted-printable, so that
        no line is longer than 76 characters (RFC 5322, 2.1.1 allows 998).
    """
    return _message(
        headers=[(name, _filled(value, edition, recipient)) for name, value in edition.headers],
        address=recipient.address,
        mail=f"{origin.month}.delivery-{recipient.delivery_id}",
        origin=origin,
        text=_filled(edition.text, edition, recipient),
        html=_filled(edition.html, edition, recipient),
    )


def build_note(note: Note) -> EmailMessage:
    """Build a notification, in the form of `build_message`."""
    return _message(
        headers=[*note.headers, ("Subject", note.subject)],
        address=note.address,
        mail=f"notification-{note.notification_id}",
        origin=note.origin,
        text=note.text,
        html=note.html,
    )


def sender_of(message: EmailMessage) -> str:
    """Return the sender's address of *message*."""
    return _sender(dict(message.raw_items())["From"])


@lru_cache(maxsize=64)
def _sender(value: str) -> str:
    [(_, address)] = getaddresses([value])
    return address


def _message(
    *, headers: Sequence[tuple[str, str]], address: str, mail: str, origin: MailOrigin, text: str, html: str
) -> EmailMessage:
    message = EmailMessage(policy=_POLICY)
    about_content = {name: value for name, value in headers if name.lower().startswith("content-")}
    for name, value in headers:
        if name not in about_content:
            message[name] = value
    message["To"] = Address(addr_spec=address)
    message["Date"] = format_datetime(origin.date)
    message_id = f"<{mail}.{origin.installation}@{sender_of(message).rpartition('@')[2]}>"
    message["Message-ID"] = message_id
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    # quoted-printable never contains "=_" (RFC 2045, 6.7); the library's own choice would differ each time
    message.set_boundary(f"=_{sha256(message_id.encode()).hexdigest()[:32]}")
    for name, value in about_content.items():
        message[name] = value  # last, because EmailMessage moves what it finds to the first part
    return message


def _filled(body: str, edition: Edition, recipient: Recipient) -> str:
    return fill(
        body,
        edition.nonce,
        greeting=recipient.greeting,
        unsubscribe_url=recipient.unsubscribe_url,
        preferences_url=recipient.preferences_url,
    )
