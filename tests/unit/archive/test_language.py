"""Which language a page speaks."""

import pytest

from digest.archive.language import choose, language_name


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("fr-CA,fr;q=0.9,en;q=0.5", "fr"),
        ("en;q=0.5,fr;q=0.9", "fr"),
        ("de,es", "en"),
        ("de,fr;q=0.1", "fr"),
        ("fr;q=0", "en"),
        ("fr;q=nonsense,*", "en"),
        (",;=,\x00", "en"),
        ("de," * 1000 + "fr", "en"),
    ],
)
def test_browser_chooses_among_the_newsletters_languages(accept: str, language: str):
    assert choose(accept, ("en", "fr")) == language


def test_language_asked_for_in_the_address_wins():
    assert choose("en", ("en", "fr"), asked="fr") == "fr"


@pytest.mark.parametrize("asked", ["de", "", "FR", "fr\r\n"])
def test_language_that_is_not_offered_counts_as_not_asked_for(asked: str):
    assert choose("en", ("en", "fr"), asked=asked) == "en"


def test_language_is_called_what_its_speakers_call_it():
    assert [language_name("en"), language_name("fr")] == ["English", "Français"]
