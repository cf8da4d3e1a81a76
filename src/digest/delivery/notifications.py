"""Notifications: the kinds, when one is retried, and the whole mail rendered for its reader."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from digest.delivery.backoff import spread
from digest.delivery.handover import MailOrigin, Note
from digest.issue.headers import author_headers
from digest.issue.newsletter import Newsletter
from digest.issue.render import masthead
from digest.rendering.environment import Renderer
from digest.rendering.inliner import inline_css
from digest.rendering.words import one_line

MOST_ATTEMPTS = 14  # about a day, if every wait is as long as it can be
_FIRST_WAIT = dt.timedelta(seconds=10)
LONGEST_WAIT = dt.timedelta(hours=4)


class NotificationKind(StrEnum):
    """What a notification is about; also the folder of its templates, `email/notification/KIND/`."""

    CONFIRM = "confirm"  # a sign-up
    LINK = "link"  # "send me my link"
    NEW_ADDRESS = "new-address"  # a request to change the address, to the current one
    ADDRESS = "address"  # a request to change the address, to the new one
    ADDRESS_CHANGED = "address-changed"  # a completed change, to the old one
    EXPORT = "export"  # everything that is known about a person
    ERASE = "erase"  # forgetting a person


def wait_before(attempts: int, jitter: float) -> dt.timedelta | None:
    """
    Return how long to wait after *attempts* (from 1) that failed; None: give up.

    Args:
        jitter: Random, evenly from 0 to 1.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    first, longest = _FIRST_WAIT.total_seconds(), LONGEST_WAIT.total_seconds()
    return dt.timedelta(seconds=spread(attempts, jitter, first=first, longest=longest))


def render_note(
    kind: NotificationKind,
    newsletter: Newsletter,
    renderer: Renderer,
    *,
    notification_id: int,
    address: str,
    language: str,
    values: Mapping[str, Any],
    origin: MailOrigin,
) -> Note:
    """
    Render a notification.

    Args:
        language: One without a template text falls back to the newsletter's first.
        values: What the templates of *kind* need in addition to the newsletter's data.

    Raises:
        RenderError: A template failed.
    """
    language = language if language in newsletter.languages else newsletter.languages[0]
    own = {**masthead(newsletter, language), **values, "kind": kind.value}
    own["subject"] = one_line(renderer.render(f"email/notification/{kind}/subject.txt", language, **own))
    html = inline_css(renderer.render("email/notification/body.html", language, **own))
    text = renderer.render("email/notification/body.txt", language, **own).strip() + "\n"
    return Note(notification_id, address, own["subject"], html, text, _headers(newsletter, language), origin)


def _headers(newsletter: Newsletter, language: str) -> tuple[tuple[str, str], ...]:
    return (
        *author_headers(newsletter, language),
        ("Auto-Submitted", "auto-generated"),  # RFC 3834, 5: no program should answer it
        ("Content-Language", language),
    )
