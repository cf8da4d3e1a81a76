"""Saved web pages of blogs: WordPress, Drupal, and pages that mark nothing but headings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.content.html_listing import is_html, parse_html_listing
from digest.content.listing import Entry
from digest.months import Month

CITATION = "Lee, A. B., & Roy, C. (2020). Things in groups. Journal of Things, 58(1), 10–20."
WORDPRESS = f"""<!DOCTYPE html>
<html lang="en-CA"><head><title>Invented blog</title><style>p {{ color: red }}</style></head>
<body class="blog"><nav><ul><li>Menu of March 2018</li></ul></nav>
<main>
<article id="post-7" class="post-7 post type-post hentry category-groups">
<header class="entry-header"><h2 class="entry-title"><a href="/things/">Things in groups</a></h2>
<div class="entry-meta"><span class="posted-on"><time class="entry-date" datetime="2021-05-14T09:00:00-04:00">May 14,
2021</time></span> <span class="byline">by Ann</span></div></header>
<div class="entry-content"><p>{CITATION}</p>
<p>Groups of <em>eight</em>
did well &amp; stayed.<br>They came back.</p><script>track()</script>
<h3>Practice Implications</h3><ul><li>Keep groups small.</li><li>and ask.</li></ul>
<div class="sharedaddy">Share on everything</div></div>
<footer class="entry-footer">Filed under: Groups</footer></article>
<article class="post hentry" lang="fr-CA"><h2 class="entry-title">Le silence</h2>
<time datetime="2020-08-02">2 août 2020</time>
<div class="entry-content"><p>On se tait.</p><h3>Implications pour la pratique</h3><p>Attendre.</p></div></article>
</main><aside><article class="post"><h2>Recent</h2></article></aside></body></html>
"""
DRUPAL = """<html><body><div class="view view-blog"><div class="view-content">
<h3>September 2022</h3>
<div class="views-row views-row-1"><div class="views-field views-field-title"><span class="field-content">
<a href="/node/1">Does it help?</a></span></div>
<div class="views-field views-field-body"><div class="field-content"><p>It did.</p><p><strong>Practice
implications</strong></p><p>Ask.</p></div></div>
<div class="views-field views-field-field-tags">Empathy, Groups</div></div>
<div class="views-row views-row-2"><div class="views-field-title">A second</div>
<div class="views-field-created">Posted on Tuesday, 4 October 2022</div>
<div class="views-field-body">It did not.</div></div>
</div></div></body></html>
"""
HEADINGS = """<html><body><header><h1>Blog</h1></header>
<h2>May 2021</h2><h3>One thing</h3><p>the text.</p><h4>Details</h4><p>More.</p>
<h3>Another thing</h3><p>Text.</p><h4>Practice implications</h4><p>Do it.</p>
<h2>Août&nbsp;2020</h2><h3>Une chose</h3><p>Texte.</p></body></html>
"""


def entries(page: str) -> tuple[Entry, ...]:
    listing = parse_html_listing(page, "page.html")
    assert listing.errors == ()
    return listing.entries


def problems(page: str) -> list[str]:
    return [str(error) for error in parse_html_listing(page, "page.html").errors]


def post(inner: str, head: str = '<h2>Title</h2><time datetime="2021-05-01"></time>') -> str:
    return f"<html><body>\n<article>{head}{inner}</article></body></html>"


def test_wordpress_posts_have_title_date_citation_text_and_implications():
    assert entries(WORDPRESS) == (
        Entry(
            Month(2021, 5),
            "en",
            "Things in groups",
            CITATION,
            ("Groups of eight did well & stayed. They came back.",),
            ("Keep groups small.", "and ask."),
            6,
        ),
        Entry(Month(2020, 8), "fr", "Le silence", None, ("On se tait.",), ("Attendre.",), 15),
    )


def test_rows_of_a_drupal_view_take_their_date_or_the_month_above():
    assert [(one.month, one.title, one.body, one.implications) for one in entries(DRUPAL)] == [
        (Month(2022, 9), "Does it help?", ("It did.",), ("Ask.",)),
        (Month(2022, 10), "A second", ("It did not.",), ()),
    ]


def test_page_without_posts_is_read_by_its_headings():
    assert [(one.month, one.language, one.title, one.body, one.implications) for one in entries(HEADINGS)] == [
        (Month(2021, 5), "en", "One thing", ("the text.", "Details", "More."), ()),
        (Month(2021, 5), "en", "Another thing", ("Text.",), ("Do it.",)),
        (Month(2020, 8), "fr", "Une chose", ("Texte.",), ()),
    ]


def test_article_around_a_whole_listing_is_no_post():
    page = HEADINGS.replace("<body>", '<body><article class="page">').replace("</body>", "</article></body>")

    assert entries(page)[0].title == "One thing"


def test_post_inside_a_row_is_one_article():
    page = DRUPAL.replace('<div class="views-field-body">It', '<article class="node"><p>x</p></article><div>It')

    assert [one.title for one in entries(page)] == ["Does it help?", "A second"]


@pytest.mark.parametrize(
    ("date", "month"),
    [
        ('<time datetime="2019-03-14T10:00:00Z">x</time>', Month(2019, 3)),
        ("<time>March 14, 2019</time>", Month(2019, 3)),
        ('<p class="date">le 1er mai 2019</p>', Month(2019, 5)),
        ('<p class="submitted">Submitted by Ann on 14th March 2019 - 10:00</p>', Month(2019, 3)),
        ('<div class="entry-meta"><span class="published">2019-03-14</span></div>', Month(2019, 3)),
    ],
)
def test_date_may_be_written_in_many_ways(date: str, month: Month):
    (found,) = entries(post("<p>Text.</p>", f"<h2>Title</h2>{date}"))

    assert (found.month, found.body) == (month, ("Text.",))


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        (post("<p>Text.</p>", "<h2>Title</h2>"), "page.html:2: 'Title' has no date: save a listing that shows"),
        (post("<p>Text.</p>", '<h2>T</h2><time datetime="2021-13-01"></time>'), "'T' has no date"),
        (post("<p>Text.</p>", '<time datetime="2021-05-01"></time>'), "page.html:2: this article has no title"),
        (post(""), "page.html:2: 'Title' looks like a title, but no text follows it"),
        (
            post('<p>It <a href="/x">Read more</a></p>'),
            "has only the beginning of 'Title': save the article's own page",
        ),
        (post('<p>It <a class="more-link" href="/x">→</a></p>'), "has only the beginning of 'Title'"),
        (post('<p>Il <a href="/x">Lire la suite »</a></p>'), "has only the beginning of 'Title'"),
        (
            "<html><body><p>Nothing here.</p></body></html>",
            "page.html: no month was found in this file: save a listing",
        ),
        ("", "page.html: this page has no HTML"),
        ("<!-- only a comment -->", "page.html: "),
    ],
)
def test_what_is_not_understood_is_an_error_with_its_line(page: str, problem: str):
    (found,) = problems(page)

    assert problem in found


def test_error_in_one_post_leaves_the_others():
    page = WORDPRESS.replace('datetime="2020-08-02">2 août 2020', ">")
    listing = parse_html_listing(page, "page.html")

    assert [one.title for one in listing.entries] == ["Things in groups"]
    assert len(listing.errors) == 1


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("<p>x", "page.HTM", True),
        ("\ufeff\n<!DOCTYPE HTML>", "page", True),
        ("<html>", "x.txt", True),
        ("May 2021\n", "x.txt", False),
    ],
)
def test_html_is_known_by_its_name_or_its_first_words(text: str, name: str, expected: bool):
    assert is_html(text, name) is expected


@given(st.text(alphabet="<>/ah2p\"=' &;!-\n\0é", max_size=80))
def test_any_text_is_read_or_refused(text: str):
    listing = parse_html_listing(text, "page.html")

    assert listing.entries or listing.errors
