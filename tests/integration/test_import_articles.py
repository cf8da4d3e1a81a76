from collections.abc import Sequence
from pathlib import Path

import pytest
from factories import make_newsletter

from digest.content.library import Library
from digest.errors import DigestError
from digest.issue.newsletter import IssueRules
from digest.months import Month
from digest.pipeline.issue.files import Files
from digest.pipeline.issue.import_articles import ArticleImportReport, import_articles
from digest.topics import Taxonomy, Topic

TAXONOMY = Taxonomy(
    topics=(
        Topic("empathy", {"en": "Empathy", "fr": "Empathie"}),
        Topic("adherence", {"en": "Adherence"}, aliases=("Adherance",)),
    )
)
BODY = "An invented team asked whether the thing helps. It did (d = 0.20), for *some* of the 120 people. " * 3
PAGE = f"""Invented blog
Topics
- Empathy
- Adherance
September 2022
Does the Thing Help? It Depends.
{BODY}
Practice Implications
Ask clients “what helps”, and write it down.
A Second Thing: What Helps Whom?
{BODY}
Practice Implications
Not much.
May 2021
Things in Groups
Lee, A. B., & Roy, C. (2020, March 26). Things – in groups: #1 of 2. Journal of Things, 58(1), 10–20.
{BODY}
- A list of one thing.
Practice Implications
Keep groups small.
Août\N{NO-BREAK SPACE}2020
Qu’est-ce qui aide ?
{BODY}
"""
FIRST = "2022-09/does-the-thing-help-it-depends"
SECOND = "2022-09/a-second-thing-what-helps-whom"
THIRD = "2021-05/things-in-groups"
FOURTH = "2020-08/quest-ce-qui-aide"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    (tmp_path / "page.txt").write_text(PAGE)
    return Library(tmp_path / "articles", TAXONOMY)


def run(
    library: Library, topics: Sequence[str] = (), author: str | None = None, page: str = "page.txt"
) -> ArticleImportReport:
    source = library.root.parent / page
    return import_articles(library, TAXONOMY, [source], topics=topics, author=author)


def path(library: Library, name: str) -> Path:
    return library.root / f"{name}.md"


def test_each_article_of_the_page_becomes_a_file_that_loads(library: Library):
    report = run(library)

    assert report == ArticleImportReport((FIRST, SECOND, THIRD, FOURTH), (), (), (), ordered=("2022-09",))
    assert library.months() == (Month(2020, 8), Month(2021, 5), Month(2022, 9))
    assert [error for month in library.months() for error in library.load(month).errors] == []


def test_file_says_what_the_page_says(library: Library):
    run(library, topics=["Adherance", "Empathie"], author="Dr. N. Surname")

    assert path(library, THIRD).read_text() == (
        "---\n"
        "title: Things in Groups\n"
        "month: 2021-05\n"
        "citation: 'Lee, A. B., & Roy, C. (2020, March 26). Things – in groups: #1 of 2. Journal of Things, 58(1), "
        "10–20.'\n"
        "author: Dr. N. Surname\n"
        "language: en\n"
        "topics: [adherence, empathy]\n"
        "---\n"
        f"{BODY.strip().replace('*some*', chr(92) + '*some' + chr(92) + '*')}\n"
        "\n"
        "\\- A list of one thing.\n"
        "\n"
        "## Practice implications\n"
        "\n"
        "Keep groups small.\n"
    )


def test_importing_again_changes_nothing(library: Library):
    run(library, topics=["empathy"])
    before = {name: path(library, name).read_bytes() for name in (FIRST, SECOND, THIRD, FOURTH)}

    report = run(library, topics=["empathy"], author="Somebody Else")

    assert report == ArticleImportReport((), (), (FIRST, SECOND, THIRD, FOURTH), ())
    assert {name: path(library, name).read_bytes() for name in before} == before


def test_importing_the_page_of_another_topic_adds_it(library: Library):
    run(library)
    run(library, topics=["empathy"])

    report = run(library, topics=["adherence"])

    assert report.updated == (FIRST, SECOND, THIRD, FOURTH)
    assert "\ntopics: [empathy, adherence]\n" in path(library, FIRST).read_text()


def test_edit_of_the_editor_survives_another_import(library: Library):
    run(library)
    edited = "\ufeff---\r\nmonth: 2022-09\r\ntopics:\r\n  - empathy  # sure\r\ntitle: Another title\r\n---\r\nMine.\r\n"
    path(library, FIRST).write_bytes(edited.encode())

    report = run(library, topics=["empathy", "adherence"])

    assert FIRST in report.updated
    assert path(library, FIRST).read_bytes().decode() == edited.replace("# sure\r\n", "# sure\r\n  - adherence\r\n")
    assert len(list((library.root / "2022-09").iterdir())) == 3, "two articles and the issue file with their order"


