"""The search of the site, as a browser gets it."""

import csv
import html
import io
import re
from urllib.parse import urlencode

import pytest
from archive_samples import publish, study, web_article
from starlette.testclient import TestClient

from digest.months import Month
from digest.storage.db.database import Database
from digest.web.app import create_site
from digest.web.site import Site


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


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def full(database: Database, site: Site) -> TestClient:
    """Two issues with summaries of the same study."""
    with database.write() as connection:
        for month, slug in ((Month(2026, 5), "first-look"), (Month(2026, 6), "second-look")):
            article = web_article(slug, doi="10.1037/PST0000175", study=study(2018), topics=("attachment",))
            publish(connection, month, article, web_article(f"beside-{slug}"))
    return TestClient(create_site(site), base_url="https://digest.example.org", follow_redirects=False)


def test_results_download_in_the_order_of_the_list(full: TestClient):
    answer = full.get("/search.csv?q=look&order=issue&page=9")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert [row["summary"] for row in rows] == [
        "Second look",
        "Beside second look",
        "First look",
        "Beside first look",
    ]
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="articles-\d{4}-\d\d-\d\d\.csv"', answer.headers["content-disposition"])
    assert answer.headers["x-robots-tag"] == "noindex"


@pytest.mark.parametrize("ending", ["ris", "bib", "json"])
def test_study_with_two_summaries_is_in_a_file_once(full: TestClient, ending: str):
    text = full.get(f"/search.{ending}?topic=attachment&q=look").text

    assert text.lower().count("10.1037/pst0000175") >= 1
    assert text.count("A study") == 1


@pytest.mark.parametrize(("language", "shown"), [("en", "1–20 of 21 articles"), ("fr", "1–20 sur 21 articles")])
def test_first_page_of_several_counts_all_articles(database: Database, client: TestClient, language: str, shown: str):
    with database.write() as connection:
        publish(connection, Month(2026, 5), *(web_article(f"glimpse-{number}") for number in range(21)))

    assert f'<h2 id="found">{shown}</h2>' in found(client, q="glimpse", lang=language)


def test_every_result_list_offers_its_files(full: TestClient):
    page = found(full, q="look", order="issue")

    for name, ending in (("RIS", "ris"), ("BibTeX", "bib"), ("CSL-JSON", "json"), ("CSV", "csv")):
        assert f'<a href="/search.{ending}?q=look&amp;order=issue" rel="nofollow">{name}</a>' in page


def test_nothing_found_offers_no_file_and_an_unknown_kind_is_not_there(full: TestClient):
    assert "/search.ris" not in found(full, q="zzzzzzzz")
    assert full.get("/search.exe?q=look").status_code == 404
    assert full.get("/search.json?q=zzzzzzzz").json() == []


# --- studies by their DOI --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "/doi/10.1037/pst0000175",
        "/doi/10.1037/PST0000175",
        "/doi/10.1037%2Fpst0000175",
        "/doi/10.1037/pst0000175/",
        "/doi/https://doi.org/10.1037/pst0000175",
    ],
)
def test_doi_leads_to_the_newest_summary(full: TestClient, address: str):
    answer = full.get(address)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/2026-06/second-look/"
    assert "first-look" in full.get(answer.headers["location"]).text


def test_doi_keeps_the_language_that_was_asked_for(full: TestClient):
    assert full.get("/doi/10.1037/pst0000175?lang=fr").headers["location"] == "/2026-06/second-look/?lang=fr"


@pytest.mark.parametrize("doi", ["10.1037/unknown", "", "x", "<script>", "10.1/" + "x" * 3000, "%00", "%25"])
def test_unknown_doi_says_so_and_offers_the_search(full: TestClient, doi: str):
    answer = full.get(f"/doi/{doi}", headers={"Accept-Language": "en"})

    assert answer.status_code == 404
    assert "No summary of this study" in answer.text
    assert '<a href="/search">Search the archive</a>' in answer.text
    assert "<script>" not in answer.text
    assert len(answer.text) < 10_000


def test_lists_of_topics_types_and_authors_offer_their_articles_as_files(full: TestClient):
    page = full.get("/topics/attachment/", headers={"Accept-Language": "en"}).text

    assert '<a href="/search.ris?topic=attachment&amp;order=study" rel="nofollow">RIS</a>' in page
    assert full.get("/search.csv?topic=attachment&order=study").text.count("2018") >= 2
    assert "/search.ris" not in full.get("/topics/training-of-nobody/").text
