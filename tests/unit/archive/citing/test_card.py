"""The picture of an article: whatever its title is, it is drawn, and the same title gives the same picture."""

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from digest.archive.citing.card import CardPress, CardText
from digest.archive.citing.metas import CARD_SIZE
from digest.bootstrap.resources import load_cards

TEXT = CardText("Empathy counts", "November 2026", "The Digest", "November 2026 · Meta-analysis", "#2a5d67")


@pytest.fixture(scope="module")
def press() -> CardPress:
    return load_cards()


def opened(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture)).convert("RGB")


def ink(picture: bytes) -> set[int]:
    """The rows of pixels with something dark right of the bar, by their distance from the top."""
    image = opened(picture).convert("L").crop((60, 0, CARD_SIZE[0], CARD_SIZE[1]))
    rows = image.point(lambda value: 255 if value < 120 else 0)
    return {row for row in range(rows.height) if rows.crop((0, row, rows.width, row + 1)).getbbox()}


def test_picture_has_the_colour_of_the_newsletter(press: CardPress):
    image = opened(press.draw(TEXT))

    assert image.size == CARD_SIZE
    assert image.getpixel((5, 300)) == (0x2A, 0x5D, 0x67)


def test_picture_is_drawn_once(press: CardPress):
    assert press.draw(TEXT) is press.draw(replace(TEXT))


def test_version_changes_with_the_picture():
    others = [replace(TEXT, title="Empathy"), replace(TEXT, accent="#000000"), replace(TEXT, foot="")]

    assert len({TEXT.version, *(one.version for one in others)}) == 4


@pytest.mark.parametrize("title", ["L’été à l’œuvre : ça ira", "ΨΥΧΗ", "Психотерапия", "½ – “a” ²"])
def test_accents_and_neighbouring_scripts_are_drawn(press: CardPress, title: str):
    assert press.draw(replace(TEXT, title=title)) != press.draw(replace(TEXT, title=TEXT.fallback))


@pytest.mark.parametrize("title", ["心理療法", "العلاج النفسي", "Empathy 😀", "", "\u200b"])
def test_title_that_the_font_lacks_is_replaced(press: CardPress, title: str):
    assert press.draw(replace(TEXT, title=title)) == press.draw(replace(TEXT, title=TEXT.fallback))


@pytest.mark.parametrize("title", ["word " * 200, "W" * 500, "a " + "W" * 300])
def test_title_that_is_too_long_is_cut(press: CardPress, title: str):
    rows = ink(press.draw(replace(TEXT, title=title)))

    assert max(row for row in rows if row < 512) < 504  # the foot begins below


@settings(max_examples=25, deadline=None)
@given(title=st.text(max_size=150), newsletter=st.text(max_size=80))
def test_whatever_the_title_is_a_picture_is_drawn(title: str, newsletter: str):
    press = load_cards()

    assert opened(press.draw(replace(TEXT, title=title, newsletter=newsletter))).size == CARD_SIZE


def test_accent_that_is_hard_to_read_is_darkened(press: CardPress):
    pale = opened(press.draw(replace(TEXT, accent="#ffee99"))).getpixel((5, 300))

    assert sum(pale) < sum((0xFF, 0xEE, 0x99))
