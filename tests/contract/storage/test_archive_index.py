import datetime as dt
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from archive_samples import publish, study, web_article
from factories import NOON, make_taxonomy
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.archive.facets import Breakdown, Facet
from digest.archive.query import Order, Query
from digest.archive.results import MARK, UNMARK, Results
from digest.errors import StorageError
from digest.issue.withdrawal import EVERY, Withdrawal
from digest.months import Month
from digest.storage import withdrawals
from digest.storage.archive_index import facets, lists
from digest.storage.archive_index.index import ArchiveIndex
from digest.storage.db.database import Database
from digest.topics import ResearchType, Taxonomy, Term, Topic

MAY, JUNE, JULY = Month(2026, 5), Month(2026, 6), Month(2026, 7)
TAXONOMY = Taxonomy(
    (
        Topic("empathy", {"en": "Empathy", "fr": "Empathie"}),
        Topic("cognitive-therapy", {"en": "Cognitive Therapy", "fr": "Thérapie cognitive"}, "", ("CBT", "TCC")),
        Topic("couples", {"en": "Couples", "fr": "Couples"}),
    ),
    (),
    (Term("meta-analysis", {"en": "Meta-analysis", "fr": "Méta-analyse"}),),
)

MEANING = Taxonomy(
    (Topic("therapist-factors", {"en": "Therapist Factors"}),),
    (),
    (ResearchType("meta-analysis", {"en": "Meta-analysis"}), ResearchType("survey", {"en": "Survey"})),
)


@pytest.fixture
def index(tmp_path: Path) -> ArchiveIndex:
    return ArchiveIndex(tmp_path / "archive.db", TAXONOMY)


def fill(database: Database, index: ArchiveIndex) -> None:
    with database.write() as connection:
        publish(
            connection,
            MAY,
            web_article(
                "empathy-in-session",
                title="Therapist empathy and client outcome",
                html="<p>Empathy went with <b>better</b> outcome in 82 samples.</p>",
                implications_html="<p>Listen.</p>",
                study=study(2018),
                doi="10.1037/PST0000175",
                research_type="meta-analysis",
                author="Dr. Maya Okafor",
            ),
            web_article(
                "contre-transfert",
                title="Gérer le contre-transfert",
                language="fr",
                html="<p>Le thérapeute écoute avec cœur.</p>",
                topics=("couples",),
                author="Dr. Émile Roy",
            ),
        )
        publish(
            connection,
            JUNE,
            web_article(
                "cbt-for-anxiety",
                title="An old treatment for anxiety",
                topics=("cognitive-therapy", "empathy"),
                study=study(2020),
                research_type="meta-analysis",
                implications_html="<p>Practise exposure.</p>",
            ),
        )
    index.catch_up(database)


def found(results: Results) -> list[str]:
    return [hit.entry.slug for hit in results.hits]


def search(index: ArchiveIndex, text: str = "", **filters: object) -> Results:
    return index.search(Query(text, **filters), 10)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("empathy", ["empathy-in-session", "cbt-for-anxiety"]),  # the second by its topic
        ("EMPATH", ["empathy-in-session", "cbt-for-anxiety"]),
        ("CBT", ["cbt-for-anxiety"]),  # an alias
        ("thérapie cognitive", ["cbt-for-anxiety"]),  # a name in the other language
        ("therapeute coeur", ["contre-transfert"]),
        ("gerer", ["contre-transfert"]),
        ('"better outcome"', ["empathy-in-session"]),
        ('"outcome better"', []),
        ("empathy -anxiety", ["empathy-in-session"]),
        ("okafor", ["empathy-in-session"]),
        ("pst0000175", []),
        ("empathies outcomes", ["empathy-in-session"]),  # other forms of the words
        ("meta-analyses on empathy since 2020", ["cbt-for-anxiety"]),
    ],
)
def test_words_find_articles(database: Database, index: ArchiveIndex, text: str, slugs: list[str]):
    fill(database, index)

    assert found(search(index, text)) == slugs


