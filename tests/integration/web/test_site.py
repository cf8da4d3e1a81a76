"""What holds for every address of the site."""

import logging
import re
from dataclasses import replace

import pytest
from services.site import make_renderer
from sqlalchemy import MetaData, create_engine, select
from starlette.testclient import TestClient

from digest.rendering.environment import Renderer
from digest.tokens import Purpose
from digest.web.app import create_site
from digest.web.site import Site

PURPOSES = {
    "preferences": Purpose.PREFERENCES,
    "confirm": Purpose.CONFIRM,
    "new-address": Purpose.NEW_ADDRESS,
    "address": Purpose.CHANGE_ADDRESS,
    "undo": Purpose.UNDO_ADDRESS,
    "data": Purpose.EXPORT,
    "erase": Purpose.ERASE,
    "return": Purpose.RETURN,
}


@pytest.fixture
def paths(client: TestClient, visitor: TestClient, mails, reader: int, token: str, link) -> list[str]:
    """An address for each route of the application; each link is genuine, and one of its kind waits to be used."""
    visitor.post("/subscribe", data={"address": "new@example.org", "which": "every"})
    visitor.post(f"/new-address/{link(Purpose.NEW_ADDRESS, reader)}", data={"address": "other@example.org"})
    subjects = {kind: subject for kind, _, _, subject in mails()}

    def fill(path: str) -> str:
        kind = path.split("/")[1]
        personal = link(PURPOSES[kind], subjects.get(kind, reader)) if kind in PURPOSES else token
        return path.replace("{month}", "2026-11").replace("{slug}", "alliance").replace("{token}", personal)

    return sorted({fill(route.path) for route in _routes(client.app.routes)})


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
def test_nothing_but_a_post_changes_anything(visitor: TestClient, paths: list[str], sqlite_url: str, method: str):
    before = contents(sqlite_url)
    assert len(paths) >= 22
    fields = {"confirm": "yes", "List-Unsubscribe": "One-Click", "which": "every", "address": "third@example.org"}

    for path in paths:
        assert visitor.request(method, path, params=fields).status_code < 500
        if method != "HEAD":
            assert visitor.request(method, path, data=fields).status_code < 500

    assert contents(sqlite_url) == before


@pytest.mark.parametrize("action", ["address", "data", "erase", "leave"])
def test_address_of_a_form_opens_as_its_page(visitor: TestClient, reader: int, link, action: str):
    own = f"/preferences/{link(Purpose.PREFERENCES, reader)}"
    page = visitor.get(f"{own}/{action}?lang=en")

    assert page.status_code == 200
    assert f'<form method="post" action="{own}/{action}?lang=en">' in page.text


def test_every_address_opens_as_a_page_of_ours(visitor: TestClient, paths: list[str]):
    machines = {"/robots.txt", "/healthz", "/favicon.ico"}
    for path in paths:
        answer = visitor.get(f"{path}?lang=en")

        assert answer.status_code != 405, path
        if path not in machines and "/assets/" not in path and not path.endswith((".xml", ".png")):
            assert "</html>" in answer.text
            assert 'href="/assets/' in answer.text


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/"), ("POST", "/2026-11/"), ("DELETE", "/subscribe/sent"), ("PUT", "/2026-11")]
)
def test_request_of_another_kind_gets_a_page_that_helps(client: TestClient, method: str, path: str):
    answer = client.request(method, f"{path}?lang=en")

    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert "Nothing was changed." in answer.text
    assert 'href="/link?lang=en"' in answer.text


@pytest.mark.parametrize("kind", [*PURPOSES, "unsubscribe"])
@pytest.mark.parametrize("end", ["", "/"])
def test_personal_address_without_its_token_says_that_the_link_is_cut(client: TestClient, kind: str, end: str):
    answer = client.get(f"/{kind}{end}?lang=en")

    assert answer.status_code == 400
    assert "This link doesn’t work" in answer.text
    assert "It may be incomplete" in answer.text


