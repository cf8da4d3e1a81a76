import csv
import datetime as dt
import io
import re
import unicodedata
from dataclasses import replace

import pytest
from factories import NOON, make_taxonomy
from hypothesis import given
from hypothesis import strategies as st

from digest.months import Month
from digest.subscribers.consent import ConsentKind
from digest.subscribers.lists.csv_text import read_list, to_row, write_list
from digest.subscribers.lists.formats import COLUMNS
from digest.subscribers.lists.formulas import unguarded
from digest.subscribers.lists.leaving import Departed
from digest.subscribers.lists.rows import Row, RowRules
from digest.subscribers.subscriber import NoMatch, Preferences, State, Subscriber

DAY = dt.date(2025, 1, 31)
BARE = RowRules(make_taxonomy(), ("en", "fr"), identify=lambda address: address.lower(), today=dt.date(2026, 11, 10))
RULES = replace(BARE, source="a list", date=DAY)


def rows(text: str, rules: RowRules = RULES) -> list[Row]:
    return list(read_list(io.StringIO(text, newline=""), rules)[1])


def problems(text: str) -> dict[int, str]:
    return {row.line: "; ".join(row.problems) for row in rows(text) if row.problems}


def test_only_the_address_is_required():
    (row,) = rows("email\nann@example.org\n")

    assert row.person.preferences == Preferences()
    assert (row.person.address, row.person.name, row.person.source) == ("ann@example.org", "", "a list")


def test_every_column_is_read_whatever_the_order_and_case():
    text = (
        "Topics,EMAIL,Name,no_match,paused_until,language,source,date\n"
        "empathy;Adherance,ann@example.org,Ann  Lee,whole,2026-12,fr-CA,form,2025-01-31\n"
    )
    (row,) = rows(text)

    wanted = Preferences(frozenset({"empathy", "adherence"}), "fr", NoMatch.WHOLE, Month(2026, 12))
    assert row.person.preferences == wanted
    assert (row.person.name, row.person.source, row.person.given_on) == ("Ann Lee", "form", dt.date(2025, 1, 31))


def test_byte_order_mark_semicolons_and_quoted_line_breaks_are_read():
    (row,) = rows('\ufeffemail;name\r\nann@example.org;"Ann\r\nLee"\r\n')

    assert row.person.name == "Ann Lee"


def test_line_numbers_count_quoted_line_breaks():
    text = 'email,name\nann@example.org,"Ann\nLee"\nnot-an-address,\n'

    assert list(problems(text)) == [4]


def test_every_fault_of_a_row_is_named_and_the_others_are_read():
    text = "email,language,topics,no_match,paused_until,date\nx,de,empathi,maybe,soon,1.2.2025\nann@example.org,,,,,\n"
    (line, words), *_ = problems(text).items()

    assert line == 2
    assert all(
        word in words for word in ("email:", "language:", "did you mean empathy?", "no_match:", "paused", "date:")
    )
    assert rows(text)[1].person is not None


def test_row_with_more_cells_than_columns_is_refused():
    assert "put cells that contain the separator in quotes" in problems("email,name\nann@example.org,Lee,Ann\n")[2]


def test_row_with_a_stray_quote_is_refused_and_the_next_is_read():
    text = 'email,name\nann@example.org,"Ann" Lee\nbea@example.org,Bea\n'

    assert list(problems(text)) == [2]
    assert rows(text)[1].person.address == "bea@example.org"


def test_control_characters_in_a_source_are_refused():
    assert "source" in problems("email,source\nann@example.org,a\x00b\n")[2]


def test_row_without_an_address_is_refused_and_an_empty_line_is_not_a_row():
    assert problems("email,name\n\n,Ann\n") == {3: "email: empty"}


@pytest.mark.parametrize(
    ("row", "address"), [("a@example.org,Ann,", "a@example.org"), ("b@example.org,,,,", "b@example.org")]
)
def test_empty_cells_beyond_the_last_column_are_read_as_none(row, address):
    (found,) = rows(f"email,name\n{row}\n")

    assert found.person.address == address


CELLS = st.text(st.sampled_from("a@é;,'\"\n\r \t-=\0"), max_size=6) | st.sampled_from(
    ["ann@example.org", "unsubscribed"]
)


