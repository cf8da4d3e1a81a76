"""The site's icon in the newsletter's colour: for browsers, and for the home screens of phones."""

import io
from functools import lru_cache

from digest.rendering.colour import readable

_GRID = 32  # units of a side, as in templates/web/favicon.svg
_LINES = ((10, 23), (16, 23), (22, 18))  # height and right end of the lines of text
_LEFT, _THICK, _ROUND = 9, 2.6, 7
_FINE = 4  # drawn so many times larger, then reduced, for smooth edges
_WHITE = "#ffffff"
_SAMPLE = "#2a5d67"  # the colour in templates/web/favicon.svg


def icon_svg(svg: str, accent: str) -> str:
    """The shipped icon in the colour *accent*, darkened until the white lines show; another icon stays as it is."""
    return svg.replace(_SAMPLE, readable(accent, _WHITE))


@lru_cache(maxsize=16)
def icon_picture(accent: str, size: int, *, form: str = "PNG", is_square: bool = False) -> bytes:
    """
    The icon as a picture.

    Args:
        size: Of a side, in pixels.
        form: `PNG` or `ICO`.
        is_square: With colour up to the corners, for systems that round them.

    Raises:
        RenderError: *accent* is not written as `#rrggbb`.
    """
    from PIL import Image, ImageDraw  # noqa: PLC0415  slow to import

    unit = size * _FINE / _GRID
    image = Image.new("RGBA", (size * _FINE, size * _FINE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    whole = (0, 0, image.width - 1, image.height - 1)
    draw.rounded_rectangle(whole, 0 if is_square else _ROUND * unit, fill=readable(accent, _WHITE))
    for height, right in _LINES:
        half = _THICK / 2
        box = ((_LEFT - half) * unit, (height - half) * unit, (right + half) * unit, (height + half) * unit)
        draw.rounded_rectangle(box, half * unit, fill=_WHITE)
    small = image.resize((size, size), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    (small.convert("RGB") if is_square else small).save(written, form, optimize=True)
    return written.getvalue()
