"""The pages that say what the newsletter is and what is kept."""

from factories import make_newsletter, make_taxonomy

from digest.archive.pages.about import Holdings, OwnText, SiteFacts, SiteTextPage, site_text_page
from digest.archive.pages.frame import Pages
from digest.content.site_texts import SitePage, parse_site_text

BUILT_IN = ("About this newsletter", "What it is.")


def page(language: str, **texts: str) -> SiteTextPage:
    parsed = [parse_site_text(text, SitePage.ABOUT, code, f"pages/about.{code}.md") for code, text in texts.items()]
    pages = Pages(make_newsletter(), make_taxonomy(), language)
    return site_text_page(pages, SitePage.ABOUT, BUILT_IN, parsed, SiteFacts(), Holdings())


def test_without_own_text_the_page_is_built_in():
    built_in = page("en")

    assert built_in.own is None
    assert (built_in.head.title, built_in.head.description) == BUILT_IN
    assert built_in.head.canonical == "https://digest.example.org/about/"


def test_own_text_is_shown_with_its_title_and_headings_below_it():
    own = page(
        "fr", en="English", fr='# Notre "travail"\n\nNous lisons.\n\n# Méthode\n\n### Détail\n\n[Thèmes](/topics/)'
    )

    assert own.head.title == "Notre «\u00a0travail\u00a0»"
    assert own.head.description == "Nous lisons. Méthode Détail Thèmes"
    assert own.own is not None
    assert own.own.language == "fr"
    assert "<h2>Méthode</h2>" in own.own.html
    assert "<h3>Détail</h3>" in own.own.html
    assert '<a href="https://digest.example.org/topics/">' in own.own.html


def test_text_in_another_language_is_shown_rather_than_the_built_in_one():
    assert page("fr", en="We read.").own == OwnText("<p>We read.</p>", "en")


def test_own_text_without_title_keeps_the_built_in_title():
    assert page("en", en="We read.").head.title == "About this newsletter"


def test_markup_in_own_text_is_shown_as_text():
    own = page("en", en="<script>alert(1)</script>")

    assert own.own is not None
    assert "<script" not in own.own.html
