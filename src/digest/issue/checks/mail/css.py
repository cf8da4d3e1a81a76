"""The part of CSS that the style sheet of a mail needs: rules, @media blocks, declarations, colours."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_BLOCK = re.compile(r"([^{}]*)\{((?:[^{}]|\{[^{}]*\})*)\}")
_INNER = re.compile(r"([^{}]*)\{([^{}]*)\}")
_AT = re.compile(r"@[a-z-]+")
_IMPORTANT = re.compile(r"\s*!\s*important\s*$", re.IGNORECASE)
_RGB = re.compile(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)\s*(?:[,/]\s*([\d.]+%?)\s*)?\)")
_NAMED = {"black": "#000000", "white": "#ffffff", "gray": "#808080", "grey": "#808080", "red": "#ff0000"}
_NAMED |= {"silver": "#c0c0c0", "navy": "#000080", "blue": "#0000ff", "green": "#008000", "maroon": "#800000"}


@dataclass(frozen=True)
class Declaration:
    """One property, in lower case, and its value."""

    name: str
    value: str
    important: bool = False


@dataclass(frozen=True)
class CssRule:
    """A rule; `at` is the at-rule around it, such as `@media print`, or empty, or the rule itself (`@font-face`)."""

    at: str
    selector: str
    declarations: tuple[Declaration, ...]


def rules(css: str) -> Iterator[CssRule]:
    """Read a style sheet. A block that can't be parsed is skipped."""
    for head, body in _BLOCK.findall(_COMMENT.sub("", css)):
        prelude = " ".join(head.rpartition(";")[2].split())
        for statement in head.split(";")[:-1]:  # @import and @charset have no block
            if name := _AT.match(statement.strip().casefold()):
                yield CssRule(name[0], "", ())
        if prelude.startswith("@") and "{" in body:
            yield from (
                CssRule(prelude.casefold(), " ".join(a.split()), declarations(b)) for a, b in _INNER.findall(body)
            )
        elif prelude.startswith("@"):
            yield CssRule(prelude.casefold(), "", declarations(body))
        else:
            yield CssRule("", prelude, declarations(body))


def declarations(style: str) -> tuple[Declaration, ...]:
    """Read the declarations of a `style` attribute or of a rule."""
    found: list[Declaration] = []
    for part in re.split(r";(?![^(]*\))", style):
        name, colon, value = part.partition(":")
        if colon and name.strip():
            important = bool(_IMPORTANT.search(value))
            found.append(Declaration(name.strip().casefold(), _IMPORTANT.sub("", value).strip(), important))
    return tuple(found)


def colour(value: str) -> str | None:
    """A colour as `#rrggbb`; None if it is transparent, inherited or in an unknown notation."""
    text = value.strip().casefold()
    if re.fullmatch(r"#[0-9a-f]{6}", text):
        return text
    if re.fullmatch(r"#[0-9a-f]{3}", text):
        return "#" + "".join(2 * digit for digit in text[1:])
    if match := _RGB.fullmatch(text):
        opaque = match[4] in {None, "1", "1.0", "100%"}
        return "#" + "".join(f"{min(int(part), 255):02x}" for part in match.groups()[:3]) if opaque else None
    return _NAMED.get(text)


def background(style: Mapping[str, str]) -> str | None:
    """The background colour that the properties of an element set, or None."""
    for word in (style.get("background-color", ""), *style.get("background", "").split()):
        if found := colour(word):
            return found
    return None
