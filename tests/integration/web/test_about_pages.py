"""The pages "About" and "Privacy", as a browser gets them."""

import html
from dataclasses import replace

import pytest
from services.site import make_site
from starlette.testclient import TestClient

from digest.archive.pages.about import SiteFacts
from digest.content.site_texts import SitePage, parse_site_text
from digest.storage.db.database import Database
from digest.web.app import create_site
from digest.web.site import Site


def text(site: Site, path: str, language: str = "en") -> str:
    answer = TestClient(create_site(site)).get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return html.unescape(answer.text)


def test_about_says_what_the_newsletter_is_and_who_publishes_it(site: Site):
    page = text(site, "/about/")

    for part in (
        "<h1>About this newsletter</h1>",
        "“Research Digest” is a monthly newsletter by Réseau de recherche.",
        "An issue usually has 2 to 3 articles.",
        "An editor approves every issue before it is sent.",
        "The archive has 2 summaries, since",
        "100 Example Street",
        "editor@example.org",
    ):
        assert part in page


def test_about_says_nothing_of_approval_and_archive_that_is_not_so(sqlite_url: str):
    facts = SiteFacts(fewest=1, most=1, is_approved=False)
    page = text(replace(make_site(Database(sqlite_url)), facts=facts), "/about/")

    assert "An issue has 1 article." in page
    assert "approve" not in page
    assert "The archive has" not in page


def test_privacy_says_what_is_kept_as_configured(site: Site):
    facts = SiteFacts(requests_days=10, networks_days=90, deliveries_months=1, limits_hours=1, provider="SendGrid")
    page = text(replace(site, facts=facts), "/privacy/")

    for part in ("10 days", "90 days", "1 month;", "At most 1 hour<", "SendGrid delivers our emails", 'href="/link'):
        assert part in page


def test_privacy_names_neither_networks_nor_a_provider_without_them(site: Site):
    page = text(site, "/privacy/")

    assert "network address" not in page
    assert "SendGrid" not in page
    assert "The mail server that delivers our emails" in page


@pytest.mark.parametrize(("path", "title"), [("/about/", "À propos de ce bulletin"), ("/privacy/", "Confidentialité")])
def test_built_in_texts_are_french_for_french_readers(site: Site, path: str, title: str):
    page = text(site, path, "fr")

    assert f"<h1>{title}</h1>" in page
    assert f'<link rel="canonical" href="https://digest.example.org{path}">' in page


def test_french_text_names_the_sender_without_an_article(site: Site):
    assert "est un bulletin mensuel (éditeur\u00a0: " in text(site, "/about/", "fr")


def test_own_text_replaces_the_built_in_one_and_is_marked_with_its_language(site: Site):
    own = parse_site_text("# How we work\n\nWe *read*.", SitePage.ABOUT, "en", "pages/about.en.md")
    page = text(replace(site, texts=(own,)), "/about/", "fr")

    assert '<h1 lang="en" dir="ltr">How we work</h1>' in page
    assert '<div class="prose" lang="en" dir="ltr">\n<p>We <em>read</em>.</p>' in page
    assert "Qui le publie" not in page
    assert "Confidentialité" in text(replace(site, texts=(own,)), "/privacy/", "fr")


def test_address_without_slash_leads_to_the_page_and_every_page_links_to_it(client: TestClient):
    assert client.get("/privacy?lang=fr").headers["location"] == "/privacy/?lang=fr"
    for path in ("/about/", "/privacy/"):
        assert f'<a href="{path}">' in client.get("/2026-11/").text
