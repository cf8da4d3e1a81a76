"""What search engines and browsers look for without a link to it."""

import re
from xml.etree import ElementTree as ET

import pytest
from archive_samples import publish, web_article
from services.site import make_site
from starlette.testclient import TestClient

from digest.months import Month
from digest.storage.db.database import Database
from digest.web.app import create_site

BASE = "https://digest.example.org"
LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def addresses(client: TestClient, path: str = "/sitemap.xml") -> list[str]:
    answer = client.get(path)
    assert answer.headers["content-type"] == "application/xml; charset=utf-8"
    return [one.text.removeprefix(BASE) for one in ET.fromstring(answer.content).iter(LOC)]


@pytest.fixture
def full(database: Database) -> TestClient:
    with database.write() as connection:
        article = web_article("study", author="Dr. Maya Okafor", research_type="survey", topics=("empathy", "training"))
        publish(connection, Month(2025, 3), article)
    return TestClient(create_site(make_site(database)), base_url=BASE, follow_redirects=False)


def test_sitemap_has_every_public_page(full: TestClient):
    found = addresses(full)

    assert found[:6] == ["/", "/topics/", "/types/", "/authors/", "/about/", "/privacy/"]
    assert {"/2026-11/", "/2026-11/alliance/", "/2025-03/study/", "/2025/", "/2026/"} <= set(found)
    assert {"/topics/empathy/", "/topics/training/", "/types/survey/", "/authors/dr-maya-okafor/"} <= set(found)
    assert "/2026-12/" not in found
    assert len(found) == len(set(found))


def test_every_address_of_the_sitemap_is_a_page_that_may_be_indexed(full: TestClient):
    for path in addresses(full):
        answer = full.get(path)

        assert answer.status_code == 200, path
        assert "noindex" not in answer.text
        assert f'<link rel="canonical" href="{BASE}{path}">' in answer.text


def test_only_the_files_of_the_sitemap_that_there_are_can_be_read(full: TestClient):
    assert addresses(full, "/sitemap-1.xml") == addresses(full)
    assert full.get("/sitemap-2.xml").status_code == 404
    assert full.get("/sitemap-0.xml").status_code == 404
    assert full.get(f"/sitemap-{'9' * 5000}.xml").status_code == 404


def test_robots_may_read_everything_but_personal_links_and_results(client: TestClient):
    said = client.get("/robots.txt").text.splitlines()

    assert said[0] == "User-agent: *"
    assert said[-1] == f"Sitemap: {BASE}/sitemap.xml"
    assert {"Disallow: /preferences/", "Disallow: /your-issues/", "Disallow: /search?", "Disallow: /search."} <= set(
        said
    )
    assert not [line for line in said if line in {"Disallow: /", "Disallow: /search"}]


def test_site_under_a_path_says_where_its_sitemap_is(database: Database):
    client = TestClient(create_site(make_site(database, base_url="https://example.org/digest")))

    assert "Sitemap: https://example.org/digest/sitemap.xml" in client.get("/robots.txt").text
    assert "https://example.org/digest/2026-11/alliance/" in client.get("/digest/sitemap.xml").text


def test_every_icon_of_a_page_is_there_and_may_be_kept_for_ever(client: TestClient):
    page = client.get("/").text
    icons = re.findall(r'<link rel="(?:icon|apple-touch-icon)" href="([^"]+)"', page)

    assert len(icons) == 3
    for path in icons:
        answer = client.get(path)

        assert answer.headers["content-type"] in {"image/png", "image/svg+xml"}
        assert "immutable" in answer.headers["cache-control"]


def test_icon_at_the_root_of_the_host_is_there(client: TestClient):
    assert client.get("/favicon.ico").headers["content-type"] == "image/x-icon"
    assert client.get("/assets/nothing.png").status_code == 404
