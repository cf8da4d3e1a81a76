"""Builds the page of a month from its files and the query of the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlencode

from digest.archive.language import language_name
from digest.errors import DigestError, RenderError
from digest.issue.edition import EditionKey, every_key
from digest.issue.findings import Finding, Severity
from digest.issue.issue import Issue
from digest.months import Month
from digest.preview.desk import Desk, Shown
from digest.preview.schemes import Scheme
from digest.rendering.words import month_name

VIEWS = {"desktop": "Desktop", "phone": "Phone", "text": "Plain text", "headers": "Headers"}
_CLIPPED_BYTES = 102 * 1024  # where Gmail cuts a mail off


@dataclass(frozen=True)
class Choice:
    """What the editor chose to see; unknown values are ignored."""

    edition: str = ""
    view: str = "desktop"
    scheme: Scheme = Scheme.LIGHT

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Choice":
        view = query.get("view", "")
        dark = query.get("scheme") == Scheme.DARK
        return cls(
            query.get("edition", ""), view if view in VIEWS else "desktop", Scheme.DARK if dark else Scheme.LIGHT
        )

    def link(self, month: Month, **changed: str) -> str:
        """The address of the same page with some choices changed."""
        query = {"edition": self.edition, "view": self.view, "scheme": self.scheme.value} | changed
        return f"/{month}/?{urlencode(query)}"


@dataclass(frozen=True)
class Cell:
    """One edition in the table of all editions."""

    key: EditionKey
    language: str
    link: str
    chosen: bool
    heads: int | None


def month_page(desk: Desk, month: Month, choice: Choice) -> dict[str, Any]:
    """The values of the template `preview/month.html`."""
    gathered = desk.gather(month)
    issue = gathered.issue
    keys = tuple(every_key(len(issue.articles), issue.newsletter.languages))
    key = _chosen(keys, choice.edition, len(issue.articles))
    findings = [*desk.general_findings(), *gathered.findings]
    shown = _shown(desk, issue, key, findings)
    now = Choice(str(key) if key else "", choice.view, choice.scheme)
    return {
        "month": month,
        "months": _months(desk, month),
        "findings": sorted(findings, key=lambda finding: finding.severity is not Severity.ERROR),
        "articles": issue.articles,
        "rows": _rows(keys, key, now, month, desk.headcounts(issue)),
        "languages": [(language, language_name(language)) for language in issue.newsletter.languages],
        "key": key,
        "shown": shown,
        "size": _size(shown),
        "choice": now,
        "views": [(view, name, now.link(month, view=view)) for view, name in VIEWS.items()],
        "schemes": [(scheme, now.link(month, scheme=scheme.value)) for scheme in Scheme],
        "frame": f"/{month}/{key}.html?scheme={choice.scheme}" if key else "",
    }


def _chosen(keys: tuple[EditionKey, ...], asked: str, articles: int) -> EditionKey | None:
    """The requested edition, or else the whole issue in the first language; None if there are no editions."""
    named = {str(key): key for key in keys}
    whole = next((key for key in keys if key.mask == 2**articles - 1), None)
    return named.get(asked, whole)


def _shown(desk: Desk, issue: Issue, key: EditionKey | None, findings: list[Finding]) -> Shown | None:
    if key is None:
        return None
    try:
        return desk.edition(issue, key)
    except RenderError as error:
        findings.append(Finding("not-rendered", Severity.ERROR, str(error), "fix it, and this page reloads on its own"))
        return None


def _months(desk: Desk, chosen: Month) -> list[tuple[str, str, bool]]:
    return [(f"/{month}/", month_name(month, "en"), month == chosen) for month in desk.months()]


def _rows(
    keys: tuple[EditionKey, ...],
    chosen: EditionKey | None,
    choice: Choice,
    month: Month,
    heads: Mapping[EditionKey, int] | None,
) -> list[tuple[str, list[Cell]]]:
    """The table: a row for each subset, the whole issue first; a cell for each language."""
    rows: dict[tuple[int, ...], list[Cell]] = {}
    for key in sorted(keys, key=lambda one: (-len(one.positions), one.positions)):
        link = choice.link(month, edition=str(key))
        count = heads.get(key, 0) if heads is not None else None
        rows.setdefault(key.positions, []).append(Cell(key, language_name(key.language), link, key == chosen, count))
    return [(" + ".join(str(place + 1) for place in positions), cells) for positions, cells in rows.items()]


def _size(shown: Shown | None) -> dict[str, Any]:
    size = shown.html_bytes if shown else 0
    return {"kilobytes": f"{size / 1024:.1f}", "share": min(100, round(100 * size / _CLIPPED_BYTES))}


def error_page(error: DigestError, version: str) -> str:
    """A page that needs no template, for when the preview's own templates are broken; it still reloads by itself."""
    return (
        '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Preview</title>'
        '<script src="/assets/preview.js" defer></script>'
        f'<body data-version="{version}"><h1>The preview can’t be shown</h1><p>{escape(str(error))}</p>'
    )
