import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.months import Month

MONTHS = st.builds(Month, st.integers(1950, 2900), st.integers(1, 12))


@given(MONTHS)
def test_month_reads_back_what_it_writes(month: Month):
    assert Month.parse(str(month)) == month


@given(MONTHS, st.integers(-500, 500))
def test_shifting_there_and_back_changes_nothing(month: Month, months: int):
    assert month.shift(months).shift(-months) == month


@given(MONTHS, MONTHS)
def test_text_of_months_sorts_as_they_follow(one: Month, other: Month):
    assert (str(one) < str(other)) == (one < other)


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "2026-1", "26-11", "2026-11-01", "2026/11", "", " 2026-11", "٢٠٢٦-11"]
)
def test_text_that_is_no_month_is_refused(text: str):
    with pytest.raises(ValueError, match="month"):
        Month.parse(text)


def test_month_of_a_day_holds_it():
    assert Month.of(dt.date(2024, 2, 29)) == Month(2024, 2)
