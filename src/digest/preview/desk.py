"""Gives the preview its content: the months, their findings, and any edition, rendered on demand."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from digest.errors import ContentError, DigestError, StorageError
from digest.issue.addresses import preferences_url, unsubscribe_url
from digest.issue.edition import Edition, EditionKey
from digest.issue.findings import Finding, Severity
from digest.issue.greeting import greeting
from digest.issue.issue import Issue
from digest.issue.placeholders import fill
from digest.issue.render import render_edition
from digest.months import Month
from digest.pipeline.issue.assemble import Gathered, Workshop, gather

_log = logging.getLogger(__name__)

# How many people would get each edition of an issue; None if that is not known.
Headcounts = Callable[[Issue], Mapping[EditionKey, int] | None]

SAMPLE_NAME = "Ann Lee"
SAMPLE_LINK = "/sample-link"  # a page of the preview that explains the personal links
_KEPT = 64  # editions; an issue has at most 30


@dataclass(frozen=True)
class Shown:
    """An edition as an invented reader would get it. The personal links in `html` lead to a page of the preview."""

    subject: str
    preheader: str
    html: str
    text: str
    headers: tuple[tuple[str, str], ...]

    @property
    def html_bytes(self) -> int:
        """Size of the HTML part, which is what mail programs cut off."""
        return len(self.html.encode())


class Desk:
    """Reads the files again for every page, and renders each edition once until something changes.

    Args:
        workshop: Creates a workshop from the current files, including templates.
        headcounts: Counts an issue's readers; None if there is no way to know.

    Raises:
        DigestError: As raised by *workshop* the first time. Later errors become findings, and the last working
            workshop stays in use.
    """

    def __init__(self, workshop: Callable[[], Workshop], headcounts: Headcounts | None) -> None:
        self._make = workshop
        self._headcounts = headcounts
        self._lock = threading.Lock()
        self._editions: dict[tuple[str, EditionKey], Edition] = {}
        self._fault: DigestError | None = None
        self.workshop = workshop()

    def refresh(self) -> None:
        """Load changed templates; called when a file changed."""
        with self._lock:
            self._editions.clear()
            try:
                self.workshop = self._make()
                self._fault = None
            except DigestError as error:
                self._fault = error

    def months(self) -> tuple[Month, ...]:
        """Every month that has a folder, newest first."""
        return tuple(sorted(self.workshop.library.months(), reverse=True))

    def gather(self, month: Month) -> Gathered:
        """The month's files as they are now."""
        return gather(self.workshop, month)

    def general_findings(self) -> tuple[Finding, ...]:
        """The findings that belong to no month."""
        strays = tuple(_not_loaded(error) for error in self.workshop.library.strays())
        return strays if self._fault is None else (_not_rendered(self._fault), *strays)

    def headcounts(self, issue: Issue) -> Mapping[EditionKey, int] | None:
        """How many people would get each edition; None if it is not known, for example without a database."""
        try:
            return self._headcounts(issue) if self._headcounts else None
        except StorageError as error:
            _log.warning("the readers of each edition can't be counted: %s", error)
            return None

    def edition(self, issue: Issue, key: EditionKey) -> Shown:
        """
        Render an edition and fill in an invented reader.

        Raises:
            RenderError: A template failed.
        """
        edition = self._edition(issue, key)
        hello = greeting(SAMPLE_NAME, key.language, self.workshop.renderer)
        base_url = issue.newsletter.base_url
        links = unsubscribe_url(base_url, "SAMPLE"), preferences_url(base_url, "SAMPLE")

        def filled(text: str, leave: str, own: str) -> str:
            return fill(text, edition.nonce, greeting=hello, unsubscribe_url=leave, preferences_url=own)

        return Shown(
            edition.subject,
            edition.preheader,
            filled(edition.html, SAMPLE_LINK, SAMPLE_LINK),
            filled(edition.text, *links),
            tuple((name, filled(value, *links)) for name, value in edition.headers),
        )

    def _edition(self, issue: Issue, key: EditionKey) -> Edition:
        place = (issue.source_hash, key)
        with self._lock:
            if place not in self._editions:
                if len(self._editions) >= _KEPT:
                    self._editions.clear()
                self._editions[place] = render_edition(issue, key, self.workshop.renderer)
            return self._editions[place]


def _not_loaded(error: ContentError) -> Finding:
    return Finding("not-loaded", Severity.ERROR, error.problem, error.remedy, error.place)


def _not_rendered(error: DigestError) -> Finding:
    return Finding("not-rendered", Severity.ERROR, str(error), "fix it; until then, the last working version is shown")
