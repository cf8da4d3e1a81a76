from dataclasses import replace

from archive_samples import cited, web_article

from digest.archive.citing.metas import CARD_SIZE, Meta, PageCard, card_metas, citation_metas
from digest.archive.citing.own_citation import own_citation
from digest.archive.citing.people import Person
from digest.archive.citing.reference import Reference, ReferenceKind
from digest.months import Month


def test_chapter_names_its_book_and_editors():
    metas = citation_metas(
        Reference(
            ReferenceKind.CHAPTER,
            "A chapter",
            (Person("Lee", "A."), Person("Roy", "B.")),
            (Person("Gray", "C."),),
            2020,
            "A book",
            "A press",
            pages="7",
            summaries=("https://digest.example.org/2026-11/a/",),
        )
    )

    assert [(meta.name, meta.content) for meta in metas] == [
        ("citation_title", "A chapter"),
        ("citation_author", "Lee, A."),
        ("citation_author", "Roy, B."),
        ("citation_editor", "Gray, C."),
        ("citation_publication_date", "2020"),
        ("citation_inbook_title", "A book"),
        ("citation_publisher", "A press"),
        ("citation_firstpage", "7"),
        ("citation_abstract_html_url", "https://digest.example.org/2026-11/a/"),
    ]


def test_text_of_a_citation_is_no_title():
    assert citation_metas(Reference(ReferenceKind.OTHER, "Lee A (2019) Change.", doi="10.1000/x")) == ()


def test_card_says_nothing_that_is_not_known():
    card = PageCard(
        "A", "", "https://x.example/a/", "D", "fr-CA", "2026-11", "", (), "https://x.example/c.png", "A · D"
    )

    metas = card_metas(card)

    assert "author" not in {meta.name for meta in metas}
    assert "og:description" not in {meta.name for meta in metas}
    assert Meta("og:locale", "fr_CA", "property") in metas
    assert Meta("og:locale", "en_US", "property") in card_metas(replace(card, language="en"))
    assert "og:locale" not in {meta.name for meta in card_metas(replace(card, language="de"))}
    assert Meta("og:image:width", str(CARD_SIZE[0]), "property") in metas


def cite(**changes: object) -> str:
    article = web_article("a", **changes)
    return str(own_citation(cited(article, Month(2026, 4))))


def test_summary_is_cited_in_its_language():
    assert cite(title="Does it work?", author="Maya Okafor") == (
        "Maya Okafor (2026, April). Does it work? <i>The Digest</i>. https://digest.example.org/2026-04/a/"
    )
    assert cite(title="L’été", author="Luc Bergeron", language="fr-CA") == (
        "Luc Bergeron (2026, avril). L’été. <i>The Digest</i>. https://digest.example.org/2026-04/a/"
    )


def test_summary_without_an_author_begins_with_its_title():
    assert cite(title="A <b>").startswith("A &lt;b&gt;. (2026, April). <i>")