def test_article_whose_file_was_renamed_is_found_by_its_title(library: Library):
    run(library)
    path(library, FIRST).rename(library.root / "2022-09" / "short.md")

    report = run(library)

    assert report.created == ()
    assert report.unchanged == ("2022-09/short", SECOND, THIRD, FOURTH)


def test_two_titles_of_one_slug_become_two_files_and_stay_two(library: Library):
    rest = f"{BODY}\nPractice Implications\nDo so."
    page = f"May 2021\nThings: In Groups\n{rest}\nThings in Groups\n{rest}\n"
    (library.root.parent / "page.txt").write_text(page)

    report, again = run(library), run(library)

    assert report.created == again.unchanged == (THIRD, f"{THIRD}-2")


def test_file_that_does_not_load_is_told_and_left_alone(library: Library):
    run(library)
    path(library, FIRST).write_text("my draft")

    report = run(library, topics=["empathy"])

    assert path(library, FIRST).read_text() == "my draft"
    assert report.updated == (SECOND, THIRD, FOURTH)
    assert [str(error.place) for error in report.errors] == [f"articles/{FIRST}.md:1"]


def test_topics_that_can_not_be_added_are_left_to_the_editor(library: Library):
    run(library)
    text = "---\ntopics:\n- |\n  empathy\ntitle: T\nmonth: 2022-09\n---\nB.\n"
    path(library, FIRST).write_text(text)

    report = run(library, topics=["adherence"])

    assert path(library, FIRST).read_text() == text
    assert [str(error) for error in report.errors] == [
        f"articles/{FIRST}.md:2: topics can't be added to this front matter: add adherence by hand"
    ]


def test_unknown_topic_is_refused_before_anything_is_written(library: Library):
    with pytest.raises(DigestError, match="there is no topic 'Empaty': did you mean 'empathy'"):
        run(library, topics=["adherence", "Empaty"])
    assert not library.root.exists()


def test_author_of_two_lines_is_refused_before_anything_is_written(library: Library):
    with pytest.raises(DigestError, match="the author has a line break"):
        run(library, author="A\nB")
    assert not library.root.exists()


def test_block_that_is_not_understood_is_told_and_the_others_are_imported(library: Library):
    (library.root.parent / "page.txt").write_text(
        f"May 2021\nPractice Implications\nWhat?\nApril 2021\nA Thing\n{BODY}\n"
    )

    report = run(library)

    assert report.created == ("2021-04/a-thing",)
    assert [str(error.place) for error in report.errors] == [f"{library.root.parent / 'page.txt'}:2"]
    assert report.errors[0].problem == "expected an article title here"


def test_separators_and_overrides_of_a_saved_page_are_left_out(library: Library):
    page = f"May 2021\nA Thing\nOne\u2028two \u202athree\u202c.\x0b {BODY}\n"
    (library.root.parent / "page.txt").write_text(page)

    report = run(library)

    assert (report.created, report.errors) == (("2021-05/a-thing",), ())
    assert "One two three. " in (library.root / "2021-05" / "a-thing.md").read_text()


def test_article_that_no_file_could_hold_is_told_with_its_line(library: Library):
    page = f"May 2021\nA Thing\nOne \ufffe two.\nApril 2021\nSecond Thing\n{BODY}\n"
    (library.root.parent / "page.txt").write_text(page)

    report = run(library)

    assert report.created == ("2021-04/second-thing",)
    assert [str(error.place) for error in report.errors] == [f"{library.root.parent / 'page.txt'}:2"]
    assert "'A Thing' can't be an article: there is U+FFFE, which is not a character" in str(report.errors[0])


def test_page_that_is_not_there_is_told_and_the_next_is_imported(library: Library):
    folder = library.root.parent

    report = import_articles(library, TAXONOMY, [folder / "no.txt", folder / "page.txt"], topics=[], author=None)

    assert len(report.created) == 4
    assert [str(error) for error in report.errors] == [f"{folder / 'no.txt'}: the file does not exist: check the path"]


def test_page_that_lists_an_article_twice_makes_one_file(library: Library):
    folder = library.root.parent
    (folder / "again.txt").write_text(PAGE)

    report = import_articles(library, TAXONOMY, [folder / "page.txt", folder / "again.txt"], topics=[], author=None)

    assert report == ArticleImportReport((FIRST, SECOND, THIRD, FOURTH), (), (), (), ordered=("2022-09",))


SEPTEMBER = Month(2022, 9)
IN_ORDER = ["does-the-thing-help-it-depends", "a-second-thing-what-helps-whom"]


