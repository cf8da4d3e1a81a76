from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.archive.feed import with_absolute_links, xml_text

PAGE = "https://digest.example.org/2026-11/alliance/"


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("#methods", f"{PAGE}#methods"),
        ("../other/", "https://digest.example.org/2026-11/other/"),
        ("/topics/?a=1&amp;b=2", "https://digest.example.org/topics/?a=1&amp;b=2"),
        ("https://example.org/x?a=1&amp;b=2", "https://example.org/x?a=1&amp;b=2"),
        ("mailto:someone@example.org", "mailto:someone@example.org"),
        ("//example.org/x", "https://example.org/x"),
    ],
)
def test_link_works_away_from_its_page(link: str, absolute: str):
    assert with_absolute_links(f'<a title="x" href="{link}">a</a>', PAGE) == f'<a title="x" href="{absolute}">a</a>'


@pytest.mark.parametrize(
    "html", ['<p>Write href="/x" or src="y".</p>', '<p title="a > b">x</p>', "<p>3 &lt; 4</p>", '<img alt=" src=">']
)
def test_text_about_links_is_no_link(html: str):
    assert with_absolute_links(html, PAGE) == html


@given(st.text(), st.text())
def test_nothing_but_addresses_changes(text: str, title: str):
    html = nh3.clean(f'<p title="{escape(title, {chr(34): "&quot;"})}">{escape(text)}</p>')

    assert with_absolute_links(html, PAGE) == html


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_becomes_xml(text: str):
    root = ET.fromstring(xml_text(f"<a>{escape(text)}</a>"))

    assert "\x00" not in (root.text or "")
