import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.backoff import FIRST, LONGEST, delay

CHANCES = st.floats(0, 1)


@pytest.mark.parametrize(("tried", "span"), [(0, 1.0), (1, 2.0), (2, 4.0), (8, 256.0), (9, 300.0), (1000, 300.0)])
def test_span_doubles_up_to_the_longest(tried, span):
    assert delay(tried, 1.0) == span
    assert delay(tried, 0.5) == span / 2
    assert delay(tried, 0.0) == 0.0


@given(st.integers(0, 10**6), CHANCES, st.none() | st.floats(allow_nan=True, allow_infinity=True))
def test_wait_is_bounded_whatever_a_provider_asks_for(tried, jitter, asked):
    assert 0 <= delay(tried, jitter, at_least=asked) <= 2 * LONGEST


def test_what_the_provider_asked_for_comes_first():
    assert delay(0, 0.5, at_least=10) == 10 + FIRST / 2
    assert delay(0, 0.0, at_least=86400) == LONGEST
    assert delay(0, 0.0, at_least=-60) == 0


def test_provider_may_ask_for_less_than_a_second():
    assert delay(0, 0.0, at_least=0.5) == 0.5
