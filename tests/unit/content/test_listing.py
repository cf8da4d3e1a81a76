import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.content.listing import Entry, Listing, parse_listing
from digest.content.reading.article_file import parse_article
from digest.content.writing.article_text import add_topics, compose_article
from digest.errors import ContentError
from digest.months import Month
from digest.rendering.markdown import to_html
from digest.topics import Taxonomy, Topic

TAXONOMY = Taxonomy(topics=tuple(Topic(slug, {}) for slug in ("empathy", "training", "attachment")))
PROSE = "An invented team asked whether the thing helps. It did, a little (d = 0.20), and nobody knows why."
ADVICE = "Ask your clients now and then. They know."
CITATION = "Lee, A. B., Ní Roy, C.-D., & van Berg, E. (2021). On things: A study. Journal of Things, 58(1), 10–20."


def parse(*lines: str) -> Listing:
    return parse_listing("\n".join(lines) + "\n", "page.txt")


def titles(listing: Listing) -> list[tuple[str, str]]:
    assert listing.errors == ()
    return [(str(entry.month), entry.title) for entry in listing.entries]


def errors(listing: Listing) -> list[str]:
    return [str(error) for error in listing.errors]


def test_entry_has_all_that_the_page_says():
    listing = parse(
        "Blog", "September 2022", "A Title", CITATION, PROSE, "More.", "Practice Implications", ADVICE, "So."
    )

    assert listing == Listing(
        (Entry(Month(2022, 9), "en", "A Title", CITATION, (PROSE, "More."), (ADVICE, "So."), 3),), ()
    )


def test_month_stands_over_several_articles():
    listing = parse(
        *("September 2022", "Does It Help? It Depends.", PROSE, "Practice Implications", ADVICE),
        *("Another Thing Entirely", PROSE, "Practice Implications", ADVICE),
        *("August 2022", "Third Thing", CITATION, PROSE, "Practice Implications", ADVICE),
    )

    assert titles(listing) == [
        ("2022-09", "Does It Help? It Depends."),
        ("2022-09", "Another Thing Entirely"),
        ("2022-08", "Third Thing"),
    ]
    assert [entry.citation for entry in listing.entries] == [None, None, CITATION]


@pytest.mark.parametrize(
    "title", ["Do Two Things Help Together?", "It Helps, or Does It? It Depends.", "What helps, then?"]
)
def test_title_may_end_like_a_sentence(title):
    listing = parse(
        *("May 2020", "First Thing", PROSE, "Practice Implications", ADVICE),
        *(title, PROSE, "Practice Implications", ADVICE),
    )

    assert titles(listing) == [("2020-05", "First Thing"), ("2020-05", title)]


@pytest.mark.parametrize(
    "citation",
    [
        CITATION,
        "Lee, A. (2020, March 26). On things. Journal of Things. Advance online publication.",
        "Lee, A., & Roy, B. (in press). On things. Journal of Things.",
        "Lee, A. (Ed.). (2019). Things. Press.",
        "Institute of Invented Things. (2018a). A report.",
        "Lee,\N{NO-BREAK SPACE}A. (2021).\N{NO-BREAK SPACE}On “things”: what’s known. Things, 12, e34.",
    ],
)
def test_citation_below_the_title_is_told_from_the_text(citation):
    (entry,) = parse("May 2020", "A Title", citation, PROSE).entries

    assert (entry.citation, entry.body) == (citation, (PROSE,))


@pytest.mark.parametrize(
    "text",
    [
        "In a trial, Lee and Roy (2019). That was the first, and it had few participants. Others followed.",
        "As Lee (2021) has shown, things help. But not always.",
        "Things, as many say (2021). Help.",
    ],
)
def test_text_that_holds_a_year_is_no_citation(text):
    (entry,) = parse("May 2020", "A Title", text).entries

    assert (entry.citation, entry.body) == (None, (text,))


def test_practice_implications_may_be_missing():
    listing = parse("May 2020", "First Thing", PROSE, "Second Thing", CITATION, PROSE, "Third Thing Here", PROSE)

    assert titles(listing) == [("2020-05", "First Thing"), ("2020-05", "Second Thing"), ("2020-05", "Third Thing Here")]
    assert [entry.implications for entry in listing.entries] == [(), (), ()]


