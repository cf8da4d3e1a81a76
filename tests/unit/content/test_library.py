import os
from pathlib import Path

import pytest

from digest.content.issue_file import IssueFile
from digest.content.library import Library, read_source
from digest.errors import ContentError
from digest.months import Month
from digest.topics import Taxonomy, Topic

TAXONOMY = Taxonomy(topics=(Topic("empathy", {"en": "Empathy"}),))
NOVEMBER = Month(2026, 11)
GOOD = "---\ntitle: A title\nmonth: 2026-11\n---\nThe body.\n"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    (tmp_path / "articles" / "2026-11").mkdir(parents=True)
    return Library(tmp_path / "articles", TAXONOMY)


def put(library: Library, name: str, data: str | bytes = GOOD) -> Path:
    path = library.root / "2026-11" / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def slugs(library: Library) -> list[str]:
    return [article.slug for article in library.load(NOVEMBER).articles]


def faults(library: Library) -> list[str]:
    return [str(error) for error in library.load(NOVEMBER).errors]


def names(library: Library, month: str) -> list[str]:
    return [path.name for path in (library.root / month).iterdir()]


def test_months_are_the_folders_named_so(library: Library):
    for name in ("2025-01", "2026-13", "drafts", ".git"):
        (library.root / name).mkdir()

    assert library.months() == (Month(2025, 1), NOVEMBER)


def test_what_is_no_month_is_told(library: Library):
    (library.root / "2026-13").mkdir()
    (library.root / "notes.md").write_text("x")
    (library.root / ".hidden").write_text("x")
    (library.root / "2026-10").symlink_to(library.root / "2026-11")

    assert [str(error) for error in library.strays()] == [
        (
            "articles/2026-10: this is a symbolic link, and digest does not follow links: "
            "replace the link with the file or folder itself"
        ),
        "articles/2026-13: the folder name is not a month: rename it to YYYY-MM, such as 2026-11",
        "articles/notes.md: the file is not in a month folder: move it into a folder such as 2026-11, or out of here",
    ]


def test_missing_folder_has_no_months_and_is_told(tmp_path: Path):
    library = Library(tmp_path / "articles", TAXONOMY)

    assert library.months() == ()
    assert [str(error) for error in library.strays()] == [
        "articles: the folder does not exist: create it, or fix content.articles in the configuration"
    ]


def test_month_without_a_folder_has_no_articles(library: Library):
    loaded = library.load(Month(2026, 1))

    assert (loaded.articles, loaded.file, loaded.errors) == ((), IssueFile(Month(2026, 1)), ())


def test_articles_are_loaded_by_slug_and_the_issue_file_apart(library: Library):
    put(library, "b.md")
    put(library, "a.md")
    put(library, "issue.md", "---\nsubject: What helps\norder: [b]\n---\n")

    loaded = library.load(NOVEMBER)

    assert slugs(library) == ["a", "b"]
    assert (loaded.file.subject, loaded.file.order, loaded.errors) == ("What helps", ("b",), ())


def test_bad_file_is_told_and_the_others_load(library: Library):
    put(library, "a.md", "no front matter")
    put(library, "b.md", "---\ntitle: B\nmonth: 2026-11\nfoo: 1\ntopics: [bar]\n---\nB.\n")
    put(library, "c.md")
    put(library, "issue.md", "---\nsubjct: x\n---\n")

    assert slugs(library) == ["c"]
    assert [fault.split(": ")[0] for fault in faults(library)] == [
        "articles/2026-11/a.md:1",
        "articles/2026-11/b.md:4",
        "articles/2026-11/b.md:5",
        "articles/2026-11/issue.md:2",
    ]