@pytest.mark.parametrize(("slip", "meant"), [("empthy", "empathy"), ("anxeity", "anxiety"), ("cuples", "couples")])
def test_slip_of_the_keyboard_is_corrected_and_said(database: Database, index: ArchiveIndex, slip: str, meant: str):
    fill(database, index)

    results = search(index, slip)

    assert results.is_corrected
    assert results.query.text == meant
    assert found(results) == found(search(index, meant))


def test_some_of_the_words_are_better_than_nothing(database: Database, index: ArchiveIndex):
    fill(database, index)

    results = search(index, "exposure zebra")

    assert (found(results), results.is_partial) == (["cbt-for-anxiety"], True)
    assert search(index, "zebra").total == 0
    assert not search(index, "zebra").is_partial


def test_filters_that_leave_nothing_change_no_words(database: Database, index: ArchiveIndex):
    fill(database, index)

    results = search(index, "countertransference empathy", topics=("couples",))

    assert not results.is_corrected


def test_filters_narrow_and_facets_count_what_each_value_would_leave(database: Database, index: ArchiveIndex):
    fill(database, index)

    results = search(index, types=("meta-analysis",), topics=("empathy",), first_year=2019)

    assert found(results) == ["cbt-for-anxiety"]
    assert results.facets == {
        "topic": {"cognitive-therapy": 1, "empathy": 1},
        "type": {"meta-analysis": 1},
        "author": {},
        "language": {"en": 1},
        "year": {"2018": 1, "2020": 1},
    }


def test_order_is_by_issue_or_by_study(database: Database, index: ArchiveIndex):
    fill(database, index)

    assert found(search(index, order=Order.ISSUE)) == ["cbt-for-anxiety", "empathy-in-session", "contre-transfert"]
    assert found(search(index, order=Order.STUDY)) == ["cbt-for-anxiety", "empathy-in-session", "contre-transfert"]


def test_words_found_are_marked_in_title_and_text(database: Database, index: ArchiveIndex):
    fill(database, index)

    (hit, _) = search(index, "empathy").hits

    assert hit.title == f"Therapist {MARK}empathy{UNMARK} and client outcome"
    assert hit.snippet == f"{MARK}Empathy{UNMARK} went with better outcome in 82 samples."


def test_page_beyond_the_last_one_is_the_last_one(database: Database, index: ArchiveIndex):
    fill(database, index)

    results = index.search(Query(page=9, order=Order.ISSUE), 2)

    assert (found(results), results.query.page, results.total) == (["contre-transfert"], 2, 3)


def test_lists_say_what_there_is(database: Database, index: ArchiveIndex):
    fill(database, index)

    with index.read() as connection:
        assert lists.topics(connection) == {"empathy": 2, "couples": 1, "cognitive-therapy": 1}
        assert lists.types(connection) == {"meta-analysis": 2}
        assert lists.authors(connection) == {
            "dr-emile-roy": ("Dr. Émile Roy", 1),
            "dr-maya-okafor": ("Dr. Maya Okafor", 1),
        }
        assert lists.years(connection) == {2026: 2}
        assert [one.slug for one in lists.latest(connection, 2)] == ["cbt-for-anxiety", "empathy-in-session"]
        assert lists.neighbours(connection, MAY) == (None, JUNE)
        assert [one.slug for one in lists.about_study(connection, "10.1037/pst0000175")] == ["empathy-in-session"]
        assert [(one.entry.slug, one.html) for one in lists.implications(connection, "empathy", 9)] == [
            ("cbt-for-anxiety", "<p>Practise exposure.</p>"),
            ("empathy-in-session", "<p>Listen.</p>"),
        ]
        one = lists.entry(connection, MAY, "empathy-in-session")
        assert one is not None
        assert [other.slug for other in lists.related(connection, one, 5)] == ["cbt-for-anxiety"]
        assert [one.issue.month for one in lists.newest_issues(connection, 1)] == [JUNE]


def test_whole_articles_come_in_the_order_asked_for(database: Database, index: ArchiveIndex):
    fill(database, index)
    names = [(JUNE, "cbt-for-anxiety"), (MAY, "none"), (MAY, "contre-transfert"), (Month(2001, 1), "none")]

    with index.read() as connection:
        shown = lists.articles(connection, names)

    assert [(month, article.slug) for month, article in shown] == [names[0], names[2]]