def printed(library: Library, month: Month = SEPTEMBER) -> list[str]:
    """Slugs in the order in which readers get the articles."""
    files = Files(library, make_newsletter(), TAXONOMY, IssueRules())
    return [article.slug for article in files.read(month)[0].articles]


def write_issue_file(library: Library, text: str) -> Path:
    file = library.root / "2022-09" / "issue.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_articles_of_a_month_keep_the_order_of_the_page(library: Library):
    run(library)

    assert printed(library) == IN_ORDER
    assert not (library.root / "2021-05" / "issue.md").exists(), "a single article needs no order"


def test_page_in_order_of_the_slugs_needs_no_issue_file(library: Library):
    (library.root.parent / "page.txt").write_text(PAGE.replace("A Second Thing: What", "Zebras: What"))

    run(library)

    assert not (library.root / "2022-09" / "issue.md").exists()


def test_order_that_the_editor_changed_survives_another_import(library: Library):
    run(library)
    file = write_issue_file(library, "---\norder: [a-second-thing-what-helps-whom]\n---\n")

    report = run(library)

    assert report.ordered == ()
    assert file.read_text() == "---\norder: [a-second-thing-what-helps-whom]\n---\n"


def test_issue_file_of_the_editor_gets_the_order_and_keeps_the_rest(library: Library):
    file = write_issue_file(library, "---\nsubject: Mine  # for now\n---\nHello.\n")

    run(library)

    order = f"order: [{', '.join(IN_ORDER)}]\n"
    assert file.read_text() == f"---\nsubject: Mine  # for now\n{order}---\nHello.\n"


def test_articles_of_a_second_page_go_where_that_page_has_them(library: Library):
    first, second = PAGE.split("A Second Thing: What Helps Whom?\n")
    folder = library.root.parent
    (folder / "page.txt").write_text(first)
    run(library)
    between = f"Between Them All\n{BODY}\nPractice Implications\nNothing yet.\n"
    (folder / "page.txt").write_text(first + between + "A Second Thing: What Helps Whom?\n" + second)

    run(library)

    assert printed(library) == [IN_ORDER[0], "between-them-all", IN_ORDER[1]]


def test_order_with_a_comment_is_left_to_the_editor(library: Library):
    run(library)
    written = "---\norder:\n- does-the-thing-help-it-depends  # first\n- a-second-thing-what-helps-whom\n---\n"
    file = write_issue_file(library, written)
    more = f"One More Thing to Help\n{BODY}\nPractice Implications\nNothing yet.\nMay 2021\n"
    (library.root.parent / "page.txt").write_text(PAGE.replace("May 2021\n", more))

    report = run(library)

    assert file.read_text() == written
    assert "write order: [" in str(report.errors[0])


POST = """<html lang="en"><body><article class="hentry"><h1 class="entry-title">{title}</h1>
<time datetime="{date}">then</time><div class="entry-content"><p>It helped *a lot*.</p></div></article></body></html>
"""


def test_folder_of_saved_web_pages_is_imported_in_the_order_of_their_names(library: Library):
    folder = library.root.parent / "saved"
    folder.mkdir()
    (folder / "b.html").write_text(POST.format(title="Written second", date="2019-03-02"))
    (folder / "a.HTM").write_text(POST.format(title="Written first", date="2019-03-09"))
    (folder / "c.html").write_text(POST.format(title="Undated", date=""))
    (folder / "notes.pdf").write_bytes(b"%PDF")
    (folder / "more").mkdir()

    report = run(library, topics=["Empathy"], page="saved")
    (article, _) = library.load(Month(2019, 3)).articles

    assert report.created == ("2019-03/written-first", "2019-03/written-second")
    (error,) = report.errors
    assert str(error).startswith(
        f"{folder}/c.html:1: 'Undated' has no date: save a listing that shows the date of each"
    )
    assert (article.title, article.topics, article.body) == ("Written first", ("empathy",), r"It helped \*a lot\*.")
    assert run(library, topics=["Empathy"], page="saved").created == ()


def test_folder_without_pages_is_an_error(library: Library):
    (library.root.parent / "empty").mkdir()

    (error,) = run(library, page="empty").errors

    assert "the folder has no page: save pages there, with names that end in .html, .htm, .xhtml, .txt" in str(error)


def test_web_page_of_another_encoding_is_an_error(library: Library):
    (library.root.parent / "old.html").write_bytes(POST.format(title="Été", date="2019-03-02").encode("latin-1"))

    (error,) = run(library, page="old.html").errors

    assert "is not UTF-8: save the file as UTF-8" in str(error)
