"""As much of CSS as the checks read."""

import pytest

from digest.issue.checks.mail.css import CssRule, Declaration, background, colour, declarations, rules

RED = (Declaration("color", "red"),)


def test_rules_know_the_media_query_around_them():
    css = "/* { */ p { color: red } @media (prefers-color-scheme: dark) { p, a { color: red } } li { color: red; }"

    assert list(rules(css)) == [
        CssRule("", "p", RED),
        CssRule("@media (prefers-color-scheme: dark)", "p, a", RED),
        CssRule("", "li", RED),
    ]


def test_at_rules_without_rules_inside_are_told_as_such():
    css = '@charset "utf-8"; @import url(a.css); @font-face { font-family: A } p { color: red }'

    assert [rule.at for rule in rules(css)] == ["@charset", "@import", "@font-face", ""]


def test_declarations_keep_semicolons_in_addresses_and_know_what_is_important():
    assert declarations("Color: #FFF !important; background: url(data:a;b); ;x") == (
        Declaration("color", "#FFF", important=True),
        Declaration("background", "url(data:a;b)"),
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [("#ABC", "#aabbcc"), ("#a1b2c3", "#a1b2c3"), ("rgb(1, 2, 255)", "#0102ff"), ("rgb(1 2 3 / 50%)", None),
     ("rgba(0,0,0,1)", "#000000"), ("white", "#ffffff"), ("transparent", None), ("inherit", None)],
)  # fmt: skip
def test_colour_is_read(written, read):
    assert colour(written) == read


def test_background_is_a_colour_among_other_words():
    assert background({"background": "url(a.png) #fff no-repeat"}) == "#ffffff"
    assert background({"background-color": "#000", "background": "#fff"}) == "#000000"
    assert background({"background": "none"}) is None