def test_order_that_names_no_article_is_told(library: Library):
    put(library, "a.md", "broken, but there")
    put(library, "issue.md", "---\nsubject: S\norder: [a, b]\n---\n")

    assert faults(library)[1:] == [
        "articles/2026-11/issue.md:3: the order lists 'b', but there is no such article: fix it or remove it"
    ]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("My Article.md", "may contain only a-z, 0-9 and single hyphens before .md: rename it to my-article.md"),
        ("%2e%2e.md", "may contain only a-z, 0-9 and single hyphens before .md: rename it to 2e-2e.md"),
        ("été.md", "may contain only a-z, 0-9 and single hyphens before .md: rename it to ete.md"),
        ("con.md", "is reserved by Windows: rename it to con-article.md"),
        ("x" * 200 + ".md", f"has 200 characters before .md, more than 100: rename it to {'x' * 80}.md"),
        ("a.MD", "ends in upper-case letters: rename it to a.md"),
    ],
)
def test_name_that_can_be_no_address_is_told_with_a_better_one(library: Library, name, fault):
    put(library, name)

    assert slugs(library) == []
    assert faults(library) == [f"articles/2026-11/{name}: the file name {fault}"]


@pytest.mark.parametrize(("first", "second"), [("A.md", "a.md"), ("x.MD", "x.md")])
def test_names_that_differ_only_in_case_are_told(library: Library, first, second):
    put(library, first)
    put(library, second)

    assert slugs(library) == [second.removesuffix(".md")]
    (told,) = faults(library)
    assert told.startswith(f"articles/2026-11/{first}: the name differs from {second} only in upper and lower case: ")


def test_issue_file_in_another_spelling_is_told(library: Library):
    put(library, "Issue.md")

    assert faults(library) == ["articles/2026-11/Issue.md: the issue file's name is misspelled: rename it to issue.md"]


def test_text_that_was_not_saved_as_markdown_is_told(library: Library):
    put(library, "notes on things.txt")
    put(library, "a.markdown")
    put(library, "picture.png", b"\x89PNG")
    put(library, ".a.md.swp")

    markdown, text = faults(library)
    assert markdown.startswith("articles/2026-11/a.markdown: digest does not read .markdown files: ")
    assert text.startswith("articles/2026-11/notes on things.txt: digest does not read .txt files: ")
    assert text.endswith("save it as Markdown in notes-on-things.md")


def test_symbolic_link_is_not_followed(library: Library, tmp_path: Path):
    outside = tmp_path / "secret.md"
    outside.write_text(GOOD)
    put(library, "b.md")
    (library.root / "2026-11" / "a.md").symlink_to(outside)
    (library.root / "2026-11" / "c.md").symlink_to("b.md")

    assert slugs(library) == ["b"]
    assert [fault.split(":")[0] for fault in faults(library)] == ["articles/2026-11/a.md", "articles/2026-11/c.md"]
    assert "symbolic link" in faults(library)[0]


def test_symbolic_link_to_a_month_is_not_followed(library: Library, tmp_path: Path):
    put(library, "a.md")
    (library.root / "2026-10").symlink_to(library.root / "2026-11")

    loaded = library.load(Month(2026, 10))

    assert loaded.articles == ()
    assert "symbolic link" in str(loaded.errors[0])
    with pytest.raises(ContentError, match="symbolic link"):
        library.create(Month(2026, 10), "b", GOOD)


def test_fifo_and_folder_with_an_articles_name_are_told_and_not_opened(library: Library):
    os.mkfifo(library.root / "2026-11" / "a.md")
    (library.root / "2026-11" / "b.md").mkdir()

    assert slugs(library) == []
    assert faults(library) == [
        "articles/2026-11/a.md: this is not a regular file: remove it or rename it",
        "articles/2026-11/b.md: this is not a regular file: remove it or rename it",
    ]


def test_file_beyond_the_limit_is_told(library: Library):
    put(library, "a.md", GOOD + "x" * 256 * 1024)
    put(library, "b.md", GOOD + "x" * 20_000_000)

    assert faults(library) == [
        "articles/2026-11/a.md: the file is larger than 256 KiB: shorten it",
        "articles/2026-11/b.md: the file is larger than 256 KiB: shorten it",
    ]


