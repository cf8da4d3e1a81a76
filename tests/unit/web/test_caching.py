import datetime as dt
import gzip

import pytest

from digest.web.caching import HTML, public_answer, takes_gzip

LONG = b"<p>A summary.</p>" * 100
CHANGED = dt.datetime(2026, 11, 1, 9, 30, 15, 250_000, dt.UTC)


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("*", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.0, *", False),
        ("*;q=0", False),
    ],
)
def test_content_is_compressed_for_those_who_take_it(accepted: str, taken: bool):
    assert takes_gzip(accepted) is taken

    answer = public_answer(LONG, HTML).response({"accept-encoding": accepted})

    assert answer.headers.get("content-encoding") == ("gzip" if taken else None)
    assert (gzip.decompress(answer.body) if taken else answer.body) == LONG
    assert answer.headers["content-length"] == str(len(answer.body))


def test_short_content_is_not_compressed():
    answer = public_answer(b"short", HTML).response({"accept-encoding": "gzip"})

    assert answer.body == b"short"


def test_both_forms_of_one_content_have_tags_of_their_own():
    page = public_answer(LONG, HTML)

    plain, packed = page.response({}), page.response({"accept-encoding": "gzip"})

    assert plain.headers["etag"] != packed.headers["etag"]
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Language, Accept-Encoding"


@pytest.mark.parametrize("form", ["gzip", "identity"])
def test_reader_who_has_either_form_gets_no_content(form: str):
    page = public_answer(LONG, HTML, changed_at=CHANGED)
    tag = page.response({"accept-encoding": form}).headers["etag"]

    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = page.response({"accept-encoding": "gzip", "if-none-match": known})

        assert (answer.status_code, answer.body) == (304, b"")
        assert {"etag", "vary", "cache-control", "last-modified"} <= set(answer.headers)
        assert "content-encoding" not in answer.headers


def test_reader_who_has_other_content_gets_this():
    page = public_answer(LONG, HTML, changed_at=CHANGED)
    since = "Sun, 01 Nov 2026 09:30:15 GMT"

    assert page.response({"if-none-match": '"other"', "if-modified-since": since}).status_code == 200


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("Sun, 01 Nov 2026 09:30:15 GMT", 304),
        ("Mon, 02 Nov 2026 00:00:00 GMT", 304),
        ("Sun, 01 Nov 2026 09:30:14 GMT", 200),
        ("yesterday", 200),
        ("", 200),
    ],
)
def test_reader_who_asks_by_time_gets_what_changed_since(since: str, status: int):
    page = public_answer(LONG, HTML, changed_at=CHANGED)

    assert page.response({"if-modified-since": since}).status_code == status
    assert page.response({}).headers["last-modified"] == "Sun, 01 Nov 2026 09:30:15 GMT"


def test_content_of_unknown_age_is_always_sent_to_those_who_ask_by_time():
    answer = public_answer(LONG, HTML).response({"if-modified-since": "Mon, 02 Nov 2026 00:00:00 GMT"})

    assert answer.status_code == 200
    assert "last-modified" not in answer.headers


def test_page_that_is_gone_is_sent_even_to_those_who_have_it():
    page = public_answer(LONG, HTML, 410)

    assert page.response({"if-none-match": "*"}).status_code == 410