@given(st.lists(st.lists(CELLS, max_size=8), max_size=8), st.sampled_from(["email,name", "email,status,tags,,phone"]))
def test_row_with_any_number_of_any_cells_is_read_or_refused(table, header):
    out = io.StringIO(newline="")
    csv.writer(out).writerows(table)

    found = rows(f"{header}\n{out.getvalue()}")

    assert all(row.person or row.problems for row in found)
    assert [row.line for row in found] == sorted({row.line for row in found})


@pytest.mark.parametrize("written", ["'-ann@example.org", " '=ann@example.org", "''+ann@example.org"])
def test_apostrophe_before_an_address_never_makes_it_another_mailbox(written):
    (row,) = rows(f"email\n{written}\n")

    assert row.person is None
    assert "apostrophe" in row.problems[0]


def test_address_that_another_program_protects_with_an_apostrophe_and_a_space_is_read():
    (row,) = rows("email\n' -ann@example.org\n")

    assert row.person.address == "-ann@example.org"


def test_refused_row_keeps_its_address_as_written():
    text = 'email,topics\nno address,\nann@example.org,nonsense\nbea@example.org,a,b\ncho@example.org,"x" y\n'

    assert [row.written for row in rows(text)] == [
        "no address",
        "ann@example.org",
        "bea@example.org",
        "cho@example.org",
    ]


def test_list_without_an_email_column_is_refused():
    with pytest.raises(ValueError, match="email"):
        rows("name,topics\nAnn,\n")


def test_control_characters_in_a_name_are_refused():
    assert "name" in problems("email,name\nann@example.org,Ann\x07\n")[2]


@pytest.mark.parametrize(
    "header",
    [
        "E-mail,Nom,Langue,Sujets",
        "Courriel,Nom complet,langue,sujet",
        "EMAIL ADDRESS,Full_Name,Language,Topics",
        "Adresse courriel;Nom;LANGUE;Thèmes",
        "adresse e-mail\tname\tlang\ttopic",
        "sep=;\r\nemail;name;language;topics",
        "\n\nemail,name,language,topics",
    ],
)
def test_columns_are_known_by_their_french_and_english_names(header):
    separator = next(mark for mark in "\t;," if mark in header.splitlines()[-1])
    cells = separator.join(["ann@example.org", "Ann Lee", "fr", "empathie"])
    (row,) = rows(f"{header}\r\n{cells}\r\n")

    assert (row.person.name, row.person.preferences) == ("Ann Lee", Preferences(frozenset({"empathy"}), "fr"))


def test_family_name_and_given_name_make_a_name():
    (row,) = rows("courriel,prénom,nom\nann@example.org,Ann,Lee\n")

    assert row.person.name == "Ann Lee"


def test_two_columns_of_one_meaning_are_refused():
    with pytest.raises(ValueError, match="`Email` and `Courriel` both mean `email`"):
        rows("Email,Courriel\nann@example.org,ann@example.org\n")


def test_list_without_a_header_line_is_told_so():
    with pytest.raises(ValueError, match="it contains an address"):
        rows("ann@example.org,Ann\n")


def test_unused_columns_are_named_with_what_was_probably_meant():
    layout, _ = read_list(io.StringIO("email,topisc,phone\n"), RULES)

    assert layout.unused == {"topisc": "topics", "phone": None}


def test_list_that_proves_no_consent_is_refused_with_what_to_add():
    with pytest.raises(ValueError, match=r"where these people agreed .*--source.* when .*--date"):
        rows("email\nann@example.org\n", BARE)


def test_row_that_proves_no_consent_is_refused_where_other_rows_do():
    text = "email,source,date\nann@example.org,form,2025-01-31\nbea@example.org,form,\ncho@example.org,,2025-01-31\n"
    found = rows(text, BARE)

    assert found[0].person
    assert [row.problems[0].partition(":")[0] for row in found[1:]] == ["date", "source"]


def test_consent_that_has_not_been_given_yet_is_refused():
    assert "in the future" in problems("email,date\nann@example.org,2027-01-01\n")[2]


def test_implied_consent_keeps_its_end():
    (row,) = rows("email,consent_until\nann@example.org,2027-01-31\n")

    assert (row.person.consent, row.person.consent_until) == (ConsentKind.IMPLIED, dt.date(2027, 1, 31))


