from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.rendering.markdown import escape, to_html
from digest.rendering.plain import fold, html_to_text, underline

MARKDOWN = dedent(
    """\
    First, see [the study](https://example.org/a) and [the study](https://example.org/a), then <https://example.org/b>.
    2019\\. is no list.

    ## A heading & more

    - one *item* that is so long that it has to be folded, since a line holds seventy-two characters
    - two

      still two

    3. three
       - below three
    4. four

    > Quoted words
    > and more.

    ---

        code  stays
          as it is

    End with  \\
    a break.
    """
)
TEXT = dedent(
    """\
    First, see the study [1] and the study [1], then https://example.org/b.
    2019. is no list.

    A heading & more
    ----------------

    - one *item* that is so long that it has to be folded, since a line
      holds seventy-two characters
    - two

      still two

    3. three
       - below three
    4. four

    > Quoted words and more.

    * * *

        code  stays
          as it is

    End with
    a break.

    [1] https://example.org/a"""
)


def test_markdown_of_every_kind_becomes_a_letter():
    assert html_to_text(to_html(MARKDOWN, base_url="https://digest.example.org")) == TEXT


@given(st.text(alphabet="ab1.-+*#>_[](){}<>&%\\` \n", max_size=60))
def test_plain_words_come_out_as_they_went_in(text):
    html = to_html(escape(text), base_url="https://digest.example.org")

    assert html_to_text(html).split() == text.split()


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", ""),
        ("<p></p>", ""),
        ("<ol><li>a</li></ol>", "1. a"),
        ('<p><a href="mailto:a@example.org">a@example.org</a></p>', "a@example.org"),
        ("<p><a>no address</a></p>", "no address"),
        ("<ul><li><ul><li>deep</li></ul></li></ul>", "  - deep"),
        ("<ul><li><blockquote><p>said</p></blockquote></li></ul>", "- > said"),
    ],
)
def test_corner_cases_have_no_residue(html, expected):
    assert html_to_text(html) == expected


@given(st.text(alphabet="a1.-#>[](<> \n\t", max_size=40))
def test_every_markdown_has_a_text(markdown):
    text = html_to_text(to_html(markdown, base_url="https://digest.example.org"))

    assert text == text.rstrip("\n")


def test_folding_leaves_long_words_and_no_break_spaces_whole():
    address = "https://example.org/" + "x" * 80

    assert fold(f"see {address} now") == f"see\n{address}\nnow"
    assert "a\u00a0b" in fold(f"{'x ' * 35}a\u00a0b")


def test_underline_is_as_long_as_the_longest_line():
    assert underline("Title\nof two", "=") == "Title\nof two\n======"
