"""The checks of the pages "About" and "Privacy"."""

from digest.content.site_texts import SitePage, parse_site_text
from digest.issue.checks.files.site_texts import site_text_findings


def found(*texts: tuple[str, str], languages: tuple[str, ...] = ("en", "fr")) -> list[str]:
    parsed = [parse_site_text(text, SitePage.ABOUT, language, f"pages/about.{language}.md") for language, text in texts]
    return [f"{finding.place} {finding.code}" for finding in site_text_findings(parsed, languages)]


def test_sound_texts_have_no_finding():
    assert found(("en", "# About\n\nSee [our method](/topics/)."), ("fr", "# À propos\n\nEn clair.")) == []


def test_links_unfinished_text_and_french_spaces_are_found_on_their_line():
    english = "# About\n\nRead [more](https://example.org/).\n\nTODO write this.\n\n[Method](http://example.org/)"
    french = "Bonjour !"

    assert found(("en", english), ("fr", french)) == [
        "pages/about.en.md:3 vague-link",
        "pages/about.en.md:7 insecure-link",
        "pages/about.en.md:5 leftover-placeholder",
        "pages/about.fr.md:1 french-typography",
    ]


def test_page_that_lacks_a_language_is_found():
    assert found(("fr", "Texte.")) == ["pages/about.fr.md missing-language"]
    assert found(("fr", "Texte."), languages=("fr",)) == []
    assert found() == []
