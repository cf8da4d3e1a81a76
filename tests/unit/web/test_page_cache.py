import random

import pytest

from digest.web.caching import HTML, PublicAnswer, public_answer
from digest.web.page_cache import PageCache, PageKey, page_key


def key(path: str) -> PageKey:
    return PageKey(path, b"", "en")


def page(length: int, seed: int = 1) -> PublicAnswer:
    return public_answer(random.Random(seed).randbytes(length), HTML)


def filled(cache: PageCache, *paths: str, length: int = 5_000) -> PageCache:
    cache.get(key("/"), "v1")
    for path in paths:
        cache.put(key(path), "v1", page(length))
    return cache


def test_page_is_kept_for_its_version():
    cache = filled(PageCache(), "/a/")

    assert cache.get(key("/a/"), "v1") == page(5_000)
    assert cache.get(key("/b/"), "v1") is None


def test_every_page_goes_when_something_is_published():
    cache = filled(PageCache(), "/a/")

    assert cache.get(key("/a/"), "v2") is None
    assert cache.get(key("/a/"), "v1") is None
    assert cache.size == 0


def test_page_of_an_earlier_version_is_not_kept():
    cache = filled(PageCache())
    cache.get(key("/a/"), "v2")

    cache.put(key("/a/"), "v1", page(100))

    assert cache.get(key("/a/"), "v2") is None


def test_pages_that_nobody_asked_for_give_way_first():
    cache = filled(PageCache(70_000), *(f"/{number}/" for number in range(11)))
    cache.get(key("/0/"), "v1")

    cache.put(key("/new/"), "v1", page(5_000))

    assert cache.get(key("/0/"), "v1") is not None
    assert cache.get(key("/new/"), "v1") is not None
    assert cache.get(key("/1/"), "v1") is None


def test_cache_never_takes_more_than_its_capacity():
    cache = filled(PageCache(100_000), *(f"/{number}/" for number in range(200)))

    assert 50_000 < cache.size <= 100_000


def test_page_made_twice_counts_once():
    cache = filled(PageCache(), "/a/")
    before = cache.size

    cache.put(key("/a/"), "v1", page(5_000))

    assert cache.size == before


def test_one_huge_page_does_not_drive_out_the_others():
    cache = filled(PageCache(100_000), "/a/")

    cache.put(key("/huge/"), "v1", page(50_000))

    assert cache.get(key("/huge/"), "v1") is None
    assert cache.get(key("/a/"), "v1") is not None


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        (b"", b"fr-CA", "fr"),
        (b"", b"de", "en"),
        (b"", b"", "en"),
        (b"lang=fr", b"en", "fr"),
        (b"l%61ng=fr", b"en", "fr"),
        (b"lang=xx", b"fr", "fr"),
        (b"q=%ff&lang", b"\xff", "en"),
    ],
)
def test_key_says_the_language_of_the_page(query: bytes, accepted: bytes, language: str):
    scope = {"path": "/", "query_string": query, "headers": [(b"accept-language", accepted)]}

    assert page_key(scope, ("en", "fr")) == PageKey("/", query, language)