def test_article_has_one_before_and_one_after_also_in_the_issues_beside_its_own(
    database: Database, index: ArchiveIndex
):
    fill(database, index)
    with index.read() as connection:
        entries = {one.slug: one for one in lists.latest(connection, 10)}
        beside = {
            slug: [one and one.slug for one in lists.beside(connection, entry)] for slug, entry in entries.items()
        }

    assert beside == {
        "empathy-in-session": [None, "contre-transfert"],
        "contre-transfert": ["empathy-in-session", "cbt-for-anxiety"],
        "cbt-for-anxiety": ["contre-transfert", None],
    }


@pytest.mark.parametrize(
    ("facet", "value", "order", "slugs"),
    [
        (Facet.TOPIC, "empathy", Order.STUDY, ["cbt-for-anxiety", "empathy-in-session"]),
        (Facet.TOPIC, "couples", Order.STUDY, ["contre-transfert"]),
        (Facet.TYPE, "meta-analysis", Order.ISSUE, ["cbt-for-anxiety", "empathy-in-session"]),
        (Facet.AUTHOR, "dr-maya-okafor", Order.ISSUE, ["empathy-in-session"]),
        (Facet.AUTHOR, "", Order.ISSUE, ["cbt-for-anxiety"]),
        (Facet.TYPE, "%", Order.ISSUE, []),
    ],
)
def test_articles_are_listed_by_topic_type_and_author(
    database: Database, index: ArchiveIndex, facet: Facet, value: str, order: Order, slugs: list[str]
):
    fill(database, index)

    with index.read() as connection:
        assert [one.slug for one in facets.articles(connection, facet, value, order, 9)] == slugs


def test_newest_study_is_first_then_the_newest_issue_and_unknown_years_are_last(
    database: Database, index: ArchiveIndex
):
    with database.write() as connection:
        publish(connection, MAY, web_article("old", study=study(2001)), web_article("undated", study=study(None)))
        publish(connection, JUNE, web_article("new", study=study(2020)), web_article("newest", study=study(2021)))
        publish(connection, JULY, web_article("as-old", study=study(2001)), web_article("as-undated"))
    index.catch_up(database)

    def listed(order: Order, limit: int = 9, offset: int = 0) -> list[str]:
        with index.read() as connection:
            found = facets.articles(connection, Facet.TOPIC, "empathy", order, limit, offset)
        return [one.slug for one in found]

    assert listed(Order.STUDY) == ["newest", "new", "as-old", "old", "as-undated", "undated"]
    assert listed(Order.ISSUE) == ["as-old", "as-undated", "new", "newest", "old", "undated"]
    assert listed(Order.STUDY, 2, 2) == ["as-old", "old"]


def test_breakdown_counts_types_years_topics_and_implications(database: Database, index: ArchiveIndex):
    fill(database, index)

    with index.read() as connection:
        assert facets.breakdown(connection, Facet.TOPIC, "empathy") == Breakdown(
            2,
            {"empathy": 2, "cognitive-therapy": 1},
            {"meta-analysis": 2},
            {2020: 1, 2018: 1},
            2,
            "2026-05",
            "2026-06",
        )
        assert facets.breakdown(connection, Facet.AUTHOR, "dr-emile-roy") == Breakdown(
            1, {"couples": 1}, {}, {}, 0, "2026-05", "2026-05"
        )
        assert facets.breakdown(connection, Facet.TYPE, "none") == Breakdown()


def test_author_has_the_name_of_the_newest_issue(database: Database, index: ArchiveIndex):
    fill(database, index)
    with database.write() as connection:
        publish(connection, JULY, web_article("later", author="Dr Maya Okafor"))
    index.catch_up(database)

    with index.read() as connection:
        assert facets.author_name(connection, "dr-maya-okafor") == "Dr Maya Okafor"
        assert facets.author_name(connection, "nobody") is None


