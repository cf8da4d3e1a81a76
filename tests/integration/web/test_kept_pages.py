"""Pages of the archive that are answered from memory."""

import gzip
from dataclasses import replace

import pytest
from factories import make_taxonomy
from services.site import frozen_december, make_site, publish
from starlette.testclient import TestClient

from digest.pipeline.issue.archive import Archive, changed_at
from digest.storage.archive_index.index import ArchiveIndex
from digest.storage.db.database import Database
from digest.web.app import create_site
from digest.web.site import Site


class Patient:
    """A clock for the archive: it looks at the database when the test lets time pass."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def patient() -> Patient:
    return Patient()


@pytest.fixture
def site(database: Database, patient: Patient, tmp_path) -> Site:
    archive = Archive(database, ArchiveIndex(tmp_path / "archive.db", make_taxonomy()), patient, patience=1.0)
    return replace(make_site(database), archive=archive)


def test_page_is_made_once_and_then_answered_without_a_route(client: TestClient, site: Site):
    first = client.get("/2026-11/")
    deaf = TestClient(create_site(replace(site, renderer=None)), base_url="https://digest.example.org")

    again = deaf.get("/2026-11/")

    assert (again.text, again.headers["etag"]) == (first.text, first.headers["etag"])
    assert again.headers["content-security-policy"] == first.headers["content-security-policy"]


def test_every_language_and_query_has_a_page_of_its_own(client: TestClient):
    for _ in range(2):
        pages = [
            client.get("/2026-11/", headers={"Accept-Language": "en"}),
            client.get("/2026-11/", headers={"Accept-Language": "fr"}),
            client.get("/2026-11/?lang=fr", headers={"Accept-Language": "en"}),
        ]

        assert len({page.text for page in pages}) == 3
        assert [page.text.count('<html lang="fr"') for page in pages] == [0, 1, 1]


def test_publication_is_seen_a_second_later(client: TestClient, database: Database, patient: Patient):
    before = client.get("/")
    publish(database, frozen_december())

    assert client.get("/").text == before.text

    patient.now += 1
    after = client.get("/")

    assert 'href="/2026-12/"' in after.text
    assert after.headers["etag"] != before.headers["etag"]


def test_page_of_a_new_issue_is_found_at_once(client: TestClient, database: Database):
    assert client.get("/2026-12/").status_code == 404

    publish(database, frozen_december())

    assert client.get("/2026-12/").status_code == 200


def test_last_modified_is_the_last_publication(client: TestClient, site: Site):
    answer = client.get("/2026-11/alliance/")
    moment = changed_at(site.archive.version())

    assert moment is not None
    assert answer.headers["last-modified"] == f"{moment:%a, %d %b %Y %H:%M:%S} GMT"
    assert client.get("/", headers={"If-Modified-Since": answer.headers["last-modified"]}).status_code == 304


def test_archive_without_issues_has_no_last_modified(sqlite_url: str):
    client = TestClient(create_site(make_site(Database(sqlite_url))))

    assert "last-modified" not in client.get("/").headers


def test_page_is_compressed_and_the_same_for_those_who_take_no_gzip(client: TestClient):
    with client.stream("GET", "/2026-11/", headers={"Accept-Encoding": "gzip"}) as answer:
        packed = b"".join(answer.iter_raw())
    plain = client.get("/2026-11/", headers={"Accept-Encoding": "identity"})

    assert answer.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(packed) == plain.content
    assert len(packed) < len(plain.content) / 2


@pytest.mark.parametrize("path", ["/", "/2026-11/", "/2026-11/alliance/", "/assets/site.css", "/robots.txt"])
def test_head_says_what_get_would(client: TestClient, path: str):
    for _ in range(2):  # made, then kept
        head, get = client.head(path), client.get(path)

        assert head.content == b""
        assert dict(head.headers) == dict(get.headers)


def test_nothing_personal_and_nothing_missing_is_kept(client: TestClient, site: Site, token: str):
    for path in (
        "/",
        f"/unsubscribe/{token}",
        "/subscribe",
        "/link",
        "/healthz",
        "/nothing/",
        "/2026-12/",
        "/confirm/x",
    ):
        client.get(path)
    client.get("/2026-11/")

    kept = {key.path for key in site.page_cache._pages}

    assert kept == {"/", "/2026-11/"}


def test_form_to_a_kept_address_is_not_answered_with_the_page(client: TestClient):
    client.get("/2026-11/")

    assert client.post("/2026-11/").status_code == 405


def test_assets_with_the_hash_of_their_content_are_kept_for_ever(client: TestClient):
    style = client.get("/").text.split('rel="stylesheet" href="')[1].split('"')[0]

    assert client.get(style).headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.get(f"{style}0").headers["cache-control"] == "public, max-age=300"
    assert client.get("/assets/site.css").headers["cache-control"] == "public, max-age=300"
