"""The lists of all topics, types and authors."""

from factories import make_newsletter, make_taxonomy

from digest.archive.pages.frame import NamedLink, Pages
from digest.archive.pages.listing.directories import authors_page, by_family_name, topics_page, types_page


def pages(language: str = "en") -> Pages:
    return Pages(make_newsletter(), make_taxonomy(), language)


def test_topics_are_in_their_groups_and_by_the_alphabet_of_the_language():
    page = topics_page(pages("fr"), {"training": 3, "gone": 1}, "Sujets", "Tous")

    assert [(group.name, [link.name for link in group.links]) for group in page.groups] == [
        ("Process", ["Empathie", "Adhésion", "Attachement", "Formation"]),
        ("", ["gone"]),
    ]
    assert [(letter.name, [link.name for link in letter.links]) for letter in page.letters] == [
        ("A", ["Adhésion", "Attachement"]),
        ("E", ["Empathie"]),
        ("F", ["Formation"]),
        ("G", ["gone"]),
    ]


def test_topics_have_their_number_of_articles_even_if_that_is_none():
    page = topics_page(pages(), {"training": 3}, "Topics", "All")

    assert [link.count for link in page.groups[0].links] == [0, 0, 0, 3]


def test_types_are_those_of_the_configuration_and_those_that_articles_name():
    page = types_page(pages(), {"case-study": 2}, "Types", "All")

    assert page.links == (
        NamedLink("Survey", "/types/survey/", 0),
        NamedLink("Case study", "/types/case-study/", 2),
    )


def test_authors_are_by_family_name_in_pages():
    authors = {f"author-{n:02}": (f"Author {n:02}", 1) for n in range(60)} | {"dr-zoe-abel": ("Dr. Zoé Âbel, PhD", 4)}

    page = authors_page(pages(), authors, 1, "Authors", "All")
    last = authors_page(pages(), authors, 9, "Authors", "All")

    assert len(page.links) == 50
    assert last.pagination.previous_path == "/authors/"
    assert last.links[-1] == NamedLink("Dr. Zoé Âbel, PhD", "/authors/dr-zoe-abel/", 4)
    assert last.head.canonical == "https://digest.example.org/authors/?page=2"


def test_family_name_is_the_last_word_before_degrees():
    names = ["Dr. Maya Okafor", "Émile Bérubé, M.A.", "Ann Lee", "Luc Bergeron"]

    assert sorted(names, key=by_family_name) == ["Luc Bergeron", "Émile Bérubé, M.A.", "Ann Lee", "Dr. Maya Okafor"]


def test_no_authors_are_an_empty_page():
    page = authors_page(pages(), {}, 3, "Authors", "All")

    assert (page.links, page.pagination.last) == ((), 1)
