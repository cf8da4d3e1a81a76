"""Descriptions of pages."""

import pytest

from digest.archive.excerpt import excerpt


def test_short_text_is_kept_whole_without_its_tags():
    assert excerpt("<p>One <em>two</em></p>\n<p>three &amp; four</p>", 160) == "One two three & four"


def test_long_text_is_cut_between_words():
    text = excerpt("<p>" + "word, " * 50 + "</p>", 20)

    assert text == "word, word, word…"


@pytest.mark.parametrize("html", ["<p>" + "a" * 400 + "</p>", "<p>" + "b c " * 100 + "</p>"])
def test_cut_text_is_never_longer_than_asked_for(html: str):
    assert len(excerpt(html, 160)) <= 160


def test_nothing_gives_nothing():
    assert excerpt("", 160) == ""
