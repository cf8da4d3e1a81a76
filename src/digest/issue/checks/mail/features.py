"""Lists the HTML and CSS features that a page uses, by their names at caniemail.com."""

import re
from collections.abc import Container, Iterator

from digest.issue.checks.mail.css import CssRule, Declaration, declarations
from digest.issue.checks.mail.page import Element, Page

_ELEMENTS = dict.fromkeys(("article", "section", "nav", "header", "footer", "main", "aside"), "html-semantics")
_ELEMENTS |= dict.fromkeys(("figure", "figcaption", "time", "mark", "details", "summary"), "html-semantics")
_ELEMENTS |= dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "html-h1-h6")
_ELEMENTS |= dict.fromkeys(("ul", "ol", "dl"), "html-lists") | {"map": "html-image-maps", "b": "html-strong"}
_ATTRIBUTES = {
    "aria-describedby": "html-aria-describedby",
    "aria-hidden": "html-aria-hidden",
    "aria-label": "html-aria-label",
    "aria-labelledby": "html-aria-labelledby",
    "aria-live": "html-aria-live",
    "background": "html-background",
    "hidden": "html-hidden",
    "loading": "html-loading-attribute",
    "popover": "html-popover",
    "required": "html-required",
    "role": "html-role",
    "srcset": "html-srcset",
    "sizes": "html-srcset",
    "target": "html-target",
    "usemap": "html-image-maps",
    "valign": "html-valign",
}
_PROPERTIES = dict.fromkeys(("left", "right", "top", "bottom"), "css-left-right-top-bottom")
_PROPERTIES |= dict.fromkeys(("column-gap", "row-gap"), "css-gap")
_PROPERTIES |= dict.fromkeys(("columns", "column-width", "column-rule", "column-span"), "css-column-layout-properties")
_PROPERTIES |= dict.fromkeys(("margin-inline", "margin-block"), "css-margin-inline-block")
_PROPERTIES |= dict.fromkeys(("padding-inline", "padding-block"), "css-padding-inline-block")
_PROPERTIES |= {f"grid-template-{part}": "css-grid-template" for part in ("columns", "rows", "areas")}
_PROPERTIES |= {f"margin-inline-{end}": "css-margin-inline-start-end" for end in ("start", "end")}
_PROPERTIES |= {f"margin-block-{end}": "css-margin-block-start-end" for end in ("start", "end")}
_PROPERTIES |= {f"padding-inline-{end}": "css-padding-inline-start-end" for end in ("start", "end")}
_PROPERTIES |= {f"padding-block-{end}": "css-padding-block-start-end" for end in ("start", "end")}
_VALUED = {"flex-direction": "column", "flex-wrap": "wrap"}  # counted for this value only
_VALUES = {
    "css-display-flex": re.compile(r"\bflex\b"),
    "css-display-grid": re.compile(r"\bgrid\b"),
    "css-display-none": re.compile(r"\bnone\b"),
}
_FUNCTIONS = {
    "calc": "css-unit-calc",
    "clamp": "css-function-clamp",
    "conic-gradient": "css-conic-gradient",
    "lab": "css-modern-color",
    "lch": "css-modern-color",
    "light-dark": "css-function-light-dark",
    "linear-gradient": "css-linear-gradient",
    "max": "css-function-max",
    "min": "css-function-min",
    "oklab": "css-modern-color",
    "oklch": "css-modern-color",
    "radial-gradient": "css-radial-gradient",
    "rgb": "css-rgb",
    "rgba": "css-rgba",
    "var": "css-variables",
}
_FUNCTION = re.compile(r"([a-z-]+)\(")
_UNIT = re.compile(r"(?<![\w#.-])[\d.]+(rem|vw|vh|vmin|vmax|ch|em|ex|cm|mm|in|pc|pt|px)\b")
_INTRINSIC = re.compile(r"\b(?:fit|min|max)-content\b")
_SYSTEM_FONT = re.compile(r"\b(?:system-ui|ui-serif|ui-sans-serif|ui-rounded|ui-monospace)\b")
_AT = re.compile(r"@([a-z-]+)")
_MEDIA = re.compile(r"\b(prefers-color-scheme|prefers-reduced-motion|orientation|hover)\b")
_PSEUDO = re.compile(r"(::?)([a-z-]+)")


def used(page: Page, known: Container[str]) -> set[str]:
    """
    List the features that *page* uses and that are in *known*.

    Rules inside @media count only as @media, because a program that does not support @media ignores them all.
    """
    found = set(_of_sheet(page.rules))
    for element in page.root.iter():
        if isinstance(element.tag, str):
            found.update(_of_element(element))
    return {slug for slug in found if slug in known}


def _of_element(element: Element) -> Iterator[str]:
    tag = element.tag
    yield _ELEMENTS.get(tag, f"html-{tag}")
    if tag in {"input", "button"}:
        yield f"html-{tag}-{element.get('type', 'text' if tag == 'input' else 'submit')}"
    if tag == "a" and (element.get("href") or "").startswith("#"):
        yield "html-anchor-links"
    if tag == "meta" and element.get("name") == "color-scheme":
        yield "html-meta-color-scheme"
    yield from (_ATTRIBUTES[name] for name in element.attrib if name in _ATTRIBUTES)
    for one in declarations(element.get("style") or ""):
        yield from _of_declaration(one)


def _of_sheet(rules: tuple[CssRule, ...]) -> Iterator[str]:
    for rule in rules:
        if match := _AT.match(rule.at):
            yield f"css-at-{match[1]}"
            yield from (f"css-at-media-{name}" for name in _MEDIA.findall(rule.at))
        if not rule.at:
            for colons, name in _PSEUDO.findall(rule.selector):
                yield f"css-pseudo-element-{name}" if len(colons) > 1 else f"css-pseudo-class-{name}"
            for one in rule.declarations:
                yield from _of_declaration(one)


def _of_declaration(one: Declaration) -> Iterator[str]:
    value = one.value.casefold()
    if one.name.startswith("--"):
        yield "css-variables"
    if _VALUED.get(one.name, value) in value:
        yield _PROPERTIES.get(one.name, f"css-{one.name}")
    if one.name == "display":
        yield from (slug for slug, pattern in _VALUES.items() if pattern.search(value))
    if one.name in {"font-family", "font"} and _SYSTEM_FONT.search(value):
        yield "css-sytem-ui"  # the spelling of caniemail.com
    if _INTRINSIC.search(value):
        yield "css-intrinsic-size"
    yield from (_FUNCTIONS[name] for name in _FUNCTION.findall(value) if name in _FUNCTIONS)
    yield from (f"css-unit-{unit}" for unit in _UNIT.findall(value))
