from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.rendering.markdown import Heading, Link, escape, headings, is_safe, links, to_html

BASE = "https://digest.example.org"


def html(markdown: str, heading_shift: int = 0) -> str:
    return to_html(markdown, base_url=BASE, heading_shift=heading_shift)


class TextOnly(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data


def text_of(fragment: str) -> str:
    parser = TextOnly()
    parser.feed(fragment)
    parser.close()
    return parser.text


def test_emphasis_lists_and_quotations_are_rendered():
    assert html("*a* **b**\n\n- c\n\n> d") == (
        "<p><em>a</em> <strong>b</strong></p>\n<ul>\n<li>c</li>\n</ul>\n<blockquote>\n<p>d</p>\n</blockquote>"
    )


@pytest.mark.parametrize(
    "raw",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)>",
        "</td></tr></table><style>body{display:none}</style>",
        "<!--[if mso]><v:rect/><![endif]-->",
        "<div><p>never closed",
        "<!-- swallow the footer",
    ],
)
def test_raw_html_is_shown_and_never_obeyed(raw):
    rendered = html(f"before {raw} after")

    assert rendered.count("<") == 2
    assert text_of(rendered) == f"before {raw} after"


@pytest.mark.parametrize(
    "template", ["{{7*7}}", "{% include 'x' %}", "{{ config }}", "-name-", "%name%", "<%asm_url%>"]
)
def test_template_and_substitution_marks_stay_literal_text(template):
    assert text_of(html(template)) == template


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "&#106;avascript:alert(1)",
        "javascript&colon;alert(1)",
        "<java\tscript:alert(1)>",
        "data:text/html,x",
        "data:image/png;base64,AAAA",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example",
        "https://user:secret@evil.example/",
        "https://trusted.example@evil.example/",
        "relative/page",
        "#here",
        "https://",
        "https://host:port/",
        "mailto:",
        "mailto:a@example.org?subject=x%0d%0aBcc:b@example.org",
    ],
)
def test_unsafe_link_keeps_its_text_and_loses_its_address(href):
    assert html(f"see [the study]({href}) now") == "<p>see the study now</p>"
    assert [link.text for link in links(f"see [the study]({href}) now")] == ["the study"]


@pytest.mark.parametrize("href", ["https://example.org/a?b=c&d#e", "http://example.org/", "mailto:a@example.org"])
def test_safe_link_is_kept(href):
    assert is_safe(href)
    assert html(f"[x]({href})") == f'<p><a href="{href.replace("&", "&amp;")}">x</a></p>'


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("https://example.org/%E2%80%AEgnp.exe", "https://example.org/%E2%80%AEgnp.exe"),
        ("https://example.org/%1b%5B31m", "https://example.org/%1b%5B31m"),
        ("https://example.org/%c3%89valuation%20a", "https://example.org/%c3%89valuation%20a"),
        ("mailto:a%1b@example.org", "mailto:a%1b@example.org"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
        ("https://bücher.example/É", "https://bücher.example/É"),
        ("https://example.org/\u200bx", "https://example.org/%E2%80%8Bx"),
        ("https://example.org/\u200fx", "https://example.org/%E2%80%8Fx"),
        ("https://example.org/\u202egnp.exe", "https://example.org/%E2%80%AEgnp.exe"),
    ],
)
def test_address_in_angle_brackets_shows_no_character_that_it_hides(written, shown):
    assert text_of(html(f"<{written}>")) == shown
    assert links(f"<{written}>")[0].text == shown


def test_link_into_the_site_is_made_absolute():
    assert html("[x](/2026-11/)") == f'<p><a href="{BASE}/2026-11/">x</a></p>'


def test_image_becomes_a_link_so_that_no_picture_is_fetched():
    assert html("![Forest plot](https://example.org/plot.png)") == (
        '<p><a href="https://example.org/plot.png">Forest plot</a></p>'
    )
    assert html("![Forest plot](data:image/png;base64,AAAA)") == "<p>Forest plot</p>"


def test_image_inside_a_link_is_its_description():
    assert html("[![Plot](https://example.org/p.png)](https://example.org/)") == (
        '<p><a href="https://example.org/">Plot</a></p>'
    )


def test_headings_are_shifted_and_stop_at_the_sixth_level():
    assert html("# a\n\n##### b", heading_shift=2) == "<h3>a</h3>\n<h6>b</h6>"


def test_links_know_their_line():
    text = "one\n[a](https://a.example)\n\n- x\n- y <https://b.example>\n\n> [c][ref]\n\n[ref]: javascript:x\n"

    assert links(text) == [
        Link("https://a.example", "a", 2),
        Link("https://b.example", "https://b.example", 5),
        Link("javascript:x", "c", 7),
    ]


def test_headings_leave_out_code_lists_and_quotations():
    text = "# A *b*\n\n```\n## not me\n```\n\n> ## nor me\n\nC\nD\n---\n"

    assert headings(text) == [Heading(1, "A b", 1, 1), Heading(2, "C D", 9, 11)]


@pytest.mark.parametrize(
    "text",
    [
        "# no heading",
        "- no list",
        "+ no list",
        "1. no list",
        "12) no list",
        "2021. A year",
        "> no quotation",
        "---",
        "above\n===",
        "above\n---",
        "~~~\ncode",
        "```\ncode",
        "    indented",
        "\tindented",
        "\N{NO-BREAK SPACE}edge\N{NO-BREAK SPACE}",
        "two spaces  \nbelow",
        "backslash\\\nbelow",
        "*a* _b_ `c` [d](https://e.example) <https://f.example> &amp; &#65; AT&T g*h_i",
        "![x](y)",
        "[x]: https://e.example",
        "p < .05 & n > 3",
        "a | b\n- | -",
        "{{ 7*7 }}",
    ],
)
def test_escaped_text_renders_as_itself(text):
    assert text_of(html(escape(text))) == text


def test_ordinary_prose_needs_no_escaping():
    prose = "Clients (n = 352) improved: d = 0.60, 95% CI 0.45 to 0.75; “it depends” – perhaps. R & D, post-test!"

    assert escape(prose) == prose


# what an HTML text can't carry (controls, lone surrogates, noncharacters), or what is dropped: marks that turn text
turns = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
carried = st.characters(exclude_categories=["Cc", "Cs", "Cn"], exclude_characters=turns)
lines = st.text(st.one_of(carried, st.sampled_from("\\`*_[]<>&#+-=~.)!|1a \t")), min_size=1).filter(str.strip)


@given(st.lists(lines, min_size=1, max_size=4).map("\n".join))
def test_any_text_survives_escaping_and_rendering(text):
    assert text_of(html(escape(text))) == text


@given(st.text())
def test_rendering_any_markdown_gives_only_known_tags(text):
    rendered = html(text)

    assert "<script" not in rendered
    assert "<img" not in rendered
    assert "javascript:" not in rendered.partition("href=")[2].partition('"')[0]
