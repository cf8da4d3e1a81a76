"""Which forms come from our own pages."""

import pytest

from digest.http.origin import sent_from_own_page

BASE = "https://digest.example.org/reading"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "same-origin", "origin": "null"},  # what a page without referrer sends
        {"sec-fetch-site": "none"},  # sent again by the person, after a reload
        {"origin": "https://digest.example.org"},
    ],
)
def test_own_page_is_known(headers: dict[str, str]):
    assert sent_from_own_page(headers, BASE)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "https://evil.example"},
        {"origin": "http://digest.example.org"},
        {"origin": "https://digest.example.org.evil.example"},
        {"origin": "https://digest.example.org:8443"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},  # another host of the same organisation
        {"sec-fetch-site": ""},
        {"sec-fetch-site": "cross-site", "origin": "https://digest.example.org"},
        {"host": "evil.example", "origin": "https://evil.example"},
        {"referer": "https://digest.example.org/subscribe"},
    ],
)
def test_any_other_page_is_refused(headers: dict[str, str]):
    assert not sent_from_own_page(headers, BASE)


def test_port_of_the_base_belongs_to_the_origin():
    assert sent_from_own_page({"origin": "http://127.0.0.1:8000"}, "http://127.0.0.1:8000")
    assert not sent_from_own_page({"origin": "http://127.0.0.1:9000"}, "http://127.0.0.1:8000")
