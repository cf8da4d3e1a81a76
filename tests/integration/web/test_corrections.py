"""Corrections on the web: what changed, when, and what the mail said."""

import datetime as dt
from pathlib import Path

import pytest
from projects import MONTH, make_project, make_ready
from starlette.testclient import TestClient

from digest.bootstrap import Digest
from digest.bootstrap.resources import load_assets, load_cards
from digest.months import Month
from digest.pipeline.campaign.plan import plan
from digest.pipeline.campaign.worker import work
from digest.pipeline.issue.approve import approve
from digest.pipeline.issue.assemble import assemble
from digest.pipeline.issue.publish import Withdrawing
from digest.pipeline.issue.publish_past import publish_past
from digest.web.app import create_site
from digest.web.site import Site

TITLE = "About empathy"
BODY = "The body of About empathy"
PATH = f"/{MONTH}/about-empathy/"


@pytest.fixture
def digest(tmp_path: Path, database_url: str) -> Digest:
    return make_ready(make_project(tmp_path, database_url), 8)


def client(digest: Digest) -> TestClient:
    site = Site(
        digest.database,
        digest.archive,
        digest.newsletter,
        digest.taxonomy,
        digest.renderer,
        digest.people,
        load_assets(None),
        load_cards(),
    )
    return TestClient(create_site(site), base_url=digest.newsletter.base_url)


def change(digest: Digest, old: str, new: str) -> None:
    file = digest.articles_folder / str(MONTH) / "about-empathy.md"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def mail(digest: Digest) -> None:
    plan(digest.database, digest.workshop, MONTH, digest.sending)
    work(digest.database, MONTH, digest.sending)


def approve_again(digest: Digest) -> None:
    assemble(digest.database, digest.workshop, MONTH)
    approve(digest.database, digest.workshop, MONTH)


def test_page_as_it_was_mailed_says_nothing(digest: Digest):
    mail(digest)

    assert "orrected" not in client(digest).get(PATH).text


def test_correction_shows_what_changed_and_what_the_mail_said(digest: Digest):
    mail(digest)
    change(digest, BODY, "The <b> & corrected body of empathy")
    approve_again(digest)

    page = client(digest).get(PATH)
    french = client(digest).get(f"{PATH}?lang=fr").text
    issue = client(digest).get(f"/{MONTH}/").text

    today = dt.datetime.now(dt.UTC).date()
    assert page.status_code == 200
    assert f"""<a href="#corrections">Corrected on <time datetime="{today}">""" in page.text
    assert "<dt>The mail said</dt>\n<dd>The body of <del>About</del> empathy.</dd>" in page.text
    assert "<dd>The <ins>&lt;b&gt; &amp; corrected</ins> body of empathy.</dd>" in page.text
    assert f"<summary>The whole text as it was mailed</summary>\n<p><strong>{TITLE}</strong></p>" in page.text
    assert page.text.count(f"{BODY}.") == 1, "the mailed text"
    assert '<dt>Le courriel disait</dt>\n<dd lang="en" dir="ltr">' in french
    assert f'<a href="{PATH}#corrections">{TITLE}</a>' in issue


def test_every_correction_is_kept_also_one_that_is_taken_back(digest: Digest):
    mail(digest)
    for old, new in ((TITLE, "Another title"), ("Another title", TITLE)):
        change(digest, f"title: {old}", f"title: {new}")
        approve_again(digest)

    page = client(digest).get(PATH).text

    assert page.count("<h3>Corrected on") == 2
    assert page.count("The whole text as it was mailed") == 1, "the second version was never mailed"


def test_correction_of_an_issue_that_was_not_mailed_does_not_claim_that_it_was(digest: Digest):
    publish_past(digest.database, digest.workshop, MONTH, dt.UTC)
    change(digest, BODY, "Another body")
    publish_past(digest.database, digest.workshop, MONTH, dt.UTC)

    page = client(digest).get(PATH).text

    assert "<dt>Before</dt>" in page
    assert "mailed" not in page


def test_withdrawal_of_an_article_that_was_not_mailed_does_not_claim_that_it_was(digest: Digest):
    publish_past(digest.database, digest.workshop, MONTH, dt.UTC)
    (digest.articles_folder / str(MONTH) / "about-empathy.md").unlink()
    withdrawing = Withdrawing(("about-empathy",), {"": "The study was retracted."})
    publish_past(digest.database, digest.workshop, MONTH, dt.UTC, withdrawing=withdrawing)

    page = client(digest).get(PATH)

    assert page.status_code == 410
    assert "This article was withdrawn on" in page.text
    assert "by email" not in page.text


def test_running_site_sees_a_correction_and_another_day(digest: Digest):
    publish_past(digest.database, digest.workshop, MONTH, dt.UTC)
    with digest.archive.read() as index:
        before = index.execute("SELECT published_at FROM issue").fetchall()

    publish_past(digest.database, digest.workshop, MONTH, dt.UTC, day=Month(2020, 1).first_day)
    digest.archive.version(at_once=True)

    with digest.archive.read() as index:
        after = index.execute("SELECT published_at FROM issue").fetchall()
    assert before != after
    assert after[0][0].startswith("2020-01-01")
