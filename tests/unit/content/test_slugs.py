import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.content.slugs import slug_fault, slug_for


@pytest.mark.parametrize("slug", ["a", "2021", "empathy-matters", "x" * 100])
def test_good_slug_has_no_fault(slug):
    assert slug_fault(slug) is None


@pytest.mark.parametrize(
    "slug",
    [
        "", "A", "a--b", "-a", "a-", "a_b", "a b", "a.b", "é", "..", "../../etc/passwd", "%2e%2e", "/etc/passwd", "a\n",
        "con", "nul", "com1", "lpt9", "issue", "x" * 101, "x" * 300,
    ],
)  # fmt: skip
def test_bad_slug_has_a_fault(slug):
    assert slug_fault(slug)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Is the Alliance Therapeutic? It Depends.", "is-the-alliance-therapeutic-it-depends"),
        ("Étude : l’œuvre & l’été", "etude-loeuvre-lete"),
        ("CON", "con-article"),
        ("Issue", "issue-article"),
        ("🙂", "article"),
    ],
)
def test_slug_is_made_from_a_title(title, slug):
    assert slug_for(title) == slug


def test_long_title_is_cut_at_a_word():
    assert slug_for("abcdefg " * 20) == "-".join(["abcdefg"] * 10)


@given(st.text())
def test_slug_made_from_any_text_is_good(text):
    assert slug_fault(slug_for(text)) is None
