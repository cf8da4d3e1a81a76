"""Importing lists that name people who have left: nobody comes back, on both engines."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from list_samples import RULES, Lists

from digest.storage.db.database import Database
from digest.storage.tables.people import subscriber
from digest.subscribers.lists.cells import plain
from digest.subscribers.lists.exports import ANY, EXPORTS
from digest.subscribers.lists.formats import read_header
from digest.subscribers.lists.leaving import Departed, suspected
from digest.subscribers.suppression import Reason

GHOST = "email,name,subscribed_to_emails,created_at,deleted_at,labels\n"


@pytest.fixture
def lists(database_url: str) -> Iterator[Lists]:
    database = Database(database_url)
    yield Lists(database)
    database.dispose()


def test_people_who_left_the_other_program_are_suppressed_here_too(lists):
    bare = replace(RULES, source="", date=None)
    text = GHOST + "gone@example.org,,false,2024-01-01,,\nok@example.org,,true,2024-01-01,,\n"

    assert lists.take(text, bare).counts == {"unsubscribed_there": 1, "added": 1}
    assert lists.reason("gone@example.org") == Reason.UNSUBSCRIBED
    assert lists.take("email\ngone@example.org\n").counts == {"suppressed": 1}


def test_people_who_left_the_other_program_after_a_list_brought_them_here_leave_here_too(lists):
    lists.take("email\nann@example.org\n")

    assert lists.take("email,unsubscribed_at\nann@example.org,2026-02-01\n").counts == {"unsubscribed_there": 1}
    assert lists.exported() == []
    assert lists.reason("ann@example.org") == Reason.UNSUBSCRIBED


def test_people_who_signed_up_here_themselves_stay_whatever_a_list_says(lists):
    lists.take("email\nann@example.org\n")
    lists.consent_on_a_page("ann@example.org")

    lists.take("email,status\nann@example.org,unsubscribed\n")

    assert lists.exported() == ["ann@example.org"]
    assert lists.reason("ann@example.org") is None


@pytest.mark.parametrize(
    ("status", "result", "reason"),
    [
        ("unsubscribed", "unsubscribed_there", Reason.UNSUBSCRIBED),
        ("bounced", "cleaned_there", Reason.BOUNCED),
        ("marked as spam", "complained_there", Reason.COMPLAINED),
        ("banned", "blocked_there", Reason.MANUAL),
        ("unconfirmed", "absent_there", None),
    ],
)
def test_reason_for_being_gone_is_kept(lists, status, result, reason):
    assert lists.take(f"email,status\nann@example.org,{status}\n").counts == {result: 1}
    assert lists.reason("ann@example.org") == reason


@pytest.mark.parametrize("between", [0, 6000])
def test_row_that_says_gone_counts_wherever_it_is_in_the_list(lists, between):
    others = "".join(f"p{number}@example.org,\n" for number in range(between))

    report = lists.take(f"email,status\nann@example.org,active\n{others}Ann@example.org,bounced\n")

    assert report.counts["cleaned_there"] == 1
    assert report.counts["added"] == between
    assert lists.told[0].why == f"line {between + 3} has the same address and says that this person is gone"
    assert "ann@example.org" not in lists.exported()


def test_unclear_column_stops_the_import_before_anything_is_written(lists):
    people = "".join(f"p{number}@example.org,unsubscribed\n" for number in range(6000))

    with pytest.raises(ValueError, match=r"column `member_type` .* ambiguous: 'gold' \(line 6002\)") as stopped:
        lists.take(f"email,member_type\n{people}ann@example.org,gold\n")

    assert (lists.count(subscriber), lists.told) == (0, [])
    assert "--ignore-column member_type" in str(stopped.value)


@pytest.mark.parametrize(
    "column",
    ["unsub_at", "opt_out", "Opted out", "blacklisted", "blocklist", "bounced", "disabled", "subscribed",
     "email_status", "customer_type", "type", "statut", "Désabonné le"],
)  # fmt: skip
def test_column_whose_name_suggests_leaving_stops_the_import_if_its_values_are_unclear(lists, column):
    with pytest.raises(ValueError, match="may say who has unsubscribed"):
        lists.take(f"email,{column}\nann@example.org,gold\n")

    assert lists.take(f"email,{column}\nann@example.org,gold\n", replace(RULES, ignored=(column,))).counts == {
        "added": 1
    }


def test_empty_cell_under_subscribed_is_unclear(lists):
    with pytest.raises(ValueError, match=r"an empty cell \(line 3\)"):
        lists.take("email,subscribed\nann@example.org,yes\nbea@example.org,\n")


def test_ignored_column_still_keeps_out_people_of_whom_it_clearly_says_that_they_left(lists):
    rules = replace(RULES, ignored=("Member Type",))

    report = lists.take("email,member_type\nann@example.org,gold\nbea@example.org,unsubscribed\n", rules)

    assert report.counts == {"added": 1, "unsubscribed_there": 1}
    assert lists.exported() == ["ann@example.org"]


@pytest.mark.parametrize(
    ("header", "name", "problem"),
    [
        ("email,status", "statsu", "no such column"),
        ("email,status", "email", "is read from this column"),
        ("email,subscribed_to_emails,created_at", "subscribed_to_emails", "says who has left, so it cannot be ignored"),
    ],
)
def test_column_that_has_a_meaning_cannot_be_ignored(lists, header, name, problem):
    with pytest.raises(ValueError, match=problem):
        lists.take(f"{header}\n", replace(RULES, ignored=(name,)))


def test_tag_that_says_unsubscribed_is_obeyed(lists):
    assert lists.take('email,tags\nann@example.org,"Empathy,Unsubscribed"\n').counts == {"unsubscribed_there": 1}


def test_placeholder_of_a_deleted_reader_of_substack_is_not_added(lists):
    text = (
        "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\n"
        "12345@deletion-request.substack.com,false,,other,false,2024-01-01T00:00:00.000Z,\n"
    )

    assert lists.take(text).counts == {"absent_there": 1}


ANY_LEAVING = ("unsubscribed_at", "blacklisted", "opt_out", "subscribed", "email_status")


@st.composite
def lists_of_people(draw: st.DrawFn) -> tuple[str, set[str]]:
    """A list as some program writes it, and the addresses of the people who are gone by one of its rows and columns."""
    export = draw(st.sampled_from([*EXPORTS, ANY]))
    marks = sorted(draw(st.sampled_from(export.marks))) if export.marks else []
    leaving = dict(export.leaving) or {name: suspected(plain(name)) for name in ANY_LEAVING}
    email = "emailaddress" if "emailaddress" in marks else "email"
    header = [email, "phone", *leaving, *(mark for mark in marks if mark not in {email, *leaving})]
    assert read_header(header).format == export.name
    gone: set[str] = set()
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    for _ in range(draw(st.integers(1, 12))):
        address = f"p{draw(st.integers(0, 7))}@example.org"
        cells = dict.fromkeys(header, "") | {email: address}
        for name, meaning in leaving.items():
            cells[name] = draw(st.sampled_from(sorted(word for word, verdict in meaning.words.items() if not verdict)))
        if draw(st.booleans()):
            name = draw(st.sampled_from(sorted(leaving)))
            words = sorted(word for word, verdict in leaving[name].words.items() if verdict)
            dated = ["2024-05-06 07:08:09", "5/6/2024", "3 mars 2024"] if leaving[name].dates in list(Departed) else []
            cells[name] = draw(st.sampled_from(words + dated))
            gone.add(address)
        elif draw(st.integers(0, 5)) == 0:
            cells["phone"] = draw(st.sampled_from(["Unsubscribed", "BOUNCED", "opted-out", "désabonnée "]))
            gone.add(address)
        writer.writerow(cells.values())
    return out.getvalue(), gone


@given(lists_of_people(), st.booleans(), st.sets(st.integers(0, 7)), st.sets(st.integers(0, 7)))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_import_never_activates_anyone_who_is_gone_by_a_column_or_by_our_own_records(
    lists, written, update, left, suppressed
):
    lists.empty()
    text, gone = written
    lists.take("email\n" + "".join(f"p{number}@example.org\n" for number in left))
    for number in left:
        lists.leave(f"p{number}@example.org")
    for number in suppressed - left:
        lists.suppress(f"p{number}@example.org")

    lists.take(text, update=update)

    away = gone | {f"p{number}@example.org" for number in left | suppressed}
    named = {address for address, *_ in list(csv.reader(io.StringIO(text, newline="")))[1:]}
    assert set(lists.exported()) == named - away
