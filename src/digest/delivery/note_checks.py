"""The checks of notifications: those of an issue's mail that also apply to a notification."""

import datetime as dt
from collections.abc import Iterator

from digest.delivery.handover import MailOrigin, Note
from digest.delivery.notifications import NotificationKind, render_note
from digest.errors import RenderError
from digest.issue.addresses import personal_url
from digest.issue.checks import not_rendered
from digest.issue.checks.codes import warning
from digest.issue.checks.mail.clients import support_findings
from digest.issue.checks.mail.contrast import contrast_findings
from digest.issue.checks.mail.leftovers import page_leftovers
from digest.issue.checks.mail.page import Page
from digest.issue.checks.mail.sender import identity_findings
from digest.issue.checks.mail.size import NEAR_CLIP_BYTES
from digest.issue.checks.mail.step import step_findings
from digest.issue.checks.mail.structure import structure_findings
from digest.issue.checks.mail.support import Support
from digest.issue.findings import Finding
from digest.issue.newsletter import Newsletter
from digest.rendering.environment import Renderer

_TOKEN = "AbCdEfGh" * 8  # as long as a real one


def check_notes(newsletter: Newsletter, renderer: Renderer, support: Support) -> tuple[Finding, ...]:
    """
    Render every notification in every language of *newsletter* and check it.

    Returns:
        One finding for each code: the mails share a template, and an error in it appears in all of them.
    """
    found: dict[str, Finding] = {}
    for language in newsletter.languages:
        for kind in NotificationKind:
            for finding in _findings(kind, language, newsletter, renderer, support):
                found.setdefault(finding.code, finding)
    return tuple(found.values())


def _findings(
    kind: NotificationKind, language: str, newsletter: Newsletter, renderer: Renderer, support: Support
) -> Iterator[Finding]:
    try:
        note = sample_note(kind, language, newsletter, renderer)
    except RenderError as error:
        yield not_rendered(error)
        return
    page = Page(f"the {kind} mail ({language})", note.html, note.text, language)
    yield from page_leftovers(page)
    yield from identity_findings(newsletter, [page])
    yield from structure_findings(newsletter, page, frozenset())
    yield from contrast_findings(page)
    yield from step_findings(page)
    yield from support_findings([page], support)
    if (size := len(page.html.encode())) > NEAR_CLIP_BYTES:
        problem = f"the HTML of {page.name} has {size / 1024:.0f} KB: Gmail cuts off at 102 KB"
        yield warning("size-near-clip", problem, "shorten the template")


def sample_note(kind: NotificationKind, language: str, newsletter: Newsletter, renderer: Renderer) -> Note:
    """
    Render a notification with an invented link, as long as a real one.

    Raises:
        RenderError: A template failed.
    """
    return render_note(
        kind,
        newsletter,
        renderer,
        notification_id=0,
        address=newsletter.from_address,
        language=language,
        values={"url": personal_url(newsletter.base_url, kind.value, _TOKEN, language)},
        origin=MailOrigin("sample", dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
    )
