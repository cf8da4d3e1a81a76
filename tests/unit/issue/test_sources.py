"""Which file or setting has changed."""

from dataclasses import replace

import pytest
from factories import NOVEMBER, make_article, make_issue, make_taxonomy

from digest.content.issue_file import IssueFile
from digest.errors import Place
from digest.issue.sources import differences, is_setting, sources_of
from digest.topics import Term

FIRST, SECOND = make_article("first"), make_article("second", research_type="survey")
ISSUE = replace(make_issue(FIRST, SECOND), taxonomy=make_taxonomy())
FILE = IssueFile(NOVEMBER, place=Place("articles/2026-11/issue.md"), source="subject: x")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (replace(ISSUE, articles=(FIRST,)), ["articles/2026-11/second.md removed"]),
        (
            replace(ISSUE, articles=(replace(FIRST, source="other"), SECOND)),
            ["articles/2026-11/first.md changed"],
        ),
        (replace(ISSUE, file=FILE), ["articles/2026-11/issue.md added"]),
        (
            replace(ISSUE, newsletter=replace(ISSUE.newsletter, from_name="X", title={"en": "Y"})),
            ["newsletter.from.name changed", "newsletter.title changed"],
        ),
        (
            replace(ISSUE, taxonomy=replace(make_taxonomy(), topics=make_taxonomy().topics[1:])),
            ["the name of topic empathy changed"],
        ),
        (
            replace(ISSUE, taxonomy=replace(make_taxonomy(), research_types=(Term("survey", {"fr": "Enquête"}),))),
            ["the name of research type survey changed"],
        ),
        (ISSUE, []),
    ],
)
def test_each_difference_is_named(changed, said):
    found = differences(sources_of(ISSUE), sources_of(changed))

    assert list(found) == said
    assert bool(found) == (changed.source_hash != ISSUE.source_hash)


def test_settings_are_told_from_files():
    assert is_setting("newsletter.title changed")
    assert is_setting("the name of topic empathy changed")
    assert not is_setting("articles/2026-11/first.md changed")