def test_only_the_first_thousand_articles_are_read(library: Library):
    for number in range(1003):
        put(library, f"a{number:04d}.md", "x")

    loaded = library.load(NOVEMBER)

    assert str(loaded.errors[0]) == (
        "articles/2026-11: there are 1003 articles, and only the first 1000 are read: move the others to another folder"
    )
    assert len(loaded.errors) == 1001


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (GOOD.encode("utf-16"), ":1: the file is encoded as UTF-16"),
        (GOOD.encode() + b"caf\xe9\n", ":6: byte 0xe9 is not UTF-8"),
        (GOOD.encode() + b"\n\0", ":7: the file contains a NUL byte"),
    ],
)
def test_what_is_no_utf_8_text_is_told_with_its_line(library: Library, data, fault):
    put(library, "a.md", data)

    assert faults(library)[0].startswith(f"articles/2026-11/a.md{fault}")


def test_byte_order_mark_and_windows_line_ends_are_kept_in_the_source(library: Library):
    text = "\ufeff" + GOOD.replace("\n", "\r\n")
    put(library, "a.md", text)

    (article,) = library.load(NOVEMBER).articles

    assert (article.title, article.body, article.source) == ("A title", "The body.", text)
    assert library.text(NOVEMBER, "a") == text


def test_text_of_an_article_that_is_not_there_is_none(library: Library):
    assert library.text(NOVEMBER, "a") is None


def test_created_article_is_written_as_it_is(library: Library):
    library.create(Month(2027, 1), "a", "é\r\n")

    assert (library.root / "2027-01" / "a.md").read_bytes() == "é\r\n".encode()
    assert names(library, "2027-01") == ["a.md"]


def test_create_never_overwrites(library: Library):
    put(library, "a.md", "mine")

    with pytest.raises(ContentError, match=r"articles/2026-11/a\.md: the file already exists"):
        library.create(NOVEMBER, "a", GOOD)
    assert names(library, "2026-11") == ["a.md"]
    assert (library.root / "2026-11" / "a.md").read_text() == "mine"


@pytest.mark.parametrize("slug", ["../../etc/passwd", "%2e%2e", "/etc/passwd", "CON", "a/b", "x" * 300, "issue"])
def test_slug_can_not_lead_elsewhere(library: Library, slug):
    with pytest.raises(ContentError, match="the file name"):
        library.create(NOVEMBER, slug, GOOD)
    with pytest.raises(ContentError, match="the file name"):
        library.replace(NOVEMBER, slug, GOOD)


def test_replaced_article_keeps_its_permissions(library: Library):
    put(library, "a.md").chmod(0o640)

    library.replace(NOVEMBER, "a", "other\r\n")

    assert (library.root / "2026-11" / "a.md").read_bytes() == b"other\r\n"
    assert (library.root / "2026-11" / "a.md").stat().st_mode & 0o777 == 0o640
    assert names(library, "2026-11") == ["a.md"]


def test_source_is_read_with_plain_line_ends(tmp_path: Path):
    (tmp_path / "page.txt").write_bytes("\ufeffé\r\nb\r".encode())

    assert read_source(tmp_path / "page.txt") == "é\nb\n"


def test_source_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(ContentError, match=r"page\.txt: the file does not exist"):
        read_source(tmp_path / "page.txt")


def test_source_that_is_a_folder_is_told(tmp_path: Path):
    with pytest.raises(ContentError, match="this is not a regular file"):
        read_source(tmp_path)


def test_examples_of_the_documentation_load(library: Library):
    page = Path(__file__).parents[3] / "docs" / "articles.md"
    examples = page.read_text(encoding="utf-8").split("```markdown\n")[1:]
    article, issue, bilingual = (example.split("```")[0] for example in examples)
    topics = ("alliance-and-therapeutic-relationship", "therapist-factors")
    documented = Library(library.root, Taxonomy(topics=tuple(Topic(slug, {}) for slug in topics)))
    put(library, "therapist-empathy.md", article)
    put(library, "issue.md", issue)

    loaded = documented.load(NOVEMBER)
    put(library, "issue.md", bilingual)
    again = documented.load(NOVEMBER)

    assert loaded.errors == again.errors == ()
    assert loaded.articles[0].implications == "What a clinician can do with it."
    assert again.file.wording("fr").subject == "Ce qu’apporte le thérapeute"
    assert loaded.file.order == ("therapist-empathy",)