def test_french_page_gives_french_articles():
    listing = parse(
        *("août 2021", "L’empathie compte", PROSE, "Implications pour la pratique", ADVICE),
        *("Février\N{NO-BREAK SPACE}2021", "Qu’est-ce qui aide ?", PROSE, "Implications cliniques :", ADVICE),
    )

    assert titles(listing) == [("2021-08", "L’empathie compte"), ("2021-02", "Qu’est-ce qui aide ?")]
    assert {entry.language for entry in listing.entries} == {"fr"}
    assert all(entry.implications == (ADVICE,) for entry in listing.entries)


def test_title_loses_invisible_characters_and_text_loses_none():
    (entry,) = parse("May 2020", "A \u200bTitle\u202e ", "One\N{NO-BREAK SPACE}\u200btwo.").entries

    assert entry.title == "A Title"
    assert entry.body == ("One\N{NO-BREAK SPACE}\u200btwo.",)


def test_navigation_above_the_first_month_is_left_out():
    listing = parse("Blog", "Topics", "- Empathy", "- Training", "This month...", "", "May 2020", "A Title", PROSE)

    assert titles(listing) == [("2020-05", "A Title")]


def test_short_lines_in_the_practice_implications_are_no_titles():
    lines = ("Ask:", "- about empathy", "Ask about the alliance", "Write it down", "Do this each session.")
    (entry,) = parse("May 2020", "A Title", PROSE, "Practice Implications", *lines).entries

    assert entry.implications == lines


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (("May 2020", "Practice Implications", ADVICE), "4: expected an article title here"),
        (("May 2020", CITATION, PROSE), "4: expected an article title here"),
        (("May 2020", PROSE * 3), "4: expected an article title here"),
        (("May 2020", "Just A Title"), "4: 'Just A Title' looks like a title, but no text follows it"),
        (("May 2020", "A Title", "Practice Implications", ADVICE), "4: 'A Title' looks like a title, but no text"),
        (
            ("May 2020", "A Title", PROSE, "Practice Implications", ADVICE, "Practice Implications", ADVICE),
            "8: 'A Title' has two sections on practice implications",
        ),
        (
            ("May 2020", "A Title", "This line breaks off", "and goes on here."),
            "6: this line continues the sentence",
        ),
        (("May 2020",), "3: no article was found below this month"),
    ],
)
def test_block_that_is_not_understood_is_told_and_the_others_are_read(lines, fault):
    listing = parse("", "", *lines, "April 2020", "Good Title", PROSE)

    assert [entry.title for entry in listing.entries] == ["Good Title"]
    assert len(listing.errors) == 1
    assert errors(listing)[0].startswith(f"page.txt:{fault}")


def test_page_without_a_month_is_told():
    (told,) = errors(parse("Blog", "Nothing here."))

    assert told.startswith("page.txt: no month was found in this file: save the page as text")


# Words as a page may hold them, with all that Markdown could mistake for its own.
words = st.sampled_from(
    [
        "Things",
        "*",
        "_so_",
        "#1",
        "1.",
        "-",
        "<b>",
        "AT&T",
        "&amp;",
        "[x](y)",
        "p < .05",
        "“quoted”",
        "été",
        "a\\b",
        "`c`",
        "{{x}}",
    ]
)
sentences = st.lists(words, min_size=1, max_size=12).map(lambda some: f"Then {' '.join(some)} followed.")
starts = st.sampled_from(["", "- ", "# ", "1. ", "> ", "* ", "+ ", "“"])
paragraphs = st.builds(lambda start, some: start + some, starts, sentences)
title_words = st.sampled_from(
    ["Things", "Œuvres", "Empathy", "R&D", "*Bold*", "“Quoted”", "#Five", "{{X}}", "Therapy:", "Yes"]
)
generated = st.builds(
    Entry,
    month=st.builds(Month, st.integers(1990, 2030), st.integers(1, 12)),
    language=st.just("en"),
    title=st.lists(title_words, min_size=2, max_size=8).map(lambda some: f"Some {' '.join(some)} Matter"),
    citation=st.sampled_from([None, CITATION]),
    body=st.lists(paragraphs, min_size=1, max_size=3).map(tuple),
    implications=st.lists(paragraphs, max_size=2).map(tuple),
    line=st.just(0),
)


