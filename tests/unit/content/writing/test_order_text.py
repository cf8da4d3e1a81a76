"""The order of an issue file: where new articles go, and that nothing else of the file changes."""

import pytest
from factories import NOVEMBER
from hypothesis import given
from hypothesis import strategies as st

from digest.content.reading.issue_text import parse_issue_file
from digest.content.writing.order_text import compose_order, merged, with_order
from digest.errors import ContentError

SLUGS = st.lists(st.sampled_from("abcdefgh"), unique=True)
FILE = "articles/2026-11/issue.md"


@pytest.mark.parametrize(
    ("known", "page", "result"),
    [
        ("", "cab", "cab"),
        ("ab", "xab", "xab"),
        ("ab", "axb", "axb"),
        ("ab", "bx", "abx"),
        ("ab", "xyb", "axyb"),
        ("ab", "ba", "ab"),
        ("ab", "xy", "abxy"),
    ],
)
def test_new_article_goes_beside_its_neighbours_of_the_page(known: str, page: str, result: str):
    assert "".join(merged(known, page)) == result


@given(known=SLUGS, page=SLUGS)
def test_nothing_is_lost_doubled_or_moved(known: list[str], page: list[str]):
    result = merged(known, page)

    assert sorted(result) == sorted({*known, *page})
    assert [slug for slug in result if slug in known] == known


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("---\norder: [a]\n---\n", "---\norder: [b, a]\n---\n"),
        ("---\norder:\n- a\n- c\nsubject: x\n---\nHi\n", "---\norder: [b, a]\nsubject: x\n---\nHi\n"),
        ("---\norder:\n  - a\n\n# about it\nsubject: x\n---\n", "---\norder: [b, a]\n\n# about it\nsubject: x\n---\n"),
        ("---\nsubject: x # y\n---\n", "---\nsubject: x # y\norder: [b, a]\n---\n"),
        ("---\r\nsubject: x\r\n---\r\nHi\r\n", "---\r\nsubject: x\r\norder: [b, a]\r\n---\r\nHi\r\n"),
        ("---\n{subject: x}\n---\n", "---\n{subject: x, order: [b, a]}\n---\n"),
        ("---\norder:\nsubject: x\n---\n", "---\norder: [b, a]\nsubject: x\n---\n"),
    ],
)
def test_only_the_order_is_written(before: str, after: str):
    assert with_order(before, ["b", "a"], FILE) == after


def test_new_file_says_the_order():
    assert parse_issue_file(compose_order(["b", "a"]), month=NOVEMBER, file=FILE).order == ("b", "a")


def test_comment_between_the_articles_is_not_lost():
    with pytest.raises(ContentError, match=r"write order: \[b, a\] by hand"):
        with_order("---\norder:\n- a  # the long one\n- c\n---\n", ["b", "a"], FILE)
