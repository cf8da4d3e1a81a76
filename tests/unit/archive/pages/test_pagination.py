"""Lists on several pages."""

from hypothesis import given
from hypothesis import strategies as st

from digest.archive.pages.pagination import Pagination, paginate


def path(page: int) -> str:
    return f"/topics/empathy/?page={page}"


def test_page_in_the_middle_has_one_before_and_one_after():
    assert paginate(45, 2, 20, path) == Pagination(
        2, 3, 45, 21, 40, "/topics/empathy/?page=1", "/topics/empathy/?page=3"
    )


def test_empty_list_has_one_page():
    assert paginate(0, 1, 20, path) == Pagination(1, 1, 0, 0, 0, None, None)


def test_page_beyond_the_last_is_the_last():
    assert paginate(21, 9, 20, path).page == 2


@given(st.integers(0, 500), st.integers(1, 60))
def test_pages_show_every_item_once(total: int, size: int):
    pages = [paginate(total, number, size, path) for number in range(1, paginate(total, 1, size, path).last + 1)]
    shown = [item for one in pages if total for item in range(one.first_shown, one.last_shown + 1)]

    assert shown == list(range(1, total + 1))
    assert [one.next_path is None for one in pages] == [False] * (len(pages) - 1) + [True]
