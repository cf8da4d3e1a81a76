"""The editor's look at a month, before anything is sent."""

import asyncio
import html
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from factories import make_taxonomy
from services.site import make_assets, make_renderer
from starlette.testclient import TestClient

from digest.content.library import Library
from digest.errors import ConfigError, StorageError
from digest.issue.edition import EditionKey
from digest.pipeline.issue.assemble import Workshop
from digest.preview.app import create_preview
from digest.preview.changes import Changes, watch
from digest.rendering.environment import Renderer


def preview_of(workshop: Workshop, **changes) -> TestClient:
    values = {"month": None, "headcounts": None, "assets": make_assets()} | changes
    make = changes.pop("make", lambda: workshop)
    values.pop("make", None)
    return TestClient(create_preview(make, [], **values), base_url="http://127.0.0.1:8001", follow_redirects=False)


def test_start_leads_to_the_newest_month(client: TestClient):
    assert client.get("/").headers["location"] == "/2026-11/"


def test_start_leads_to_the_month_asked_for(workshop: Workshop):
    from digest.months import Month

    client = preview_of(workshop, month=Month(2026, 10))

    assert client.get("/").headers["location"] == "/2026-10/"


def test_every_edition_of_every_language_can_be_looked_at(client: TestClient):
    page = client.get("/2026-11/").text

    for edition in ("en-12", "en-1", "en-2", "fr-12", "fr-1", "fr-2"):
        assert f"edition={edition}&amp;" in page
        assert client.get(f"/2026-11/{edition}.html").status_code == 200


def test_edition_shows_its_articles_and_an_invented_reader(client: TestClient):
    mail = client.get("/2026-11/en-1.html").text

    assert "Dear Ann Lee," in mail
    assert "Body of one." in mail
    assert "Body of two." not in mail
    assert 'href="/sample-link"' in mail
    assert "digest.invalid" not in mail
    assert client.get("/sample-link").status_code == 200


def test_plain_text_and_headers_are_those_of_the_mail(client: TestClient):
    text = html.unescape(client.get("/2026-11/?edition=fr-12&view=text").text)
    headers = html.unescape(client.get("/2026-11/?edition=fr-12&view=headers").text)

    assert "Bonjour Ann Lee," in text
    assert "https://digest.example.org/unsubscribe/SAMPLE" in text
    assert "List-Unsubscribe=One-Click" in headers
    assert "<https://digest.example.org/unsubscribe/SAMPLE" in headers


def test_size_of_the_mail_is_told(client: TestClient):
    assert "KB of 102 KB" in client.get("/2026-11/").text


def test_readers_of_each_edition_are_counted_where_that_is_known(workshop: Workshop):
    counts = {EditionKey("en", 3): 41, EditionKey("fr", 1): 1}
    page = preview_of(workshop, headcounts=lambda issue: counts).get("/2026-11/").text

    assert "41 readers" in page
    assert "1 reader<" in page
    assert "0 readers" in page


def test_preview_works_while_readers_cannot_be_counted(workshop: Workshop):
    def broken(issue):
        raise StorageError("the database is away")

    answer = preview_of(workshop, headcounts=broken).get("/2026-11/")

    assert answer.status_code == 200
    assert "readers" not in answer.text


def test_broken_file_is_told_with_its_line_and_the_rest_stays(client: TestClient, articles: Path):
    whole = (articles / "2026-11" / "two.md").read_text()
    (articles / "2026-11" / "two.md").write_text(whole.replace("topics: [empathy]", "topics: [empathy"))
    broken = client.get("/2026-11/").text
    (articles / "2026-11" / "two.md").write_text(whole)
    mended = client.get("/2026-11/").text

    assert "articles/2026-11/two.md:" in broken
    assert "not-loaded" in broken
    assert "Title of one" in broken
    assert "not-loaded" not in mended


def test_stray_file_is_told_on_every_month(client: TestClient, articles: Path):
    (articles / "lost.md").write_text("lost")

    assert "articles/lost.md" in client.get("/2026-11/").text


def test_month_without_an_article_says_where_to_write_one(client: TestClient):
    answer = client.get("/2026-10/")

    assert answer.status_code == 200
    assert "articles/2026-10/" in answer.text


@pytest.mark.parametrize("exists", [True, False])
def test_folder_without_articles_says_how_to_begin(workshop: Workshop, tmp_path: Path, exists: bool):
    folder = tmp_path / "other" / "articles"
    if exists:
        folder.mkdir(parents=True)
    client = preview_of(replace(workshop, library=Library(folder, make_taxonomy())))

    answer = client.get("/")

    assert answer.status_code == 200
    assert "No articles yet" in answer.text


