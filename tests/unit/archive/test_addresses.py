import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.archive.addresses import LiveAddresses, StaticAddresses, StaticFile, path_of

LIVE = LiveAddresses("https://digest.example.org/news")
STATIC = StaticAddresses("https://archive.example.org/old", ("en", "fr"), "https://digest.example.org")


@pytest.mark.parametrize(
    ("path", "language", "url"),
    [
        ("/2026-11/", None, "https://digest.example.org/news/2026-11/"),
        ("/2026-11/", "fr", "https://digest.example.org/news/2026-11/?lang=fr"),
        ("/topics/empathy/?page=2", "fr", "https://digest.example.org/news/topics/empathy/?page=2&lang=fr"),
    ],
)
def test_running_site_says_the_language_in_the_query(path, language, url):
    assert LIVE.url(path, language) == url
    assert LIVE.link(path, language) == url.removeprefix("https://digest.example.org")


@pytest.mark.parametrize(
    ("path", "language", "place"),
    [
        ("/", None, "/"),
        ("/", "en", "/"),
        ("/", "fr", "/fr/"),
        ("/2026-11/alliance/", "fr", "/fr/2026-11/alliance/"),
        ("/topics/empathy/?page=2", "en", "/topics/empathy/page-2/"),
        ("/topics/empathy/?order=issue&page=2", "fr", "/fr/topics/empathy/order-issue/page-2/"),
        ("/topics/empathy/feed.xml", "fr", "/fr/topics/empathy/feed.xml"),
        ("/assets/site.css?v=0123456789ab", None, "/assets/site-0123456789ab.css"),
        ("/doi/10.1037/pst0000123.txt", None, "/doi/10.1037/pst0000123.txt/"),
        ("/about", None, "/about/"),
        ("/search", "fr", "/fr/search/"),
    ],
)
def test_export_has_a_place_for_every_page(path, language, place):
    assert STATIC.url(path, language) == f"https://archive.example.org/old{place}"
    assert STATIC.link(path, language) == f"/old{place}"


def test_search_of_an_export_keeps_its_query():
    assert STATIC.link("/search?topic=empathy&from=2020", "fr") == "/old/fr/search/?topic=empathy&from=2020"
    assert STATIC.file("/search?topic=empathy", "fr") == STATIC.file("/search", "fr")


def test_file_knows_its_page_on_the_running_site():
    assert STATIC.file("/topics/empathy/?page=2", "fr") == StaticFile(
        "fr/topics/empathy/page-2/index.html", "/fr/topics/empathy/page-2/", "/topics/empathy/?page=2&lang=fr"
    )
    assert STATIC.file("/feed.xml") == StaticFile("feed.xml", "/feed.xml", "/feed.xml?lang=en")


def test_forms_are_on_the_running_site():
    assert STATIC.link("/subscribe?topic=empathy", "fr") == "https://digest.example.org/subscribe?topic=empathy&lang=fr"
    assert StaticAddresses("https://archive.example.org", ("en",)).link("/subscribe") == ""


def test_export_without_search_has_no_links_to_it():
    assert StaticAddresses("https://archive.example.org", ("en",), searchable=False).link("/search?q=a") == ""


def test_links_are_told_to_whoever_wants_the_files():
    wanted: list[str] = []
    addresses = StaticAddresses("https://archive.example.org", ("en", "fr"), want=lambda file: wanted.append(file.name))
    addresses.link("/2026-11/", "fr")
    addresses.link("/subscribe", "fr")

    assert wanted == ["fr/2026-11/index.html"]


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/old/2026-11/alliance/?lang=fr", "https://archive.example.org/old/fr/2026-11/alliance/"),
        ("/old/topics/empathy/?page=2", "https://archive.example.org/old/topics/empathy/page-2/"),
        ("https://archive.example.org/old/2026-11/", "https://archive.example.org/old/2026-11/"),
        ("https://doi.org/10.1037/1", "https://doi.org/10.1037/1"),
    ],
)
def test_redirects_lead_to_the_same_page_of_the_export(location, url):
    assert STATIC.target(location) == url


@pytest.mark.parametrize("path", ["/../etc/passwd", "/a/./b/", f"/{'a' * 201}/", "/doi/10.1/%00/", "/doi/%2e%2e/"])
def test_path_that_no_file_can_have_is_refused(path):
    with pytest.raises(ValueError, match="can't be the name of a file"):
        STATIC.file(path)


@given(
    st.sampled_from(["/", "/topics/", "/topics/empathy/", "/authors/lee/", "/2026-11/alliance/"]),
    st.sampled_from([None, "en", "fr"]),
    st.integers(1, 1000),
)
def test_no_two_pages_share_a_file(path, language, page):
    file = STATIC.file(f"{path}?page={page}" if page > 1 else path, language)
    others = [STATIC.file(other, language) for other in ("/types/", f"{path}?order=issue", f"{path}?page={page + 1}")]

    assert file.name not in {other.name for other in others}
    assert path_of(f"https://x.example{file.place}") == file.place
