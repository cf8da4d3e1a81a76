"""Headings, their levels, and the addresses that lead to them."""

import re

from hypothesis import given
from hypothesis import strategies as st

from digest.archive.excerpt import text_of
from digest.archive.pages.anchors import anchored, lowered


def test_heading_links_to_itself():
    assert anchored("<h2>What they found</h2>") == (
        '<h2 id="text-what-they-found"><a class="anchor" href="#text-what-they-found">What they found</a></h2>'
    )


def test_heading_with_a_link_has_only_an_address():
    html = '<h2>See <a href="https://example.org/">this</a></h2>'

    assert anchored(html) == '<h2 id="text-see-this">See <a href="https://example.org/">this</a></h2>'


def test_headings_of_the_same_words_have_addresses_of_their_own():
    assert re.findall('id="([^"]+)"', anchored("<h2>Méthode</h2><h3>Méthode</h3><h2>?</h2>", "a-")) == [
        "a-methode",
        "a-methode-2",
        "a-section",
    ]


def test_attributes_of_a_heading_stay():
    assert '<h3 lang="fr" id="text-suite">' in anchored('<h3 lang="fr">Suite</h3>')


def test_only_headings_are_lowered():
    assert lowered("<h2>One</h2><hr><h5>Two</h5><h6>Three</h6>") == "<h3>One</h3><hr><h6>Two</h6><h6>Three</h6>"


@given(st.lists(st.text("aé b&;-", max_size=8), max_size=6))
def test_every_heading_has_an_address_and_its_words(words: list[str]):
    html = "".join(f"<h2>{word.replace('&', '&amp;')}</h2>" for word in words)
    ids = re.findall('id="([^"]+)"', anchored(html))

    assert len(set(ids)) == len(words)
    assert text_of(anchored(html)) == text_of(html)
