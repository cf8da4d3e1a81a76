"""Where the parts of an article are written."""

from factories import make_article

from digest.content.body import link_faults


def test_key_without_a_line_of_its_own_is_placed_at_the_top_of_the_file():
    article = make_article(lines={"title": 3})

    assert [article.at(key).line for key in ("title", "topics")] == [3, 1]
    assert article.at("topics").file == article.place.file


def test_link_that_must_not_be_mailed_is_found_at_its_line():
    text = "[fine](https://example.org)\n\n[local](file:///etc/passwd) and [page](/2026-10/)"
    [fault] = link_faults(text, 7, "articles/2026-11/one.md")

    assert str(fault.place) == "articles/2026-11/one.md:9"
    assert "file:///etc/passwd" in fault.problem