def test_index_follows_publications_corrections_and_withdrawals(database: Database, index: ArchiveIndex):
    fill(database, index)
    before = index.catch_up(database)
    with database.write() as connection:
        withdrawals.save(connection, Withdrawal(MAY, "contre-transfert", "T", "fr", {EVERY: "Wrong"}, NOON))
        publish(connection, MAY, web_article("empathy-in-session", title="Corrected"), word="second")
        publish(connection, JULY, web_article("new"))

    assert index.catch_up(database) != before
    assert found(search(index, order=Order.ISSUE)) == ["new", "cbt-for-anxiety", "empathy-in-session"]
    assert found(search(index, "corrected")) == ["empathy-in-session"]
    assert search(index, "contre-transfert").total == 0
    with index.read() as connection:
        shown = lists.issue(connection, MAY)
    assert shown is not None
    assert lists.withdrawn(shown, "contre-transfert") == Withdrawal(
        MAY, "contre-transfert", "T", "fr", {EVERY: "Wrong"}, NOON
    )


def test_words_of_what_has_gone_are_no_longer_suggested(database: Database, index: ArchiveIndex):
    fill(database, index)
    with database.write() as connection:
        publish(connection, JUNE, web_article("other", title="Other"), word="second")
    index.catch_up(database)

    assert search(index, "exposre").total == 0


@pytest.mark.parametrize("damage", [b"", b"not a database" * 100, None], ids=["empty", "overwritten", "deleted"])
def test_damaged_index_is_built_again(database: Database, index: ArchiveIndex, tmp_path: Path, damage: bytes | None):
    fill(database, index)
    for file in tmp_path.glob("archive.db*"):
        file.unlink()
    if damage is not None:
        (tmp_path / "archive.db").write_bytes(damage)

    index.catch_up(database)

    assert search(index).total == 3


def test_page_of_the_index_that_was_overwritten_is_noticed_and_built_again(
    database: Database, index: ArchiveIndex, tmp_path: Path
):
    fill(database, index)
    with sqlite3.connect(tmp_path / "archive.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    whole = (tmp_path / "archive.db").read_bytes()
    (tmp_path / "archive.db").write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))

    fresh = ArchiveIndex(tmp_path / "archive.db", TAXONOMY)
    fresh.catch_up(database)

    assert search(fresh).total == 3


def test_other_topics_in_the_configuration_build_the_index_again(database: Database, tmp_path: Path):
    fill(database, ArchiveIndex(tmp_path / "archive.db", TAXONOMY))
    renamed = ArchiveIndex(tmp_path / "archive.db", make_taxonomy())
    renamed.catch_up(database)

    assert search(renamed, "TCC").total == 0
    assert search(renamed, "Empathie").total == 2


def test_folder_that_cannot_be_written_is_an_error_that_names_it(database: Database, tmp_path: Path):
    (tmp_path / "file").write_text("")
    index = ArchiveIndex(tmp_path / "file" / "archive.db", TAXONOMY)

    with pytest.raises(StorageError, match="search index"):
        index.catch_up(database)


