import datetime as dt
import io

import pytest
from factories import NOON, make_taxonomy
from hypothesis import given
from hypothesis import strategies as st

from digest.months import Month
from digest.subscribers.rows import Row, RowRules, read_rows, to_row
from digest.subscribers.subscriber import NoMatch, Preferences, State, Subscriber

RULES = RowRules(make_taxonomy(), ("en", "fr"), identify=lambda address: address.lower(), source="a list")


def rows(text: str) -> list[Row]:
    return list(read_rows(io.StringIO(text, newline=""), RULES))


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
    assert "quote cells" in problems("email,name\nann@example.org,Lee,Ann\n")[2]


def test_row_with_a_stray_quote_is_refused_and_the_next_is_read():
    text = 'email,name\nann@example.org,"Ann" Lee\nbea@example.org,Bea\n'

    assert list(problems(text)) == [2]
    assert rows(text)[1].person.address == "bea@example.org"


def test_control_characters_in_a_source_are_refused():
    assert "source" in problems("email,source\nann@example.org,a\x00b\n")[2]


def test_row_without_an_address_is_refused_and_an_empty_line_is_not_a_row():
    assert problems("email,name\n\n,Ann\n") == {3: "email: empty"}


def test_list_without_an_email_column_is_refused():
    with pytest.raises(ValueError, match="email"):
        rows("name,topics\nAnn,\n")


def test_control_characters_in_a_name_are_refused():
    assert "name" in problems("email,name\nann@example.org,Ann\x07\n")[2]


NAMES = st.text(st.characters(categories=["L", "Nd", "P", "S"]), max_size=50)
PREFERENCES = st.builds(
    Preferences,
    st.frozensets(st.sampled_from(sorted(make_taxonomy().slugs))),
    st.sampled_from(["en", "fr"]),
    st.sampled_from(NoMatch),
    st.none() | st.builds(Month, st.integers(2000, 2100), st.integers(1, 12)),
)


@given(NAMES, PREFERENCES, st.none() | st.dates())
def test_exported_row_reads_back_as_the_same_person(name: str, preferences: Preferences, day: dt.date | None):
    import csv

    subscriber = Subscriber(1, "ann@example.org", name, preferences, State.ACTIVE, NOON, source="form", given_on=day)
    out = io.StringIO(newline="")
    row = to_row(subscriber)
    writer = csv.DictWriter(out, list(row))
    writer.writeheader()
    writer.writerow(row)

    (back,) = rows(out.getvalue())

    assert (back.person.name, back.person.preferences, back.person.given_on) == (name, preferences, day)
