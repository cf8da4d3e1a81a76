"""Placeholders: escaped where they stand in HTML, filled once, forged by nobody."""

import html

from hypothesis import given
from hypothesis import strategies as st
from mail_samples import make_article, make_issue, renderer

from digest.issue.edition import EditionKey
from digest.issue.placeholders import NAMES, fill, nonce_of, placeholder, split, values
from digest.issue.render import render_edition

NONCE = "0123456789abcdef"
LINK = "https://example.org/u"
BODY = " | ".join(placeholder(NONCE, name) for name in NAMES)


@given(st.text(), st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126)))
def test_whatever_is_filled_in_is_escaped_in_html_and_itself_in_text(greeting, path):
    url = f"https://digest.example.org/{path}"

    filled = fill(BODY, NONCE, greeting=greeting, unsubscribe_url=url, preferences_url=url)

    assert filled == " | ".join([html.escape(greeting), greeting, html.escape(url), url, html.escape(url), url])


@given(st.sampled_from(NAMES))
def test_value_that_looks_like_a_placeholder_is_not_filled_again(name):
    greeting = placeholder(NONCE, name)

    only = placeholder(NONCE, "greeting-text")

    filled = fill(only, NONCE, greeting=greeting, unsubscribe_url=LINK, preferences_url=LINK)

    assert filled == greeting


def test_split_gives_literals_and_placeholders_in_turn():
    parts = split(f"Hi {placeholder(NONCE, 'greeting-text')} bye", NONCE)

    assert parts == ("Hi ", placeholder(NONCE, "greeting-text"), " bye")
    assert set(parts[1::2]) <= set(values(NONCE, greeting="", unsubscribe_url="", preferences_url=""))


def test_placeholder_of_another_issue_stays_as_it_is():
    foreign = placeholder("f" * 16, "greeting-text")

    assert fill(foreign, NONCE, greeting="Dear", unsubscribe_url=LINK, preferences_url=LINK) == foreign


def test_author_who_copies_a_placeholder_into_an_article_gets_literal_text():
    stolen = placeholder(nonce_of(make_issue().source_hash), "unsubscribe-text")
    body = f"See {stolen} and greeting-html."
    edition = render_edition(make_issue(make_article(body=body)), EditionKey("en", 1), renderer())

    own = "https://example.org/own"

    filled = fill(edition.text, edition.nonce, greeting="Dear", unsubscribe_url=own, preferences_url=LINK)

    assert stolen in filled
    assert filled.count("https://example.org/own") == 1


def test_nonce_changes_with_every_change_of_the_source():
    assert make_issue().source_hash != make_issue(make_article(title="Other")).source_hash
