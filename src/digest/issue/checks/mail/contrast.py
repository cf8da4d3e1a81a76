"""Checks that every text has enough contrast with its background, in light and in dark mode."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from cssselect import SelectorError, parse
from lxml.cssselect import CSSSelector  # type: ignore[import-untyped]

from digest.issue.checks.codes import warning
from digest.issue.checks.mail.css import CssRule, background, colour
from digest.issue.checks.mail.page import Element, Page, inline_style, is_seen
from digest.issue.findings import Finding
from digest.rendering.colour import READABLE, contrast

_READABLE_LARGE = 3.0  # WCAG 2.2, 1.4.3: 24 px, or 18.66 px and bold
_LARGE = 24.0
_LARGE_BOLD = 18.66
_BOLD = 700
_DARK = re.compile(r"@media\b.*prefers-color-scheme:\s*dark")
_STATE = re.compile(r":{1,2}[a-z]")  # :hover and the like apply only in some states
_PIXELS = re.compile(r"([\d.]+)px")
_SHOWN = 40  # characters

Styles: TypeAlias = "Mapping[Element, Mapping[str, str]]"


@dataclass(frozen=True)
class _Look:
    """The colours and font that an element has, its own or inherited."""

    ink: str = "#000000"
    paper: str = "#ffffff"
    size: float = 16.0
    bold: bool = False

    def inside(self, element: Element, style: Mapping[str, str]) -> "_Look":
        pixels = _PIXELS.match(style.get("font-size", ""))
        weight = style.get("font-weight", "")
        bold = element.tag in {"b", "strong", "th"} or (self.bold and not weight) or weight == "bold"
        return _Look(
            ink=colour(style.get("color", "")) or self.ink,
            paper=background(style) or colour(element.get("bgcolor") or "") or self.paper,
            size=float(pixels[1]) if pixels else self.size,
            bold=bold or (weight.isdigit() and int(weight) >= _BOLD),
        )

    @property
    def wanted(self) -> float:
        return _READABLE_LARGE if self.size >= _LARGE or (self.bold and self.size >= _LARGE_BOLD) else READABLE


def contrast_findings(page: Page) -> Iterator[Finding]:
    """Find the first text in each mode that has too little contrast. Background images are ignored."""
    for mode, styles in (("light", {}), ("dark", _dark_styles(page))):
        for text, look in _texts(page.root, _Look(), styles):
            found = contrast(look.ink, look.paper)
            if found < look.wanted:
                problem = (
                    f"in {mode} mode {text[:_SHOWN]!r} has a contrast of only {found:.1f} ({look.ink} on {look.paper})"
                )
                remedy = f"fix the template's style sheet: text needs a contrast of at least {look.wanted}"
                yield warning("low-contrast", f"{problem} in {page.name}", remedy)
                break


def _texts(element: Element, inherited: _Look, styles: Styles) -> Iterator[tuple[str, _Look]]:
    if not is_seen(element):
        return
    look = inherited.inside(element, {**inline_style(element), **styles.get(element, {})})
    own = " ".join([element.text or "", *(child.tail or "" for child in element)]).strip()
    if any(character.isalnum() for character in own):
        yield own, look
    for child in element:
        yield from _texts(child, look, styles)


def _dark_styles(page: Page) -> Styles:
    """The styles that dark mode changes; only an important rule overrides the element's own style."""
    styles: dict[Element, dict[str, str]] = {}
    dark = [rule for rule in page.rules if _DARK.match(rule.at) and not _STATE.search(rule.selector)]
    for _, selector, rule in sorted(_single(dark), key=lambda found: found[0]):
        for element in CSSSelector(selector, translator="html")(page.root):
            own = inline_style(element)
            changed = {one.name: one.value for one in rule.declarations if one.important or one.name not in own}
            styles.setdefault(element, {}).update(changed)
    return styles


def _single(dark: list[CssRule]) -> Iterator[tuple[tuple[int, int, int], str, CssRule]]:
    """Each selector on its own, with its specificity; an invalid one matches nothing in a mail program either."""
    for rule in dark:
        for selector in rule.selector.split(","):
            try:
                [parsed] = parse(selector.strip())
            except (SelectorError, ValueError):
                continue
            yield parsed.specificity(), selector.strip(), rule
