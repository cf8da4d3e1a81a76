"""The search of the site, as a browser gets it."""

import html
import re
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient


def found(client: TestClient, **parameters: str | list[str]) -> str:
    """The page of a search, in English."""
    answer = client.get(f"/search?{urlencode(parameters, doseq=True)}", headers={"Accept-Language": "en"})
    assert answer.status_code == 200, answer.text
    return answer.text


def titles(page: str) -> list[str]:
    """The titles of the articles on a page, without marks."""
    links = re.findall(r'<h3><a href="/2026-11/[^"]+"[^>]*>(.*?)</a></h3>', page)
    return [html.unescape(re.sub("</?mark>", "", title)) for title in links]


def test_words_are_found_and_marked(client: TestClient):
    page = found(client, q="alliance")

    assert titles(page) == ["Therapists shape the alliance <more> than patients do"]
    assert "the <mark>alliance</mark> &lt;more&gt;" in page
    assert '<h2 id="found">1 article</h2>' in page


def test_search_for_nothing_lists_everything_and_may_be_kept_by_search_engines(client: TestClient):
    page = found(client)

    assert len(titles(page)) == 2
    assert "noindex" not in page


def test_results_are_not_for_search_engines(client: TestClient):
    assert '<meta name="robots" content="noindex, follow">' in found(client, q="alliance")


def test_filter_leaves_what_fits_and_stays_chosen(client: TestClient):
    page = found(client, topic="training")

    assert titles(page) == ["L’empathie compte"]
    assert 'name="topic" value="training" checked' in page


def test_typed_html_is_only_text(client: TestClient):
    page = found(client, q='"><script>alert(1)</script>', topic="<b>x</b>", author='"onload="x')

    assert "<script>" not in page
    assert "<b>x" not in page
    assert 'value="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in page


def test_long_text_is_cut(client: TestClient):
    page = found(client, q="alliance " * 5000)

    assert f'value="{("alliance " * 5000)[:200].strip()}"' in page


@pytest.mark.parametrize(
    "text", ['"', "AND", "a OR", "title:x", "-", "*", "^", "NEAR(", "a\x00b", "{}", "'", "(" * 200]
)
def test_no_text_is_a_query_language(client: TestClient, text: str):
    found(client, q=text)


def test_fields_that_were_left_empty_leave_the_address(client: TestClient):
    sent = [("q", "alliance"), ("order", "relevance"), ("from", ""), ("to", "x"), ("topic", "training"), ("lang", "fr")]
    answer = client.get(f"/search?{urlencode(sent)}")

    assert answer.status_code == 302
    assert answer.headers["location"] == "/search?q=alliance&topic=training&lang=fr"
    assert client.get(answer.headers["location"]).status_code == 200


def test_misspelled_word_is_corrected_and_said(client: TestClient):
    page = found(client, q="aliance")

    assert "Showing results for <strong>alliance</strong>" in page
    assert 'value="aliance"' in page
    assert len(titles(page)) == 1


def test_articles_with_some_of_the_words_are_better_than_none(client: TestClient):
    page = found(client, q="alliance zzzzzzzz")

    assert "No article has all of these words. These have some of them." in page
    assert len(titles(page)) == 1


def test_nothing_found_says_what_to_try(client: TestClient):
    page = found(client, q="zzzzzzzz", topic="training")

    assert "Nothing found" in page
    assert "Check the spelling" in page
    assert 'href="/search?q=zzzzzzzz"' in page


def test_page_is_french_for_french_readers(client: TestClient):
    page = client.get("/search?q=aliance&topic=empathy", headers={"Accept-Language": "fr"}).text

    assert "Recherche dans les archives" in page
    assert "Résultats pour <strong>alliance</strong>" in page
    assert 'aria-label="Retirer le filtre\u00a0: Empathie"' in page


def test_every_page_has_a_search_box_and_the_search_page_has_one(client: TestClient):
    assert '<form class="quick" role="search" action="/search">' in client.get("/").text
    assert client.get("/search").text.count('role="search"') == 1
    assert 'name="lang" value="fr"' in client.get("/?lang=fr").text


def test_page_is_kept_for_minutes_and_not_sent_again(client: TestClient):
    first = client.get("/search?q=alliance")
    again = client.get("/search?q=alliance", headers={"If-None-Match": first.headers["etag"]})

    assert first.headers["cache-control"] == "public, max-age=300"
    assert again.status_code == 304
