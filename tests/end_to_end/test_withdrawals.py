"""Articles of a sent month that are deleted, renamed or moved: every link in every sent mail keeps answering."""

import re
from collections import Counter
from pathlib import Path

import pytest
from projects import MONTH, article_text, mails, make_project, make_ready, run, run_json
from starlette.testclient import TestClient

from digest.bootstrap import Digest
from digest.bootstrap.sites import site_of
from digest.web.app import create_site

FIRST, SECOND = (f"articles/{MONTH}/about-{topic}.md" for topic in ("empathy", "training"))


@pytest.fixture
def sent(tmp_path: Path) -> Digest:
    digest = make_ready(make_project(tmp_path), 8)
    run(tmp_path, "send", str(MONTH), "--yes")
    return digest


def answers(digest: Digest) -> Counter[int]:
    """How the site answers every link of every mail."""
    site = site_of(digest)
    client = TestClient(create_site(site), base_url=digest.newsletter.base_url)
    parts = [part.get_content() for mail in mails(digest.outbox(MONTH)).values() for part in mail.iter_parts()]
    links = {link for part in parts for link in re.findall(r"http://127\.0\.0\.1:8000[^\s\"<>)\]]*", part)}
    assert any("/about-" in link for link in links)
    return Counter(client.get(link).status_code for link in links)


def test_deleted_article_is_refused_withdrawn_and_put_back(sent: Digest):
    folder, file = sent.folder, sent.folder / FIRST
    text = file.read_text()
    file.unlink()
    run(folder, "assemble", str(MONTH))

    refused = run(folder, "approve", str(MONTH), code=1, errors=True)
    following = run_json(folder, "status", str(MONTH))["next"]
    assert "2026-11 no longer has about-empathy, and the mails that were sent link to it" in refused
    assert "`digest approve 2026-11 --withdraw about-empathy`" in refused
    assert following[0] in refused, "status says the same"
    assert run(folder, "status", str(MONTH)).startswith("2026-11  sent: a correction is awaiting approval")
    assert set(answers(sent)) == {200}

    withdraw = ("approve", str(MONTH), "--withdraw", "about-empathy")
    assert "add --reason" in run(folder, *withdraw, code=2, errors=True)
    assert "/2026-11/about-empathy/ shows when and why" in run(folder, *withdraw, "--reason", "It was retracted.")
    after = answers(sent)
    assert set(after) == {200, 410}
    assert after[410] == 1
    assert run_json(folder, "status", str(MONTH))["next"] == []

    file.write_text(text)
    run(folder, "assemble", str(MONTH))
    run(folder, "approve", str(MONTH))
    assert set(answers(sent)) == {200}


def test_renamed_and_moved_articles_keep_their_permalinks(sent: Digest):
    folder = sent.folder
    (folder / FIRST).rename(folder / FIRST.replace("about-empathy", "empathy-again"))
    later = folder / "articles" / "2026-12"
    later.mkdir()
    (later / "about-training.md").write_text(article_text("About training", "training", MONTH.shift(1)))
    (folder / SECOND).unlink()
    run(folder, "assemble", str(MONTH))

    refused = run(folder, "approve", str(MONTH), code=1, errors=True)
    assert f"put {FIRST} and {SECOND} back (also if you renamed or moved it)" in refused
    assert set(answers(sent)) == {200}

    both = ("--withdraw", "about-empathy", "--withdraw", "about-training")
    run(folder, "approve", str(MONTH), *both, "--reason", "It has moved.", "--reason", "fr:Il a été déplacé.")
    after = answers(sent)
    assert set(after) == {200, 410}
    assert after[410] == 2
