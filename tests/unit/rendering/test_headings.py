import pytest

from digest.rendering.headings import arrange


@pytest.mark.parametrize(
    ("html", "top", "expected"),
    [
        ("<h1>a</h1>", 3, "<h3>a</h3>"),
        ("<h3>a</h3><h6>b</h6><h3>c</h3>", 3, "<h3>a</h3><h4>b</h4><h3>c</h3>"),
        ("<h2>a</h2>", 2, "<h2>a</h2>"),
        ("<h1>a</h1><h2>b</h2><h3>c</h3>", 5, "<h5>a</h5><h6>b</h6><h6>c</h6>"),
        ("<p>&lt;h1&gt;</p><hr>", 3, "<p>&lt;h1&gt;</p><hr>"),
    ],
)
def test_headings_fall_into_order_below_the_page(html, top, expected):
    assert arrange(html, top=top) == expected
