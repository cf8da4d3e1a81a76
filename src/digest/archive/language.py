"""Chooses the language of a page, and names the languages."""

import re
from collections.abc import Sequence

from babel import Locale

_WEIGHT = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII)
_MOST_RANGES = 20  # a header may be 64 KiB of them


def choose(accept: str, offered: Sequence[str], *, asked: str | None = None) -> str:
    """Choose the language of a page.

    Args:
        accept: `Accept-Language` as the browser sent it; empty if it sent none. Invalid parts are ignored.
        offered: The newsletter's languages. The first one is used if none matches.
        asked: The language in the address, or None. It wins if it is offered.

    Source: RFC 9110, 12.5.4; a range such as `fr-CA` matches the language `fr` (RFC 4647, 3.4).
    """
    if asked in offered:
        return str(asked)
    for wanted in _by_weight(accept):
        if wanted == "*":
            return offered[0]
        if wanted in offered:
            return wanted
    return offered[0]


def language_name(language: str) -> str:
    """The name of *language* in that language, such as "Français"."""
    name = Locale.parse(language).get_language_name(language) or language
    return name[:1].upper() + name[1:]


def _by_weight(accept: str) -> list[str]:
    ranges: list[tuple[float, str]] = []
    for part in accept.split(",")[:_MOST_RANGES]:
        tag, _, parameter = part.strip().partition(";")
        weight = _weight(parameter.strip())
        if tag and weight > 0:
            ranges.append((weight, tag.strip().lower().partition("-")[0]))
    return [tag for _, tag in sorted(ranges, key=lambda one: -one[0])]


def _weight(parameter: str) -> float:
    if not parameter:
        return 1.0
    match = _WEIGHT.fullmatch(parameter)
    return float(match[1]) if match else 0.0
