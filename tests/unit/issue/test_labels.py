"""What an issue is about, in the words of one language."""

from services.site import make_renderer

from digest.issue.labels import Labelled, labels_of

ENGLISH = make_renderer().translations("en").ngettext


def listed(*articles: Labelled, language: str = "en") -> list[str]:
    return list(labels_of(articles, language).shorter(language, ENGLISH))


def test_phrases_are_joined_and_get_shorter():
    articles = [Labelled(about, "T", "fr") for about in ("trust.", "sleep", "grief")]

    assert listed(*articles) == ["trust, sleep, and grief", "trust and 2 other studies", ""]


def test_titles_stand_in_for_phrases_only_if_all_are_in_the_language():
    assert listed(Labelled("", "Why?", "en"), Labelled("x", "Who", "en-GB")) == ["Why? · Who", ""]
    assert listed(Labelled("", "Why?", "en"), Labelled("x", "Qui", "fr")) == ["", ""]
