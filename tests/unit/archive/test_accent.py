"""The newsletter's colour on the pages."""

import re

import pytest

from digest.archive.accent import accent_css
from digest.errors import RenderError
from digest.rendering.colour import contrast


@pytest.mark.parametrize("accent", ["#2a5d67", "#ffffff", "#000000", "#ffee00", "#777777"])
def test_every_accent_can_be_read_on_light_and_on_dark_paper(accent: str):
    light, dark = re.findall(r"#[0-9a-f]{6}", accent_css(accent))

    assert all(contrast(light, paper) >= 4.5 for paper in ("#fcfbf8", "#f4f2ec"))
    assert all(contrast(dark, paper) >= 4.5 for paper in ("#16191c", "#1e2226"))


def test_what_is_no_colour_never_reaches_the_style_sheet():
    with pytest.raises(RenderError):
        accent_css("red;} body{display:none")
