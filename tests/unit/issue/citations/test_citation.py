"""The citation: escaped, with its DOI as a link."""

import pytest
from mail_samples import make_article

from digest.content.article import Study
from digest.issue.citations.citation import citation_html, citation_language, citation_text, doi_of, doi_url


@pytest.mark.parametrize(
    ("citation", "expected"),
    [
        ("A. https://doi.org/10.1000/xyz", 'A. <a href="https://doi.org/10.1000/xyz">https://doi.org/10.1000/xyz</a>'),
        ("A. doi:10.1000/xyz.", 'A. <a href="https://doi.org/10.1000/xyz">doi:10.1000/xyz</a>.'),
        (
            "(http://dx.doi.org/10.1000/a(1)b)",
            '(<a href="https://doi.org/10.1000/a(1)b">http://dx.doi.org/10.1000/a(1)b</a>)',
        ),
        ("A. DOI 10.1000/xyz", 'A. <a href="https://doi.org/10.1000/xyz">DOI 10.1000/xyz</a>'),
        (
            "A. doi: https://doi.org/10.1000/a%3Cb",
            'A. <a href="https://doi.org/10.1000/a%3Cb">doi: https://doi.org/10.1000/a%3Cb</a>',
        ),
        ("A. www.doi.org/10.1000/xyz", 'A. <a href="https://doi.org/10.1000/xyz">www.doi.org/10.1000/xyz</a>'),
        ("Tom & <b>Ann</b>", "Tom &amp; &lt;b&gt;Ann&lt;/b&gt;"),
        ('10.1000/x"onclick', '<a href="https://doi.org/10.1000/x">10.1000/x</a>&quot;onclick'),
        ("No number", "No number"),
    ],
)
def test_citation_is_escaped_and_its_doi_linked(citation, expected):
    assert citation_html(make_article(citation=citation)) == expected


def test_doi_of_the_study_is_added_to_a_citation_without_one():
    article = make_article(citation="Lee, A. (2021). A study.", study=Study("A study", doi="10.1000/abc"))

    assert citation_text(article) == "Lee, A. (2021). A study. https://doi.org/10.1000/abc"


def test_doi_is_the_study_s_own_or_the_citation_s():
    assert doi_of(make_article(study=Study("A", doi="https://doi.org/10.1000/abc"))) == "10.1000/abc"
    assert doi_of(make_article()) == "10.1000/xyz123"
    assert doi_of(make_article(study=Study("A", doi="DOI: http://dx.doi.org/10.1000/abc"))) == "10.1000/abc"
    assert doi_of(make_article(citation="A. https://doi.org/10.1000/a%3Cb.")) == "10.1000/a<b"
    assert doi_of(make_article(citation=None)) is None


def test_doi_address_is_percent_encoded():
    assert doi_url("10.1000/a<b>é") == "https://doi.org/10.1000/a%3Cb%3E%C3%A9"


def test_without_citation_there_is_none():
    assert citation_html(make_article(citation=None, study=Study("A", doi="10.1000/abc"))) is None


HAYES = (
    "Hayes, J. A. (2018). Countertransference management and effective psychotherapy. Psychotherapy, 55(4), 496–507."
)
ROY = "Roy, C., & de la Cruz, O. (2020). L’alliance dans la thérapie de couple. Revue de psychologie, 2(1), 3–9."


@pytest.mark.parametrize(
    ("citation", "language", "expected"),
    [
        (HAYES, "fr", "en"),
        (HAYES, "en", "en"),
        (HAYES, "en-CA", "en-CA"),
        (ROY, "en", "fr"),
        (ROY, "fr-CA", "fr-CA"),
        ("Lee, A., & de la Cruz, O. (2020). Alliance. Psychotherapy, 1, 2.", "fr", "fr"),
        ("Lee, A. (2020). Alliance. Psychotherapy, 1, 2.", "de", "de"),
    ],
)
def test_language_of_a_citation_is_told_by_its_words(citation, language, expected):
    assert citation_language(make_article(citation=citation, language=language)) == expected


def test_language_of_the_study_decides_over_the_words():
    article = make_article(citation=HAYES, study=Study("A", language="de"), language="fr")

    assert citation_language(article) == "de"


@pytest.mark.parametrize(
    ("citation", "expected"),
    [
        ("A. *Journal, 1*(2), 3.", "A. <em>Journal, 1</em>(2), 3."),
        ("A. **Book** _by_ B.", "A. <strong>Book</strong> <em>by</em> B."),
        ("p * q, 2 * 3, a_b_c", "p * q, 2 * 3, a_b_c"),
        (r"A \*star\*", "A *star*"),
        ("A *lone star", "A *lone star"),
        ("*<b>&*", "<em>&lt;b&gt;&amp;</em>"),
        ("[a](https://example.org) `b`", "[a](https://example.org) `b`"),
        (
            "*See doi:10.1000/a_b_*",
            '<em>See <a href="https://doi.org/10.1000/a_b_">doi:10.1000/a_b_</a></em>',
        ),
        (
            "*J.* https://doi.org/10.1000/_a_*b*c",
            '<em>J.</em> <a href="https://doi.org/10.1000/_a_%2Ab%2Ac">https://doi.org/10.1000/_a_*b*c</a>',
        ),
    ],
)
def test_emphasis_in_a_citation_is_rendered_and_nothing_else_of_markdown(citation, expected):
    assert citation_html(make_article(citation=citation)) == expected


def test_composed_citation_with_a_star_in_its_title_is_shown_as_it_is():
    article = make_article(citation="Lee. A *-algebra, a *b*.", citation_html="Lee. <i>A *-algebra, a *b*.</i>")

    assert citation_text(article) == "Lee. A *-algebra, a *b*."
    assert citation_html(article) == "Lee. <i>A *-algebra, a *b*.</i>"


def test_doi_at_the_end_of_emphasis_is_without_the_sign():
    article = make_article(citation="*Lee, A. doi:10.1000/abc*", study=None)

    assert doi_of(article) == "10.1000/abc"


def test_long_citation_of_stars_is_read_quickly_enough_to_be_read_at_all():
    assert citation_html(make_article(citation="*a " * 10_000 + "* _b" * 10_000)) is not None