def test_broken_mail_template_is_told_and_the_page_stays(workshop: Workshop):
    templates = dict(make_renderer()._templates) | {"email/digest/body.html": "{% if %}"}
    client = preview_of(replace(workshop, renderer=Renderer(templates, {})))
    answer = client.get("/2026-11/")

    assert answer.status_code == 200
    assert "templates/email/digest/body.html:1" in answer.text
    assert "Title of one" in answer.text
    assert client.get("/2026-11/en-1.html").status_code == 500


def test_broken_preview_template_is_told_without_it(workshop: Workshop):
    templates = dict(make_renderer()._templates) | {"preview/month.html": "{% if %}"}
    answer = preview_of(replace(workshop, renderer=Renderer(templates, {}))).get("/2026-11/")

    assert answer.status_code == 500
    assert "templates/preview/month.html:1" in answer.text
    assert "/assets/preview.js" in answer.text


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8001", "127.0.0.1.evil.example", "digest.example.org"])
@pytest.mark.parametrize("path", ["/", "/2026-11/", "/2026-11/en-1.html", "/events", "/assets/preview.js"])
def test_other_host_names_are_refused(client: TestClient, host: str, path: str):
    assert client.get(path, headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:8001", "localhost:8001", "localhost"])
def test_own_host_names_are_answered(client: TestClient, host: str):
    assert client.get("/2026-11/", headers={"Host": host}).status_code == 200


def test_nothing_in_a_mail_may_run_and_no_other_site_may_look(client: TestClient):
    mail, page = client.get("/2026-11/en-1.html").headers, client.get("/2026-11/").headers

    assert "default-src 'none'" in mail["content-security-policy"]
    assert "script-src" not in mail["content-security-policy"]
    assert "frame-ancestors 'self'" in mail["content-security-policy"]
    assert "frame-ancestors 'none'" in page["content-security-policy"]
    for headers in (mail, page):
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/2026-13/", "/x/", "/2026-11/en-9.html", "/2026-11/../../etc/passwd", "/2026-11/x"])
def test_nonsense_is_not_found(client: TestClient, path: str):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("query", ["edition=en-9", "edition=<script>", "view=x", "scheme=x", "edition=en-1&edition="])
def test_unknown_choice_shows_the_whole_issue(client: TestClient, query: str):
    answer = client.get(f"/2026-11/?{query}")

    assert answer.status_code == 200
    assert 'src="/2026-11/en-12.html?scheme=light"' in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_preview_takes_nothing(client: TestClient, method: str):
    assert client.request(method, "/2026-11/").status_code == 405


def test_text_of_an_article_is_never_markup_of_the_preview(client: TestClient, articles: Path):
    text = (articles / "2026-11" / "one.md").read_text()
    (articles / "2026-11" / "one.md").write_text(text.replace("Title of one", "'<img src=x onerror=alert(1)>{{7*7}}'"))
    page = client.get("/2026-11/").text

    assert "<img" not in page
    assert "{{7*7}}" in page


def test_workshop_that_cannot_be_made_at_the_start_is_an_error(workshop: Workshop):
    def broken() -> Workshop:
        raise ConfigError("no template")

    with pytest.raises(ConfigError):
        create_preview(broken, [], month=None, headcounts=None, assets={})


async def _versions(changes: Changes, wanted: int) -> list[str]:
    versions = []
    async for version in changes.follow():
        versions.append(version)
        if len(versions) == wanted:
            changes.close()
        else:
            changes.announce()
    return versions


def test_open_pages_are_told_of_every_change_until_the_preview_stops():
    versions = asyncio.run(_versions(Changes(), 3))

    assert len(set(versions)) == 3


async def _told(paths: list[Path], act: Callable[[], object]) -> None:
    """Returns once a change was told; acts again and again, since nothing says when the watching has begun."""
    told = asyncio.Event()
    task = asyncio.create_task(watch(paths, told.set))
    while not told.is_set():
        act()
        with suppress(TimeoutError):
            await asyncio.wait_for(told.wait(), 1.5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_saved_file_is_noticed(tmp_path: Path):
    asyncio.run(_told([tmp_path], lambda: (tmp_path / "x.md").write_text("x")))


def test_watched_folder_that_comes_and_goes_is_noticed(tmp_path: Path):
    folder = tmp_path / "articles"

    asyncio.run(_told([folder], lambda: folder.rmdir() if folder.exists() else folder.mkdir()))
