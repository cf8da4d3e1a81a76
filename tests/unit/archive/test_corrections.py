"""What is said to have changed in an article."""

import datetime as dt
from dataclasses import replace

from archive_samples import frozen_issue, web_article
from factories import NOON, NOVEMBER
from hypothesis import given
from hypothesis import strategies as st

from digest.archive.corrections.changes import Correction, IssueVersion, Passage, corrections_of
from digest.issue.issue import WebArticle

LATER = NOON + dt.timedelta(days=2)
OLD = web_article(
    "alliance",
    html="<h2>Results</h2><p>The effect was large. It held at follow-up.</p><ul><li>One.</li><li>Two.</li></ul>",
    implications_html="<p>Ask your client.</p>",
    citation="Lee, A. (2020). T.",
)
SENTENCES = st.lists(st.sampled_from(["It rained.", "Nobody came.", "Why not?", "We waited."]), max_size=6)


def corrected(*articles: WebArticle, was_mailed: bool = True) -> tuple[Correction, ...]:
    versions = [
        IssueVersion(frozen_issue(NOVEMBER, article).document, NOON + dt.timedelta(days=number), was_mailed)
        for number, article in enumerate(articles)
    ]
    return corrections_of(versions)


def passages(new: WebArticle) -> tuple[Passage, ...]:
    return tuple(passage for one in corrected(OLD, new) for passage in one.passages)


def test_only_the_sentence_that_changed_is_shown():
    new = replace(OLD, html=OLD.html.replace("large", "small"))

    assert corrected(OLD, new) == (
        Correction(
            "alliance",
            NOON + dt.timedelta(days=1),
            (Passage("The effect was large.", "The effect was small."),),
            OLD,
        ),
    )


def test_title_implications_and_citation_count_and_what_is_added_or_removed():
    new = replace(OLD, title="Another", implications_html="<p>Ask your client. Then wait.</p>", citation=None)

    assert passages(new) == (
        Passage("Alliance", "Another"),
        Passage("", "Then wait."),
        Passage("Lee, A. (2020). T.", ""),
    )


def test_spaces_links_and_topics_are_no_correction():
    html = OLD.html.replace("large.", "large\N{NO-BREAK SPACE}.").replace("One", '<a href="/x">One</a>')

    assert corrected(OLD, replace(OLD, html=html, topics=("training",))) == ()


def test_version_that_was_not_mailed_is_not_shown_as_mailed():
    new = replace(OLD, title="Another")

    assert [one.mailed for one in corrected(OLD, new, was_mailed=False)] == [None]


def test_latest_correction_is_first():
    second, third = replace(OLD, title="Second"), replace(OLD, title="Third")

    assert [one.passages[0].now for one in corrected(OLD, second, second, third)] == ["Third", "Second"]


def test_article_that_is_new_or_gone_is_no_correction():
    assert corrected(OLD, web_article("other")) == ()
    assert corrected(OLD) == ()


@given(SENTENCES, SENTENCES)
def test_passages_lead_from_the_old_text_to_the_new_one(old: list[str], new: list[str]):
    was, now = (replace(OLD, html=f"<p>{' '.join(text)}</p>") for text in (old, new))
    found = [passage for one in corrected(was, now) for passage in one.passages]

    assert bool(found) == (old != new)
    for passage in found:
        assert passage.was in " ".join(old)
        assert passage.now in " ".join(new)
        assert passage.was != passage.now
