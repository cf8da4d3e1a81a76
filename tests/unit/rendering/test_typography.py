"""Quotes set as each language sets them, and nothing else."""

import html as entities
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.rendering.markdown import to_html
from digest.rendering.typography import typographic, typographic_html

LANGUAGES = ["en", "fr", "fr-CA", "de", "es", "it", "nl", "pt", "ar"]
TEXTS = st.text(st.sampled_from(list("ab5 \"'()[]{}<>.,-/:@\n«»“”‘’\u00a0é*_`")), max_size=60)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ('He said "yes".', "en", "He said “yes”."),
        ('Il a dit "oui".', "fr", "Il a dit «\u00a0oui\u00a0»."),
        ("Don't; it's the clients' own.", "en", "Don’t; it’s the clients’ own."),
        ("Aujourd'hui, l'alliance", "fr-CA", "Aujourd’hui, l’alliance"),
        ("A 'good enough' fit", "en", "A ‘good enough’ fit"),
        ("\"She said 'no'\", he wrote", "en", "“She said ‘no’”, he wrote"),
        ("\"Elle a dit 'non'\"", "fr", "«\u00a0Elle a dit “non”\u00a0»"),
        ('"One "two" three"', "fr", "«\u00a0One “two” three\u00a0»"),
        ('l\'"alliance" tient', "fr", "l’«\u00a0alliance\u00a0» tient"),
        ('("so-called") and—"so"', "en", "(“so-called”) and—“so”"),
        ("In the '90s, 'tis so", "en", "In the ’90s, ’tis so"),
        ("O'Brien and Li's work in the 1990's", "en", "O’Brien and Li’s work in the 1990’s"),
        ("rock 'n' roll", "en", "rock ‘n’ roll"),
        ('"Wort"', "de", "„Wort“"),
        ('"Word"', "ar", '"Word"'),
        ("“Already” set, ‘so’", "en", "“Already” set, ‘so’"),
    ],
)
def test_quotes_are_those_of_the_language(text, language, expected):
    assert typographic(text, language) == expected


@pytest.mark.parametrize(
    "text",
    [
        "5'10\"",
        "He is 5'10\" tall, she is 5' 4\".",
        'A 12" pipe',
        "5' of rope",
        'An "open end',
        'a"b',
        "https://example.org/it's?q='a'&b",
        "https://doi.org/10.1000/a'b",
        "doi:10.1000/a'b'c",
        "o'brien@example.org",
        "{greet 'x'}",
        "<a title=\"x\" id='y'>",
        '{{ "name" }}',
    ],
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_measures_addresses_placeholders_and_lone_quotes_stay(text, language):
    assert typographic(text, language) == text


def test_quotes_around_an_address_are_set_and_the_address_is_not():
    assert typographic('See "https://example.org/it\'s", please', "en") == "See “https://example.org/it's”, please"


def test_quotes_reach_across_emphasis_links_and_lines():
    html = to_html("He said \"*yes*, [we'll](https://example.org/it's \"Ann's\") see\nit's fine\".", base_url="")

    assert typographic_html(html, "en") == (
        '<p>He said “<em>yes</em>, <a href="https://example.org/it\'s" title="Ann\'s">we’ll</a> see\nit’s fine”.</p>'
    )


def test_code_is_left_alone_and_the_words_around_it_are_not():
    html = to_html('The `it\'s "x"`\'s "own" code\n\n    print(\'a\')\n\n"Next"', base_url="")

    assert typographic_html(html, "en") == (
        "<p>The <code>it's \"x\"</code>’s “own” code</p>\n<pre><code>print('a')\n</code></pre>\n<p>“Next”</p>"
    )


def test_address_that_is_its_own_link_is_left_alone():
    html = to_html("<https://example.org/it's?q='a'> and <o'brien@example.org>", base_url="")

    assert typographic_html(html, "en") == html


def test_quote_without_a_partner_in_its_paragraph_stays():
    html = to_html('"One\n\n- two"\n- "three"', base_url="")

    assert typographic_html(html, "en") == '<p>"One</p>\n<ul>\n<li>two"</li>\n<li>“three”</li>\n</ul>'


def test_what_html_escapes_stays_escaped():
    assert typographic_html("<p>&lt;b&gt; &amp; &quot;x&quot;</p>", "en") == "<p>&lt;b&gt; &amp; “x”</p>"


@given(TEXTS, st.sampled_from(LANGUAGES))
def test_setting_quotes_twice_is_setting_them_once(text, language):
    once = typographic(text, language)

    assert typographic(once, language) == once


@given(TEXTS, st.sampled_from(LANGUAGES))
def test_nothing_but_quotes_and_the_spaces_of_french_changes(text, language):
    done = typographic(text, language)

    assert _letters(done) == _letters(text)
    assert language.startswith("fr") or _bare(done) == _bare(text)


@given(st.text(st.sampled_from(list("ab5 \"'().,-\n")), max_size=60), st.sampled_from(["en", "fr", "de"]))
def test_what_opens_is_closed(text, language):
    done = typographic(text, language)
    opening, closing = {"en": ("“", "”"), "fr": ("«\u00a0", "\u00a0»"), "de": ("„", "“")}[language]

    assert done.count(opening) == done.count(closing)
    if language == "fr":
        assert done.count("“") == done.count("”")
    else:
        assert done.count("‘") <= done.count("’") or language == "de"


@given(TEXTS, st.sampled_from(LANGUAGES))
def test_html_reads_as_the_text_does(text, language):
    html = to_html(text, base_url="https://example.org")
    done = typographic_html(html, language)

    assert re.findall(r"<[^<>]*>", done) == re.findall(r"<[^<>]*>", html)
    assert typographic_html(done, language) == done
    assert _bare(entities.unescape(done)) == _bare(entities.unescape(html))


@pytest.mark.parametrize("part", ['"a ', "a' ", "' \"a", "\"'", "'a\" ", "http://'", "{'", "a@'", "10.1000/'"])
def test_long_texts_are_read_once(part):
    text = part * (40_000 // len(part))
    steps = _steps(lambda: typographic(text, "fr"))

    assert steps < 40 * len(text)


def _steps(call):
    """How many lines of Python a call runs."""
    import sys

    counted = 0

    def count(_frame, event, _argument):
        nonlocal counted
        counted += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        call()
    finally:
        sys.settrace(before)
    return counted


def _bare(text: str) -> str:
    return re.sub(r"[\"'«»“”‘’„‚\u00a0]", "", text)


def _letters(text: str) -> str:
    return "".join(_bare(text).split())