def test_form_leads_to_a_page_that_can_be_reloaded(
    visitor: TestClient, mails, reader: int, token: str, link, sqlite_url: str, clock
):
    own = f"/preferences/{link(Purpose.PREFERENCES, reader)}"
    everything = {"address": "third@example.org", "which": "every", "confirm": "yes"}

    def check(path: str) -> None:
        answer = visitor.post(path, data=everything, follow_redirects=False)
        assert (answer.status_code, answer.headers["cache-control"]) == (303, "no-store")
        before = contents(sqlite_url)
        first, again = (visitor.get(answer.headers["location"]) for _ in range(2))
        assert (first.status_code, first.text) == (200, again.text)
        assert contents(sqlite_url) == before

    for path in ("/subscribe", "/link", own, f"{own}/address", f"{own}/data", f"{own}/erase"):
        check(path)
    check(f"/new-address/{link(Purpose.NEW_ADDRESS, reader)}")
    subjects = {kind: subject for kind, _, _, subject in mails()}
    check(f"/confirm/{link(Purpose.CONFIRM, subjects['confirm'])}")
    everything["address"] = "fourth@example.org"
    check(f"/new-address/{link(Purpose.NEW_ADDRESS, reader)}")
    change = mails()[-1][3]
    clock.forward(minutes=1)
    check(f"/address/{link(Purpose.CHANGE_ADDRESS, change)}")
    check(f"/undo/{link(Purpose.UNDO_ADDRESS, change)}")
    check(f"/unsubscribe/{token}")
    check(f"/return/{link(Purpose.RETURN, reader, seconds=1800)}")
    check(f"/preferences/{link(Purpose.PREFERENCES, reader, seconds=180 * 86_400)}/leave")
    check(f"/erase/{link(Purpose.ERASE, reader, seconds=86_400)}")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_answer_has_the_security_headers_and_no_cookie(visitor: TestClient, paths: list[str], method: str):
    for path in [*paths, "/nothing", "/unsubscribe/nonsense", "/preferences/nonsense"]:
        headers = visitor.request(method, path).headers

        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "referrer-policy" in headers
        assert "set-cookie" not in headers


ARTICLE = "/2026-11/alliance/"


def test_pages_hold_no_style_of_their_own_and_no_script_but_the_files_of_the_site(client: TestClient, paths: list[str]):
    for path in [*paths, "/nothing"]:
        page = client.get(path).text.lower()

        assert "<style" not in page
        assert " style=" not in page
        assert not re.search(r"\son[a-z]+=", page)
        scripts = re.findall(r"<script[^>]*>[^<]*", page)
        if path == "/subscribe" or path.startswith("/preferences/"):
            assert all(re.fullmatch(r'<script src="/assets/topics\.js\?v=\w+" defer>', script) for script in scripts)
        elif path == ARTICLE:
            data, script = scripts
            assert data.startswith('<script type="application/ld+json">{"@context":')  # data, which never runs
            assert re.fullmatch(r'<script src="/assets/cite\.js\?v=\w+" defer>', script)
        else:
            assert scripts == []


def test_only_pages_with_topics_and_articles_may_load_a_script(client: TestClient, paths: list[str]):
    may = {path for path in paths if "script-src 'self'" in client.get(path).headers["content-security-policy"]}

    assert {path.split("/")[1] for path in may - {ARTICLE}} == {"subscribe", "preferences"}
    assert ARTICLE in may


def test_personal_pages_are_kept_and_told_nowhere(visitor: TestClient, paths: list[str]):
    personal = [path for path in paths if path.split("/")[1] in {*PURPOSES, "unsubscribe"}]
    assert len(personal) >= 11

    for path in personal:
        for method in ("GET", "POST"):
            answer = visitor.request(method, path)
            if answer.status_code not in {404, 405}:
                assert answer.headers["cache-control"] == "no-store"
                assert answer.headers["referrer-policy"] == "no-referrer"
                assert "noindex" in answer.headers["x-robots-tag"]


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_answer_repeats_the_host_that_was_asked_for(visitor: TestClient, paths: list[str], headers, method: str):
    for path in paths:
        answer = visitor.request(method, path, params={"next": "//evil.example"}, headers=headers)

        assert "evil.example" not in answer.text
        assert "evil.example" not in str(answer.headers)


def test_head_answers_like_get_without_error(client: TestClient):
    for path in ["/", "/2026-11/", "/2026-11/alliance/", "/robots.txt", "/healthz", "/assets/site.css"]:
        assert client.head(path).status_code == 200


def test_health_says_whether_the_database_answers(client: TestClient):
    assert client.get("/healthz").json() == {"ok": True, "database": True}


def test_robots_stay_away_from_personal_links(client: TestClient):
    said = client.get("/robots.txt").text.splitlines()

    assert said[0] == "User-agent: *"
    assert {f"Disallow: /{kind}/" for kind in (*PURPOSES, "unsubscribe", "your-issues")} <= set(said)
    rules = [line for line in said if line.startswith("Disallow:")]
    assert len(rules) == len(set(rules))


@pytest.mark.parametrize("path", ["/search", "/subscribe", "/link"])
def test_address_with_a_slash_too_many_leads_to_the_page(client: TestClient, path: str):
    asked = "?lang=fr&q=alliance%20rupture&topic=training"

    answer = client.get(f"{path}/{asked}")

    assert (answer.status_code, answer.headers["location"]) == (308, f"{path}{asked}")
    assert client.head(f"{path}/").headers["location"] == path


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
    for text in ("All issues", "Unsubscribe?", "Page not found", "Practice implications"):
        assert english.gettext(text) == text
        assert french.gettext(text) != text
