"""Makes any accent colour dark or light enough to be readable on its background."""

import re

from digest.errors import RenderError

_FORM = re.compile(r"#[0-9a-fA-F]{6}")
_STEPS = 50
READABLE = 4.5  # WCAG 2.2, 1.4.3, level AA for text of ordinary size

Rgb = tuple[float, float, float]


def contrast(one: str, other: str) -> float:
    """
    The contrast ratio of two colours written `#rrggbb`, from 1 to 21.

    Source: WCAG 2.2, "contrast ratio" and "relative luminance".
    """
    darker, lighter = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))))
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: str, paper: str) -> str:
    """
    The shade nearest to *colour* that is readable on *paper*; all three are `#rrggbb`.

    Raises:
        RenderError: *colour* is not written as `#rrggbb`.
    """
    end = "#000000" if contrast("#000000", paper) > contrast("#ffffff", paper) else "#ffffff"
    shades = (_mix(_rgb(colour), _rgb(end), step / _STEPS) for step in range(_STEPS + 1))
    return next((shade for shade in shades if contrast(shade, paper) >= READABLE), end)


def _rgb(colour: str) -> Rgb:
    if not _FORM.fullmatch(colour):
        raise RenderError(f"{colour!r} is not a colour: write it as #rrggbb, for example #2a5d67")
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255


def _mix(one: Rgb, other: Rgb, part: float) -> str:
    return "#" + "".join(f"{round((a + (b - a) * part) * 255):02x}" for a, b in zip(one, other, strict=True))


def _luminance(rgb: Rgb) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb)  # noqa: PLR2004
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
