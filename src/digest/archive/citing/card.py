"""The picture that social media show beside a link to an article."""

import hashlib
import io
import threading
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from functools import lru_cache

from PIL import Image, ImageColor, ImageDraw, ImageFont

from digest.archive.citing.metas import CARD_SIZE
from digest.rendering.colour import readable
from digest.rendering.words import one_line

_DESIGN = "1"  # changes with the drawing, so that pictures get another address
_KEPT = 256  # pictures, of about 20 kB each
_PAPER, _INK, _SOFT = "#fcfbf8", "#1e2326", "#586068"  # as in the style sheet
_EDGE, _BAR = 80, 24  # pixels, as all that follow
_TITLE_TOP, _TITLE_BOTTOM, _FOOT = 168, 504, 520
_TITLE_SIZES = (72, 64, 58, 52, 46, 42)
_SMALL = 32
_LEADING = 1.25
_SHADES = 21  # of each colour on the paper, for smooth edges; a palette of our own is made much faster than one chosen
_ELLIPSIS = "…"
_MISSING = "\uffff"  # never a character, so that every font draws its box for it


@dataclass(frozen=True)
class CardText:
    """What is on the picture.

    Attributes:
        fallback: In place of a title in letters that the font does not have, such as the month.
        foot: One line at the bottom.
        accent: As `#rrggbb`.
    """

    title: str
    fallback: str
    newsletter: str
    foot: str
    accent: str

    @property
    def version(self) -> str:
        """Differs whenever the picture does."""
        return hashlib.sha256("\0".join([_DESIGN, *astuple(self)]).encode()).hexdigest()[:12]


class CardPress:
    """Draws cards, each once; for any number of threads.

    Args:
        font: A TrueType or OpenType font.
    """

    def __init__(self, font: bytes) -> None:
        self._bytes = font
        self._fonts: dict[int, ImageFont.FreeTypeFont] = {}
        self._letters: dict[str, bool] = {}
        self._lock = threading.Lock()
        self._drawn = lru_cache(_KEPT)(self._draw)

    def draw(self, text: CardText) -> bytes:
        """The picture as PNG; a title that is too long is cut, and one that the font can't draw is replaced."""
        with self._lock:
            return self._drawn(text)

    def _draw(self, text: CardText) -> bytes:
        width, height = CARD_SIZE
        image = Image.new("RGB", CARD_SIZE, _PAPER)
        draw, accent = ImageDraw.Draw(image), readable(text.accent, _PAPER)
        draw.rectangle((0, 0, _BAR, height), fill=accent)
        room, small = width - 2 * _EDGE, self._font(_SMALL)
        for line, top, colour in ((text.newsletter, _EDGE, accent), (text.foot, _FOOT, _SOFT)):
            draw.text((_EDGE, top), _cut(self._drawable(line), small, room), fill=colour, font=small)
        size, lines = self._fitted(self._drawable(text.title) or self._drawable(text.fallback), room)
        for number, line in enumerate(lines):
            draw.text((_EDGE, _TITLE_TOP + round(number * size * _LEADING)), line, fill=_INK, font=self._font(size))
        file = io.BytesIO()
        palette = _palette(_PAPER, (accent, _INK, _SOFT))
        image.quantize(palette=palette, dither=Image.Dither.NONE).save(file, "PNG")
        return file.getvalue()

    def _fitted(self, text: str, width: int) -> tuple[int, list[str]]:
        """The largest size at which the text fits, and its lines; at the smallest, its last line is cut."""
        for size in _TITLE_SIZES:
            lines = _wrapped(text, self._font(size), width)
            most = int((_TITLE_BOTTOM - _TITLE_TOP) / (size * _LEADING))
            if len(lines) <= most:
                return size, lines
        rest = " ".join(lines[most - 1 :])
        return size, [*lines[: most - 1], _cut(f"{rest} {_ELLIPSIS}", self._font(size), width)]

    def _drawable(self, text: str) -> str:
        """The text on one line; empty if the font lacks one of its letters."""
        line = " ".join(one_line(text).split())
        return line if all(self._has(letter) for letter in line) else ""

    def _has(self, letter: str) -> bool:
        if letter not in self._letters:
            self._letters[letter] = letter.isspace() or self._pixels(letter) != self._pixels(_MISSING)
        return self._letters[letter]

    def _pixels(self, letter: str) -> bytes:
        return bytes(self._font(_SMALL).getmask(letter))

    def _font(self, size: int) -> ImageFont.FreeTypeFont:
        if size not in self._fonts:
            self._fonts[size] = ImageFont.truetype(io.BytesIO(self._bytes), size)
        return self._fonts[size]


def _palette(paper: str, colours: Iterable[str]) -> Image.Image:
    """Every shade between the paper and each of the colours."""
    ground = ImageColor.getrgb(paper)
    steps = [step / (_SHADES - 1) for step in range(_SHADES)]
    shades = [
        round(start + (end - start) * step)
        for colour in colours
        for step in steps
        for start, end in zip(ground, ImageColor.getrgb(colour), strict=True)
    ]
    palette = Image.new("P", (1, 1))
    palette.putpalette(shades)
    return palette


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(_cut(word, font, width))
    return lines


def _cut(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    """The beginning of the text that fits, with an ellipsis if it is not all."""
    if font.getlength(text) <= width:
        return text
    end = next(end for end in range(len(text), -1, -1) if font.getlength(f"{text[:end].rstrip()}…") <= width)
    return f"{text[:end].rstrip()}…"
