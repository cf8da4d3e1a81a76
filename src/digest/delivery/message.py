"""Whole messages: an edition's frozen bytes with one reader's greeting and links, and notifications."""

import datetime as dt
from collections.abc import Callable, Sequence
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from typing import Any

from digest.delivery.folding import folded
from digest.delivery.handover import Note, Recipient
from digest.issue.edition import Edition
from digest.issue.placeholders import fill


class _Policy(policy.EmailPolicy):
    """SMTP lines, folded by `digest.delivery.folding`, which gets each value as it was given: decoded, unfolded."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        if _is_of_mime(name):
            return super().header_store_parse(name, value)
        if len(str(value).splitlines()) > 1:
            raise ValueError(f"the header {name} has a line break in it")
        return name, str(value)

    def fold(self, name: str, value: Any) -> str:
        return str(super().fold(name, value)) if _is_of_mime(name) else folded(name, value, self.linesep)

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode("ascii")


def _is_of_mime(name: str) -> bool:
    """Whether it is about one part, with parameters that the library sets: ASCII, and short."""
    return name.lower() in {"mime-version", "content-type", "content-transfer-encoding"}


_POLICY = _Policy(linesep="\r\n", cte_type="7bit")


def message_id(delivery_id: int, domain: str) -> str:
    """The Message-ID of a delivery: the same whenever it is built again."""
    return f"<delivery-{delivery_id}@{domain}>"


def build_message(edition: Edition, recipient: Recipient, *, date: dt.datetime) -> EmailMessage:
    """
    Build the whole message that *recipient* gets.

    Args:
        date: When the message is handed over; aware.

    Returns:
        multipart/alternative, plain text before HTML (RFC 2046, 5.1.4), both UTF-8 in quoted-printable, so that
        no line is longer than 76 characters (RFC 5322, 2.1.1 allows 998).
    """
    return _message(
        headers=[(name, _filled(value, edition, recipient)) for name, value in edition.headers],
        address=recipient.address,
        mail_id=partial(message_id, recipient.delivery_id),
        date=date,
        text=_filled(edition.text, edition, recipient),
        html=_filled(edition.html, edition, recipient),
    )


def build_note(note: Note, *, date: dt.datetime) -> EmailMessage:
    """
    Build a notification, in the form of `build_message`.

    Args:
        date: When the message is handed over; aware.
    """
    return _message(
        headers=[*note.headers, ("Subject", note.subject)],
        address=note.address,
        mail_id=partial(_note_id, note.notification_id),
        date=date,
        text=note.text,
        html=note.html,
    )


def _note_id(notification_id: int, domain: str) -> str:
    return f"<notification-{notification_id}@{domain}>"


def _message(
    *,
    headers: Sequence[tuple[str, str]],
    address: str,
    mail_id: Callable[[str], str],
    date: dt.datetime,
    text: str,
    html: str,
) -> EmailMessage:
    message = EmailMessage(policy=_POLICY)
    about_content = {name: value for name, value in headers if name.lower().startswith("content-")}
    for name, value in headers:
        if name not in about_content:
            message[name] = value
    message["To"] = Address(addr_spec=address)
    message["Date"] = format_datetime(date)
    message["Message-ID"] = mail_id(message["From"].addresses[0].domain)
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    for name, value in about_content.items():
        message[name] = value  # last, since EmailMessage gives to the first part what it finds when that is added
    return message


def _filled(body: str, edition: Edition, recipient: Recipient) -> str:
    return fill(
        body,
        edition.nonce,
        greeting=recipient.greeting,
        unsubscribe_url=recipient.unsubscribe_url,
        preferences_url=recipient.preferences_url,
    )