def test_row_with_fewer_cells_than_the_header_is_read_and_marked():
    whole, short = rows("email,name,topics\nann@example.org,,\nbea@example.org\n")

    assert (whole.short, short.short) == (False, True)
    assert short.person.address == "bea@example.org"


def test_quote_that_is_never_closed_costs_no_more_than_its_row():
    text = 'email,name\nann@example.org,"Ann\n' + "".join(f"p{n}@example.org,{'x' * 100}\n" for n in range(3000))

    found = rows(text)

    assert found[0].problems == (
        "a cell has more than 131072 characters: shorten it, or close the quote that opened it",
    )
    assert found[-1].person.address == "p2999@example.org"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('ann@example.org,"Ann', "a quote is never closed: close it or remove it"),
        ('ann@example.org,"Ann" Lee', 'text follows a closing quote: write a quote inside a cell as two, ""'),
        (
            "ann@example.org," + "x" * 200_000,
            "a cell has more than 131072 characters: shorten it, or close the quote that opened it",
        ),
    ],
)
def test_row_that_is_not_csv_is_refused_in_our_own_words_with_its_line(row: str, said: str):
    assert problems(f"email,name\nbea@example.org,\n{row}\n") == {3: said}


def test_header_that_is_not_csv_is_refused():
    with pytest.raises(ValueError, match="the header is not valid: a cell has more than 131072 characters: shorten it"):
        rows(f"email,{'x' * 200_000}\nann@example.org,\n")


@given(st.text("a@b.,;\t\"\n\r\0'= é", max_size=60))
def test_no_row_is_refused_in_the_words_of_a_library(text: str):
    found = rows(f"email,name\nann@example.org,\n{text}\n")

    said = " ".join(problem for row in found for problem in row.problems)
    assert not re.search(r"expected after|end of data|field limit|new-line|NUL|-sign|email address", said)


def test_nul_in_a_cell_is_refused():
    assert set(problems("email,name\nann@example.org,A\0nn\nb\0ea@example.org,\n")) == {2, 3}


MAILCHIMP = (
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LEID,EUID,NOTES,TAGS"
)


def test_export_of_mailchimp_is_read():
    line = 'ann@example.org,Ann,Lee,2,,,2023-05-01 12:34:56,192.0.2.1,1,a,,"""Empathy"",""VIP"""'
    layout, found = read_list(io.StringIO(f"{MAILCHIMP}\n{line}\n"), BARE)
    (row,) = found

    assert layout.format == "Mailchimp"
    assert (row.person.name, row.person.source, row.person.given_on) == ("Ann Lee", "Mailchimp", dt.date(2023, 5, 1))
    assert (row.person.preferences.topics, row.tags) == ({"empathy"}, ("VIP",))


@pytest.mark.parametrize(
    ("column", "departed"), [("UNSUB_TIME", Departed.UNSUBSCRIBED), ("CLEAN_TIME", Departed.CLEANED)]
)
def test_whoever_left_mailchimp_or_was_cleaned_there_is_no_subscriber(column, departed):
    text = f"{MAILCHIMP},{column}\nann@example.org,,,,2023-01-01 00:00:00,,,,,,,,2024-02-03 04:05:06\n"
    (row,) = rows(text, BARE)

    assert row.departed is departed


def test_export_of_ghost_is_read():
    text = (
        "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels\n"
        'a,ann@example.org,Ann Lee,,true,,,2024-03-04T05:06:07.000Z,,"Training,VIP"\n'
        "b,bea@example.org,,,false,,,2024-03-04T05:06:07.000Z,,\n"
        "c,cho@example.org,,,true,,,2024-03-04T05:06:07.000Z,2025-01-01T00:00:00.000Z,\n"
    )
    ann, bea, cho = rows(text, BARE)

    assert (ann.person.source, ann.person.given_on) == ("Ghost", dt.date(2024, 3, 4))
    assert (ann.person.preferences.topics, ann.tags) == ({"training"}, ("VIP",))
    assert (bea.departed, cho.departed) == (Departed.UNSUBSCRIBED, Departed.ABSENT)


