import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import RenderError
from digest.rendering.colour import READABLE, contrast, readable

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000000", "#ffffff", 21.0), ("#ffffff", "#ffffff", 1.0), ("#777777", "#ffffff", 4.48)],
)
def test_contrast_is_that_of_wcag(one, other, expected):
    assert contrast(one, other) == contrast(other, one) == pytest.approx(expected, abs=0.01)


@given(COLOURS, st.sampled_from(["#fcfbf8", "#efece4", "#1e2226", "#0e1012"]))
def test_every_colour_has_a_readable_shade(colour, paper):
    assert contrast(readable(colour, paper), paper) >= READABLE


def test_colour_that_is_readable_stays_as_it_is():
    assert readable("#2a5d67", "#ffffff") == "#2a5d67"


@pytest.mark.parametrize("text", ["red", "#fff", "#2a5d67;}", "", "#2a5d6g"])
def test_anything_else_is_refused(text):
    with pytest.raises(RenderError, match="#rrggbb"):
        readable(text, "#ffffff")
