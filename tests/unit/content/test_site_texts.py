"""The texts of the pages "About" and "Privacy"."""

from pathlib import Path

import pytest

from digest.content.site_texts import SitePage, SiteText, SiteTexts, parse_site_text
from digest.errors import ContentError, Place

FILE = "pages/about.en.md"


@pytest.fixture
def texts(tmp_path: Path) -> SiteTexts:
    (tmp_path / "pages").mkdir()
    return SiteTexts(tmp_path / "pages", ("en", "fr"))


def parse(text: str) -> SiteText:
    return parse_site_text(text, SitePage.ABOUT, "en", FILE)


def test_first_heading_of_the_first_level_is_the_title():
    assert parse("\n# How we *work*\n\nWe read.\n") == SiteText(
        SitePage.ABOUT, "en", "How we work", "\nWe read.\n", 3, Place(FILE)
    )


@pytest.mark.parametrize("text", ["We read.\n\n# Later\n", "## Second\n\nWe read.", "We read."])
def test_text_without_such_a_heading_has_no_title(text: str):
    parsed = parse(text)

    assert (parsed.title, parsed.markdown, parsed.line) == ("", text, 1)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, "the file is empty"),
        ("\n \n", 1, "the file is empty"),
        ("---\ntitle: About\n---\nText", 1, "these files have no front matter"),
        ("Text\n\n[here](javascript:alert(1))", 3, "the link 'javascript:alert(1)' is not allowed"),
        ("Text\n\na | b\n--|--\n1 | 2", 3, "tables are not supported"),
        ("Text\nwith \u202e a turn", 2, "U+202E"),
    ],
)
def test_what_would_not_be_shown_is_an_error_with_its_line(text: str, line: int, problem: str):
    with pytest.raises(ContentError, match=rf"{FILE}:{line}: ") as raised:
        parse(text)

    assert problem in str(raised.value)


def test_folder_holds_one_file_for_each_page_and_language(texts: SiteTexts):
    (texts.root / "about.en.md").write_text("# About us\n\nWe read.")
    (texts.root / "privacy.fr.md").write_bytes("\ufeffRien n’est gardé.\r\n".encode())
    (texts.root / ".hidden").write_text("")

    found, errors = texts.load()

    assert errors == ()
    assert [(text.page, text.language, text.title, text.markdown) for text in found] == [
        ("about", "en", "About us", "\nWe read."),
        ("privacy", "fr", "", "Rien n’est gardé.\n"),
    ]
    assert texts.require() == found


def test_folder_need_not_exist(tmp_path: Path):
    assert SiteTexts(tmp_path / "pages", ("en",)).load() == ((), ())


@pytest.mark.parametrize("name", ["about.de.md", "about.md", "abuot.en.md", "About.en.md", "about.en.txt"])
def test_file_with_another_name_is_an_error(texts: SiteTexts, name: str):
    (texts.root / name).write_text("Text")

    found, (error,) = texts.load()

    assert found == ()
    assert str(error).startswith(f"pages/{name}: no page of the site has this name: rename it to one of about.en.md, ")


def test_bad_files_are_errors_and_the_others_load(texts: SiteTexts):
    (texts.root / "about.en.md").write_bytes(b"Text\n\xff")
    (texts.root / "about.fr.md").symlink_to(texts.root / "about.en.md")
    (texts.root / "privacy.en.md").mkdir()
    (texts.root / "privacy.fr.md").write_text("Texte")

    found, errors = texts.load()

    assert [text.place.file for text in found] == ["pages/privacy.fr.md"]
    assert [str(error.place) for error in errors] == ["pages/about.en.md:2", "pages/about.fr.md", "pages/privacy.en.md"]
    with pytest.raises(ContentError, match="not UTF-8"):
        texts.require()
