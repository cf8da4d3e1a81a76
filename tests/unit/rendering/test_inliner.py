import pytest

from digest.errors import RenderError
from digest.rendering.inliner import inline_css

PAGE = """<!DOCTYPE html>
<html><head><title>T</title><style>
p { color: #112233; }
@media (prefers-color-scheme: dark) { p { color: #ddeeff !important; } }
</style><link rel="stylesheet" href="https://example.org/style.css"><link rel="stylesheet" href="file:///etc/hosts">
</head><body><!--[if mso]><table><![endif]--><p>a</p>
<a href="https://digest.invalid/0123456789abcdef/unsubscribe-html">x</a></body></html>"""


def test_rules_are_copied_and_media_queries_stay_important():
    page = inline_css(PAGE)

    assert '<p style="color:#123">a</p>' in page or '<p style="color:#112233">a</p>' in page
    assert "#ddeeff !important" in page


def test_doctype_comments_and_placeholders_pass_untouched():
    page = inline_css(PAGE)

    assert page.startswith("<!DOCTYPE html>")
    assert "<!--[if mso]><table><![endif]-->" in page
    assert 'href="https://digest.invalid/0123456789abcdef/unsubscribe-html"' in page


def test_no_style_sheet_is_fetched_from_network_or_file():
    assert "localhost" not in inline_css(PAGE)


def test_page_that_is_none_is_a_render_error():
    with pytest.raises(RenderError, match="can't be inlined"):
        inline_css("")