def test_export_of_sendgrid_is_read_once_somebody_says_when_people_agreed():
    text = "EMAIL,FIRST_NAME,LAST_NAME,ALTERNATE_EMAILS,CREATED_AT,CONTACT_ID\nann@example.org,Ann,Lee,,2024-01-01,x\n"

    with pytest.raises(ValueError, match="--date"):
        rows(text, BARE)
    (row,) = rows(text, replace(BARE, date=DAY))
    assert (row.person.name, row.person.source, row.person.given_on) == ("Ann Lee", "SendGrid", DAY)


def test_status_of_any_other_program_is_obeyed():
    text = "email,status\na@example.org,enabled\nb@example.org,Unsubscribed\nc@example.org,bounced\nd@example.org,odd\n"
    found = rows(text)

    assert [row.departed for row in found] == [None, Departed.UNSUBSCRIBED, Departed.CLEANED, None]
    assert "status" in found[3].problems[0]


def test_tags_that_are_no_topic_leave_the_topics_of_a_known_person_alone():
    ann, bea = rows("email,tags\nann@example.org,VIP\nbea@example.org,empathy\n")

    assert ("topics" in ann.person.says, "topics" in bea.person.says) == (False, True)


NAMES = st.text(st.characters(categories=["L", "Nd", "P", "S"]), max_size=50) | st.text("'=+-@x", max_size=6)
NAMES = NAMES.map(lambda name: unicodedata.normalize("NFC", name))  # as names are kept
PREFERENCES = st.builds(
    Preferences,
    st.frozensets(st.sampled_from(sorted(make_taxonomy().slugs))),
    st.sampled_from(["en", "fr"]),
    st.sampled_from(NoMatch),
    st.none() | st.builds(Month, st.integers(2000, 2100), st.integers(1, 12)),
)
ADDRESSES = st.sampled_from(
    ["ann@example.org", "+ann@example.org", "-a@example.org", "'=a@example.org", "=a@example.org", "'ann@example.org"]
)


@given(ADDRESSES, NAMES, PREFERENCES, st.dates(max_value=DAY), st.none() | st.dates())
def test_exported_person_reads_back_as_the_same_person(address, name, preferences, day, until):
    person = Subscriber(1, address, name, preferences, State.ACTIVE, NOON, None, "form", day, until)
    out = io.StringIO(newline="")

    assert write_list(out, [list(to_row(person).values())]) == 1
    (back,) = rows(out.getvalue(), BARE)
    assert back.problems == ()
    assert (back.person.address, back.person.name, back.person.preferences) == (address, name, preferences)
    assert (back.person.given_on, back.person.consent_until) == (day, until)


@given(st.text() | st.text("'=+-@\t\rx"))
def test_no_exported_cell_begins_like_a_formula_and_every_one_reads_back(cell: str):
    out = io.StringIO(newline="")
    write_list(out, [["", cell, *[""] * 7]])
    _, (_, written, *_) = csv.reader(io.StringIO(out.getvalue(), newline=""))

    assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(written) == cell


def test_export_has_the_columns_of_a_subscriber_list():
    assert list(to_row(Subscriber(1, "a@example.org", "", Preferences(), State.ACTIVE, NOON))) == list(COLUMNS)


@pytest.mark.parametrize("name", ["علی\u200cرضا", "Ann 👨\u200d👩\u200d👧", "\u200fמרים\u200e", "Zoe\u0301"])
def test_persian_names_and_emoji_are_imported(name):
    (row,) = rows(f"email,name\nann@example.org,{name}\n")

    assert row.problems == ()
    assert row.person.name == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("An\u202en", "it has U+202E RIGHT-TO-LEFT OVERRIDE, which changes the direction of the text: remove it"),
        ("An\x1b[2Jn", "it has a control character, U+001B: remove it"),
        ("A\u200bnn", "it has an invisible character, U+200B ZERO WIDTH SPACE: remove it"),
        ("x" * 201, "it has 201 characters, more than the limit of 200: shorten it"),
    ],
)
@pytest.mark.parametrize("column", ["name", "source"])
def test_refused_row_says_which_rule_its_name_breaks(column, name, rule):
    assert problems(f"email,{column}\nann@example.org,{name}\n")[2].startswith(f"{column}: {rule}")


def test_source_of_every_row_is_held_against_the_same_rule():
    with pytest.raises(ValueError, match=r"--source: it has a control character, U\+001B"):
        rows("email\nann@example.org\n", replace(RULES, source="a\x1b[31mform"))