@given(st.lists(generated, min_size=1, max_size=4))
def test_listing_gives_back_the_entries_that_it_was_written_from(entries):
    lines = [line for entry in entries for line in page_lines(entry)]

    listing = parse(*lines)

    assert listing.errors == ()
    assert [plain(entry) for entry in listing.entries] == [plain(entry) for entry in entries]


@given(generated)
def test_composed_article_loads_and_shows_exactly_the_text(entry):
    text = compose_article(entry, topics=["empathy"], author="Dr. “N”: #1")

    article = parse_article(text, slug="x", month=entry.month, file="x.md", taxonomy=TAXONOMY)

    assert (article.title, article.citation, article.topics) == (entry.title, entry.citation, ("empathy",))
    assert (article.author, article.language) == ("Dr. “N”: #1", "en")
    assert shown(article.body) == list(entry.body)
    assert shown(article.implications or "") == list(entry.implications)


def test_title_that_is_all_in_quotes_keeps_them():
    entry = Entry(Month(2026, 1), "en", "“I Feel Seen”", None, ("The text.",), (), 1)

    text = compose_article(entry, topics=[], author=None)

    article = parse_article(text, slug="x", month=entry.month, file="x.md", taxonomy=TAXONOMY)
    assert article.title == "“I Feel Seen”"


def page_lines(entry: Entry) -> list[str]:
    name = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
    ]
    month = [*name, "December"][entry.month.number - 1]
    citation = [entry.citation] if entry.citation else []
    implications = ["Practice Implications", *entry.implications] if entry.implications else []
    return [f"{month} {entry.month.year}", entry.title, *citation, *entry.body, *implications]


def plain(entry: Entry) -> tuple[object, ...]:
    return (str(entry.month), entry.title, entry.citation, entry.body, entry.implications)


def shown(markdown: str) -> list[str]:
    """The paragraphs that a reader sees."""
    html = to_html(markdown, base_url="https://digest.example.org")
    assert re.sub(r"</?p>", "", html).count("<") == 0
    return [unescape(one) for one in re.findall(r"<p>(.*?)</p>", html, re.DOTALL)]


HEAD = "title: A # no, a comment\nmonth: 2026-11  # here too\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("topics: [empathy]  # note\n", "topics: [empathy, training, attachment]  # note\n"),
        ("topics: []\n", "topics: [training, attachment]\n"),
        ("topics: [\n  empathy, # one\n]\n", "topics: [\n  empathy, training, attachment, # one\n]\n"),
        ('topics: ["empathy"]\n', 'topics: ["empathy", training, attachment]\n'),
        ("topics:\n- empathy # one\nauthor: A\n", "topics:\n- empathy # one\n- training\n- attachment\nauthor: A\n"),
        ("topics:\n    - empathy\n", "topics:\n    - empathy\n    - training\n    - attachment\n"),
        ("topics:\n  - 'empathy'\n\n# end\n", "topics:\n  - 'empathy'\n  - training\n  - attachment\n\n# end\n"),
        ("topics:\nauthor: A\n", "topics: [training, attachment]\nauthor: A\n"),
        ("topics:   # none yet\n", "topics: [training, attachment]   # none yet\n"),
        ("topics: ~\n", "topics: [training, attachment]\n"),
        ("author: A\n", "author: A\ntopics: [training, attachment]\n"),
        ("about: |\n  a\n  b\n", "about: |\n  a\n  b\ntopics: [training, attachment]\n"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_topics_are_added_and_every_other_character_is_kept(before, after, newline, mark):
    def written(head: str) -> str:
        return f"{mark}---\n{HEAD}{head}---\nThe *body*, topics: []\n\ttail  ".replace("\n", newline)

    assert add_topics(written(before), ["training", "attachment"], "x.md") == written(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{title: A, month: 2026-11}\n", "{title: A, month: 2026-11, topics: [training]}\n"),
        ("  title: A\n  month: 2026-11\n", "  title: A\n  month: 2026-11\n  topics: [training]\n"),
    ],
)
def test_topics_are_added_to_front_matter_of_unusual_shape(before, after):
    assert add_topics(f"---\n{before}---\nB.\n", ["training"], "x.md") == f"---\n{after}---\nB.\n"


def test_topics_that_are_no_list_are_left_to_the_editor():
    with pytest.raises(ContentError, match=r"x\.md:2: topics must be a list"):
        add_topics("---\ntopics: empathy\n---\nB.\n", ["training"], "x.md")
