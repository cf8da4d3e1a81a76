"""Topics, types and years as ways into the archive."""

from factories import make_newsletter, make_taxonomy

from digest.archive.pages.entry_points import LinkGroup, topic_groups, type_links, year_links
from digest.archive.pages.frame import NamedLink, Pages

PAGES = Pages(make_newsletter(), make_taxonomy(), "en")


def test_topics_are_in_the_groups_and_the_order_of_the_configuration():
    assert topic_groups(PAGES, {"training": 2, "empathy": 5}) == (
        LinkGroup(
            "Process",
            (NamedLink("Empathy", "/topics/empathy/", 5), NamedLink("Training", "/topics/training/", 2)),
        ),
    )


def test_topics_that_are_no_longer_configured_come_last_without_a_group():
    assert [group.name for group in topic_groups(PAGES, {"gone": 1, "empathy": 1})] == ["Process", ""]


def test_types_that_are_not_configured_come_last():
    links = type_links(PAGES, {"case-study": 1, "survey": 2})

    assert links == (NamedLink("Survey", "/types/survey/", 2), NamedLink("Case study", "/types/case-study/", 1))


def test_years_have_the_number_of_their_issues():
    assert year_links(PAGES, {2026: 11})[0] == NamedLink("2026", "/2026/", 11)
