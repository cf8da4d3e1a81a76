import io
from xml.etree import ElementTree as ET

import pytest
from PIL import Image
from services.site import TEMPLATES

from digest.archive.icon import icon_picture, icon_svg

SHIPPED = (TEMPLATES / "web/favicon.svg").read_text()


def drawn(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("size", [32, 180, 192])
def test_icon_is_a_square_in_the_newsletters_colour(size: int):
    picture = drawn(icon_picture("#7a2b4f", size))

    assert (picture.format, picture.size) == ("PNG", (size, size))
    assert picture.convert("RGBA").getpixel((size // 2, 4)) == (0x7A, 0x2B, 0x4F, 255)
    assert picture.convert("RGBA").getpixel((size // 2, size // 2)) == (255, 255, 255, 255)


def test_corners_are_clear_except_for_systems_that_round_them():
    round_one, square = drawn(icon_picture("#7a2b4f", 180)), drawn(icon_picture("#7a2b4f", 180, is_square=True))

    assert round_one.getpixel((0, 0))[3] == 0
    assert square.getpixel((0, 0)) == (0x7A, 0x2B, 0x4F)


def test_icon_for_old_browsers_is_an_ico():
    assert drawn(icon_picture("#7a2b4f", 32, form="ICO")).format == "ICO"


def test_light_colour_is_darkened_until_the_lines_show():
    red, green, blue, _ = drawn(icon_picture("#ffee88", 32)).getpixel((16, 3))

    assert max(red, green, blue) < 160


def test_shipped_icon_gets_the_colour_and_another_one_stays():
    assert 'fill="#7a2b4f"' in icon_svg(SHIPPED, "#7a2b4f")
    assert ET.fromstring(icon_svg(SHIPPED, "#7a2b4f")).get("viewBox") == "0 0 32 32"
    assert icon_svg("<svg/>", "#7a2b4f") == "<svg/>"
