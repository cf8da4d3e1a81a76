from hypothesis import given
from hypothesis import strategies as st

from digest.archive.query import Order, Query, read_query

QUERY = Query("alliance", ("empathy", "cbt"), ("meta-analysis",), ("lee",), ("en",), 2010, 2020, Order.STUDY, 3)
PARAMETERS = ("q", "topic", "type", "author", "language", "from", "to", "order", "page")


def test_address_says_the_whole_query():
    assert QUERY.address() == (
        "/search?q=alliance&topic=empathy&topic=cbt&type=meta-analysis&author=lee&language=en&from=2010&to=2020"
        "&order=study&page=3"
    )
    assert read_query(QUERY.parameters()) == QUERY


def test_address_of_nothing_has_no_question_mark():
    assert Query().address("/topics/empathy/") == "/topics/empathy/"


def test_what_makes_no_sense_is_left_out():
    sent = [("q", " a\x00b\n c "), ("from", "19"), ("to", "soon"), ("page", "-1"), ("order", "best"), ("other", "x")]

    assert read_query(sent) == Query("a b c")


def test_years_in_the_wrong_order_are_swapped():
    query = read_query([("from", "2020"), ("to", "2010")])

    assert (query.first_year, query.last_year) == (2010, 2020)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["q", "topic", "type", "author", "language", "from", "to", "order", "page"]), st.text()
        )
    )
)
def test_any_address_is_a_query_whose_address_means_the_same(sent: list[tuple[str, str]]):
    query = read_query(sent)

    assert read_query(query.parameters()) == query
