"""Checks of the editions as they would be sent: bodies and headers of all, the HTML of a representative few."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from digest.issue.checks import ordered
from digest.issue.checks.accepted import kept
from digest.issue.checks.files.written import markdown
from digest.issue.checks.mail.clients import support_findings
from digest.issue.checks.mail.contrast import contrast_findings
from digest.issue.checks.mail.headers import header_findings
from digest.issue.checks.mail.leftovers import rendered_leftovers
from digest.issue.checks.mail.page import Page, letters
from digest.issue.checks.mail.sender import identity_findings, sender_findings
from digest.issue.checks.mail.size import leaving_findings, size_findings
from digest.issue.checks.mail.step import step_findings
from digest.issue.checks.mail.structure import structure_findings
from digest.issue.checks.mail.subject import subject_findings
from digest.issue.checks.mail.support import Support
from digest.issue.edition import Edition
from digest.issue.findings import Finding
from digest.issue.issue import FrozenIssue, Issue
from digest.rendering.markdown import links

_Thing = TypeVar("_Thing")


def check_frozen(issue: Issue, frozen: FrozenIssue, support: Support) -> tuple[Finding, ...]:
    """
    Check the editions rendered from *issue*.

    Args:
        support: What mail programs support; if it is empty, that check is skipped.

    Returns:
        Errors first, without the findings that the editor accepts. A problem that every edition has is reported once.
    """
    return ordered(kept(issue, _findings(issue, frozen.editions, support)))


def _findings(issue: Issue, editions: Sequence[Edition], support: Support) -> Iterator[Finding]:
    pages = [Page.of(edition) for edition in _showing_all(editions)]
    yield from size_findings(editions)
    yield from leaving_findings(editions)
    yield from sender_findings(issue.newsletter)
    yield from identity_findings(issue.newsletter, pages)
    yield from _once(editions, header_findings)
    yield from _once(editions, lambda edition: rendered_leftovers(issue, edition))
    yield from _once(editions, subject_findings)
    written = {letters(link.text) for piece in markdown(issue) for link in links(piece.text)}
    yield from _once(pages, lambda page: structure_findings(issue.newsletter, page, written))
    yield from _once(pages, contrast_findings)
    yield from _once(pages, step_findings)
    yield from support_findings(pages, support)


def _showing_all(editions: Sequence[Edition]) -> list[Edition]:
    """For each language the whole issue, and its first and last article alone: each part is once shown, once absent."""
    everything = max(edition.key.mask for edition in editions)
    alone = {1, 1 << (everything.bit_length() - 1)}
    return [edition for edition in editions if edition.key.mask == everything or edition.key.mask in alone]


def _once(things: Iterable[_Thing], check: Callable[[_Thing], Iterable[Finding]]) -> Iterator[Finding]:
    """For each code, the findings of the first thing that has it; the others have it for the same reason."""
    seen: set[str] = set()
    for thing in things:
        found = list(check(thing))
        yield from (finding for finding in found if finding.code not in seen)
        seen.update(finding.code for finding in found)
