"""Importing and exporting subscriber lists, on both engines."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from list_samples import RULES, Lists

from digest.errors import StorageError
from digest.pipeline.people.import_list import import_list
from digest.storage.db.database import Database
from digest.storage.people import suppressions
from digest.storage.tables.people import consent, subscriber
from digest.subscribers.suppression import Reason

GHOST = "email,name,subscribed_to_emails,created_at,deleted_at,labels\n"


@pytest.fixture
def lists(database_url: str) -> Iterator[Lists]:
    database = Database(database_url)
    yield Lists(database)
    database.dispose()


def test_every_row_is_told_of_with_its_line(lists):
    report = lists.take("email,topics\nann@example.org,empathy\nno address,\nbea@example.org,nonsense\n")

    assert [(row.line, str(row.result)) for row in lists.told] == [(2, "added"), (3, "refused"), (4, "refused")]
    assert (report.counts, report.refused_rows) == ({"added": 1}, 2)


def test_address_that_comes_twice_counts_once_wherever_it_stands(lists):
    lists.take("email\nold@example.org\n")
    people = [f"p{number}@example.org" for number in range(5500)]
    text = "email\n" + "\n".join(["old@example.org", *people, "P3@Example.org", "OLD@example.org", "p1@example.org"])

    report = lists.take(text)

    assert report.counts == {"added": 5500, "unchanged": 1, "duplicate": 3}
    assert [row.line for row in lists.told if row.result == "duplicate"] == [5503, 5504, 5505]
    assert lists.told[-2].why == "the same address as line 2"
    assert lists.count(consent) == 5501


def test_first_row_of_an_address_counts_when_updating(lists):
    lists.take("email,name\nann@example.org,Ann\n")
    text = "email,name\nann@example.org,Ann Lee\n" + "x@example.org,X\n" * 5200 + "ann@example.org,Wrong\n"

    assert lists.take(text, update=True).counts == {"updated": 1, "added": 1, "duplicate": 5200}
    assert "Ann Lee" in lists.export()


def test_dry_run_says_what_would_happen_and_changes_nothing(lists):
    lists.take("email,name,topics\nann@example.org,Ann,\nleft@example.org,,\nsame@example.org,Same,empathy\n")
    lists.leave("left@example.org")
    rows = (
        "same@example.org,Same,empathy",
        "ann@example.org,Bea,training",
        "left@example.org,,",
        "new@example.org,,training",
        "NEW@example.org,,",
    )
    text = "\n".join(["email,name,topics", *rows])

    foretold = lists.take(text, update=True, dry_run=True)

    assert foretold.counts == {"unchanged": 1, "updated": 1, "left": 1, "added": 1, "duplicate": 1}
    assert lists.count(subscriber) == 3
    assert "Bea" not in lists.export()
    assert lists.take(text, update=True).counts == foretold.counts


def test_import_goes_on_where_it_stopped(lists):
    text = "email\n" + "".join(f"p{number}@example.org\n" for number in range(12_000))

    class Broken(Exception):
        pass

    def stop(_rows: int) -> None:
        raise Broken

    with pytest.raises(Broken):
        import_list(lists.database, io.StringIO(text, newline=""), RULES, update=False, progress=stop)

    assert lists.take(text).counts == {"unchanged": 5000, "added": 7000}
    assert lists.count(consent) == 12_000


def test_database_that_fails_half_way_is_told_with_the_last_line_that_is_in(tmp_path, sqlite_url):
    database = Database(sqlite_url)
    path = tmp_path / "digest.db"

    def break_it(_rows: int) -> None:
        database.dispose()
        path.rename(tmp_path / "away.db")

    text = "email\n" + "".join(f"p{number}@example.org\n" for number in range(6000))

    with pytest.raises(StorageError, match="rows up to line 5001 are in"):
        import_list(database, io.StringIO(text, newline=""), RULES, update=False, progress=break_it)
    database.dispose()


@pytest.mark.parametrize("update", [True, False])
def test_nobody_who_left_or_is_suppressed_comes_back(lists, update):
    lists.take("email\nann@example.org\n")
    lists.leave("ann@example.org")
    with lists.database.write() as connection:
        now = lists.database.now(connection)
        suppressions.add(connection, RULES.identify("bea@example.org"), None, Reason.ERASED, now)

    report = lists.take("email\nANN@example.org\nbea@example.org\n", update=update)

    assert report.counts == {"left": 1, "suppressed": 1}
    assert lists.export().count("\r\n") == 1


def test_dry_run_suppresses_nobody(lists):
    lists.take(GHOST + "gone@example.org,,false,2024-01-01,,\n", dry_run=True)

    assert lists.reason("gone@example.org") is None


def test_tags_of_another_program_are_topics_where_they_match(lists):
    report = lists.take(
        GHOST + 'ann@example.org,,true,2024-01-01,,"Empathy,VIP"\nbea@example.org,,true,2024-01-01,,VIP\n'
    )

    assert report.tags == {"VIP": 2}
    assert "ann@example.org,,en,empathy," in lists.export()


def test_export_reads_back_as_it_was(lists):
    lists.take(
        "email,name,language,topics,no_match,paused_until,source,date,consent_until\n"
        '+ann@example.org,"=1+1",fr,training;empathy,whole,2027-01,une feuille,2025-05-10,\n'
        "bea@example.org,-Bea,en,,nothing,,@form,2025-05-11,2027-05-11\n"
    )
    exported = lists.export()
    for cell in ("' +ann@example.org", "'=1+1", "'-Bea", "'@form"):
        assert f",{cell}," in f",{exported.replace(chr(13) + chr(10), ',')}"

    again = lists.take(exported, replace(RULES, source="", date=None), update=True)

    assert again.counts == {"unchanged": 2}
    assert lists.export() == exported


def test_export_leaves_out_suppressed_people_and_marks_them_on_request(lists):
    lists.take("email\nann@example.org\nbea@example.org\ncho@example.org\ndee@example.org\n")
    lists.suppress("bea@example.org", Reason.BOUNCED)
    lists.suppress("cho@example.org")
    lists.leave("dee@example.org")

    assert lists.exported() == ["ann@example.org"]
    marked = lists.export(everybody=True)
    assert {row["email"][:3]: row["status"] for row in csv.DictReader(io.StringIO(marked, newline=""))} == {
        "ann": "active",
        "bea": "suppressed (bounced)",
        "cho": "suppressed (manual)",
        "dee": "left",
    }


def test_list_of_everybody_brings_back_only_people_who_can_be_mailed(lists):
    lists.take("email\nann@example.org\nbea@example.org\ncho@example.org\ndee@example.org\n")
    lists.suppress("bea@example.org", Reason.COMPLAINED)
    lists.leave("dee@example.org")
    everybody = lists.export(everybody=True)
    lists.empty()

    counts = lists.take(everybody, replace(RULES, source="", date=None)).counts

    assert counts == {"added": 2, "complained_there": 1, "unsubscribed_there": 1}
    assert lists.reason("bea@example.org") == Reason.COMPLAINED


def test_export_holds_active_people_only_with_their_latest_consent(lists):
    lists.take("email,date\nann@example.org,2025-01-01\nbea@example.org,2025-01-01\n")
    lists.leave("bea@example.org")

    assert lists.export().splitlines()[1:] == ["ann@example.org,,en,,nothing,,a form,2025-01-01,"]


def test_list_that_ends_its_rows_with_a_separator_is_imported_whole(lists):
    people = "".join(f"p{number}@example.org,Person,\n" for number in range(6000))

    assert lists.take(f"email,name\n{people}").counts == {"added": 6000}
    assert len(lists.told) == 6000


def test_report_names_the_address_of_every_refused_row(lists):
    lists.take('email,topics\nann@example.org,nonsense\nbea@example.org,a,b\nnobody,\ncho@example.org,"x" y\n')

    assert [row.address for row in lists.told] == ["ann@example.org", "bea@example.org", "nobody", "cho@example.org"]
    assert {str(row.result) for row in lists.told} == {"refused"}
