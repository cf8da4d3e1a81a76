"""Notifications: what kinds there are, when one is tried again, and the whole mail rendered for its reader."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from digest.delivery.handover import MailIdentity, Note
from digest.issue.headers import author_headers
from digest.issue.newsletter import Newsletter
from digest.issue.render import masthead
from digest.rendering.environment import Renderer
from digest.rendering.inliner import inline_css
from digest.rendering.words import one_line

MOST_ATTEMPTS = 14  # about a day, were every wait as long as it may be
_FIRST_WAIT = dt.timedelta(seconds=10)
LONGEST_WAIT = dt.timedelta(hours=4)


class NotificationKind(StrEnum):
    """What a notification is about; also the folder of its templates, `email/notification/KIND/`."""

    CONFIRM = "confirm"  # a sign-up
    LINK = "link"  # "send me my link"
    NEW_ADDRESS = "new-address"  # a wish to change the address, to the current one
    ADDRESS = "address"  # a request to change the address, to the new one
    ADDRESS_CHANGED = "address-changed"  # a change that was made, to the old one
    EXPORT = "export"  # everything that is known about a person
    ERASE = "erase"  # forgetting a person


def wait_before(attempts: int, jitter: float) -> dt.timedelta | None:
    """
    How long to wait after *attempts* (from 1) that failed; None: give up.

    Args:
        jitter: A random number from 0 to 1; all of the wait is random, so that those who failed together do not come
            back together.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    return min(LONGEST_WAIT, _FIRST_WAIT * 2.0**attempts) * jitter


def render_note(
    kind: NotificationKind,
    newsletter: Newsletter,
    renderer: Renderer,
    *,
    notification_id: int,
    address: str,
    language: str,
    values: Mapping[str, Any],
    origin: MailIdentity,
) -> Note:
    """
    Render a notification.

    Args:
        language: One without a template text falls back to the newsletter's first.
        values: What the templates of *kind* need beside the newsletter's own data.

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