def test_several_threads_and_processes_fill_one_index(database: Database, tmp_path: Path):
    with database.write() as connection:
        for number in range(1, 6):
            publish(connection, Month(2026, number), web_article(f"study-{number}"))
    indexes = [ArchiveIndex(tmp_path / "archive.db", TAXONOMY) for _ in range(4)]
    errors: list[BaseException] = []

    def catch_up(one: ArchiveIndex) -> None:
        try:
            one.catch_up(database)
        except BaseException as error:  # noqa: BLE001  shown by the assertion
            errors.append(error)

    threads = [threading.Thread(target=catch_up, args=(one,)) for one in indexes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert [search(one).total for one in indexes] == [5] * 4


@settings(max_examples=10)
@given(st.lists(st.tuples(st.integers(1, 4), st.lists(st.sampled_from("abc"), unique=True, min_size=1)), max_size=6))
def test_index_that_followed_equals_one_that_is_built_at_once(
    tmp_path_factory: pytest.TempPathFactory, history: Sequence[tuple[int, list[str]]]
):
    folder = tmp_path_factory.mktemp("index")
    database = migrated(folder)
    followed = ArchiveIndex(folder / "followed.db", TAXONOMY)
    for step, (number, slugs) in enumerate(history):
        now = NOON + dt.timedelta(minutes=step)
        with database.write() as connection:
            articles = [web_article(slug, title=f"{slug} of step {step}") for slug in slugs]
            publish(connection, Month(2026, number), *articles, word=str(step), now=now)
        followed.catch_up(database)
    at_once = ArchiveIndex(folder / "at-once.db", TAXONOMY)
    at_once.catch_up(database)
    followed.catch_up(database)

    assert contents(folder / "followed.db") == contents(folder / "at-once.db")
    database.dispose()


def contents(path: Path) -> list[list[object]]:
    connection = sqlite3.connect(path)
    queries = (
        "SELECT * FROM issue ORDER BY month",
        "SELECT month, position, entry FROM article ORDER BY month, position",
        "SELECT a.month, a.slug, t.topic FROM article_topic t JOIN article a ON a.id = t.article ORDER BY 1, 2, 3",
        "SELECT * FROM spelling ORDER BY word",
        "SELECT a.month, a.slug, w.title, w.names FROM words w JOIN article a ON a.id = w.rowid ORDER BY 1, 2",
        "SELECT value FROM meta WHERE key = 'version'",
    )
    rows: list[list[object]] = [connection.execute(query).fetchall() for query in queries]
    connection.close()
    return rows


def migrated(folder: Path) -> Database:
    from digest.storage.db.database import upgrade

    url = f"sqlite:///{folder / 'digest.db'}"
    upgrade(url)
    return Database(url)


def test_sentence_finds_what_it_means(database: Database, tmp_path: Path):
    index = ArchiveIndex(tmp_path / "meaning.db", MEANING)
    with database.write() as connection:
        publish(
            connection,
            MAY,
            web_article("right", topics=("therapist-factors",), research_type="meta-analysis", study=study(2021)),
            web_article("old", topics=("therapist-factors",), research_type="meta-analysis", study=study(2018)),
            web_article("survey", topics=("therapist-factors",), research_type="survey", study=study(2021)),
            web_article(
                "words-apart",
                html="<p>The therapist, a meta-analysis, and other factors.</p>",
                research_type="meta-analysis",
                study=study(2021),
            ),
        )
    index.catch_up(database)
    results = index.search(Query("meta-analyses on therapist factors since 2020"), 20)

    assert found(results) == ["right"]
    assert results.asked == Query("therapist factors", types=("meta-analysis",), first_year=2020)


def test_words_of_a_topic_without_articles_are_words_like_any_other(database: Database, tmp_path: Path):
    index = ArchiveIndex(tmp_path / "meaning.db", MEANING)
    with database.write() as connection:
        publish(connection, MAY, web_article("words-apart", html="<p>The therapist, and other factors.</p>"))
    index.catch_up(database)

    assert found(index.search(Query("therapist factors"), 20)) == ["words-apart"]


def test_index_that_was_built_again_in_another_order_finds_the_same(
    database: Database, index: ArchiveIndex, tmp_path: Path
):
    for month, topic in ((JUNE, "couples"), (MAY, "empathy")):
        with database.write() as connection:
            publish(connection, month, web_article(f"of-{topic}", topics=(topic,)))
        index.catch_up(database)
    before = [index.search(Query(topics=(topic,)), 20) for topic in ("couples", "empathy")]
    for file in tmp_path.glob("archive.db*"):
        file.unlink()
    index.catch_up(database)

    assert [index.search(Query(topics=(topic,)), 20) for topic in ("couples", "empathy")] == before
    assert [found(one) for one in before] == [["of-couples"], ["of-empathy"]]


def test_search_among_some_articles_finds_and_counts_no_others(database: Database, index: ArchiveIndex):
    fill(database, index)
    mine = [(MAY, "empathy-in-session"), (JUNE, "nothing-of-that-name")]
    results = index.search(Query("empathy"), 20, mine)

    assert found(results) == ["empathy-in-session"]
    assert results.facets["topic"] == {"empathy": 1}
    assert found(index.search(Query("anxiety"), 20, mine)) == []
    assert found(index.search(Query(), 20, [])) == []


def test_hits_for_a_file_are_not_marked(database: Database, index: ArchiveIndex):
    fill(database, index)
    (hit,) = index.search(Query("anxiety"), 20, marked=False).hits

    assert MARK not in hit.title + hit.snippet
