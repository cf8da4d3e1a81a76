"""What holds for every address of the site."""

import logging
from dataclasses import replace

import pytest
from services.site import make_renderer
from sqlalchemy import MetaData, create_engine, select
from starlette.testclient import TestClient

from digest.rendering.environment import Renderer
from digest.web.app import create_site
from digest.web.site import Site


def every_path(client: TestClient, token: str) -> list[str]:
    """An address for each route of the application."""
    values = {"{month}": "2026-11", "{slug}": "alliance", "{token}": token}
    paths = {route.path for route in _routes(client.app.routes)}
    for name, value in values.items():
        paths = {path.replace(name, value) for path in paths}
    return sorted(paths)


def _routes(routes):
    for route in routes:
        if hasattr(route, "path"):
            yield route
        else:
            yield from _routes(getattr(route, "routes", None) or route.effective_candidates())


def contents(url: str) -> dict[str, list]:
    """Every row of every table."""
    engine = create_engine(url)
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        rows = {table.name: connection.execute(select(table)).all() for table in tables.sorted_tables}
    engine.dispose()
    return rows


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])
def test_nothing_but_a_post_changes_anything(client: TestClient, token: str, sqlite_url: str, method: str):
    before = contents(sqlite_url)
    paths = every_path(client, token)
    assert len(paths) >= 9

    for path in paths:
        answer = client.request(method, path, params={"confirm": "yes", "List-Unsubscribe": "One-Click"})
        assert answer.status_code < 500

    assert contents(sqlite_url) == before


def test_every_answer_has_the_security_headers_and_no_cookie(client: TestClient, token: str):
    for path in [*every_path(client, token), "/nothing", "/unsubscribe/nonsense"]:
        headers = client.get(path).headers

        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "referrer-policy" in headers
        assert "set-cookie" not in headers


def test_pages_hold_no_script_and_no_style_of_their_own(client: TestClient, token: str):
    for path in ["/", "/2026-11/", "/2026-11/alliance/", f"/unsubscribe/{token}", "/nothing"]:
        page = client.get(path).text.lower()

        assert "<script" not in page
        assert "<style" not in page
        assert " style=" not in page


def test_head_answers_like_get_without_error(client: TestClient):
    for path in ["/", "/2026-11/", "/2026-11/alliance/", "/robots.txt", "/healthz", "/assets/site.css"]:
        assert client.head(path).status_code == 200


def test_health_says_whether_the_database_answers(client: TestClient):
    assert client.get("/healthz").json() == {"ok": True, "database": True}


def test_robots_stay_away_from_personal_links(client: TestClient):
    assert client.get("/robots.txt").text == "User-agent: *\nDisallow: /unsubscribe/\n"


def test_style_sheet_has_the_newsletters_colour(client: TestClient):
    answer = client.get("/assets/site.css")

    assert answer.headers["content-type"].startswith("text/css")
    assert answer.text.startswith(":root{--accent-light:#2a5d67;")


def test_fault_is_a_plain_page_and_its_log_line_holds_no_token(
    site: Site, token: str, caplog: pytest.LogCaptureFixture
):
    broken = replace(site, renderer=Renderer({"web/unsubscribe.html": "{{ missing.value }}"}, {}))
    client = TestClient(create_site(broken))

    with caplog.at_level(logging.ERROR):
        answer = client.get(f"/unsubscribe/{token}")

    assert answer.status_code == 500
    assert "missing" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "/unsubscribe/{token}" in caplog.text
    assert token not in caplog.text


def test_every_text_of_the_site_is_translated():
    french, english = make_renderer().translations("fr"), make_renderer().translations("en")
    for text in ("All issues", "Unsubscribe?", "There is no such page", "Practice implications"):
        assert english.gettext(text) == text
        assert french.gettext(text) != text
