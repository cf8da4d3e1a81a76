"""A whole month through the command line: Markdown in, mail and pages out."""

import csv
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from projects import (
    MONTH,
    article_text,
    begin,
    command,
    environment,
    mails,
    make_project,
    make_ready,
    opened,
    people,
    run,
    run_json,
)

from digest.bootstrap.resources import shipped
from digest.content.library import Library
from digest.months import Month
from digest.pipeline.issue.published import one_published
from digest.storage.people.subscribers import find, leave

SAMPLE_MONTH = Month(2026, 8)
PROOF = ("--source", "test", "--date", "2026-01-31")


def expected(library: Library, month: Month) -> tuple[dict[str, tuple[str, set[str]]], dict[str, int]]:
    """Worked out from the sample list alone: language and titles for each address, and skipped people by reason."""
    articles = library.load(month).articles
    wanted, skipped = {}, {"no_match": 0, "paused": 0}
    with shipped("subscribers/sample.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            chosen = set(row["topics"].split(";")) - {""}
            titles = {a.title for a in articles if not chosen or chosen & set(a.topics)}
            if not titles and row["no_match"] == "whole":
                titles = {a.title for a in articles}
            if row["paused_until"] > str(month):
                skipped["paused"] += 1
            elif not titles:
                skipped["no_match"] += 1
            else:
                wanted[row["email"]] = (row["language"], titles)
    return wanted, {reason: count for reason, count in skipped.items() if count}


def test_sample_month_reaches_everyone_with_exactly_their_articles(tmp_path: Path):
    folder = tmp_path / "a project"
    run_init = subprocess.run([*command(folder, "init")[:-2], str(folder)], capture_output=True, check=False)
    assert run_init.returncode == 0
    shutil.copytree(shipped("articles"), folder / "articles", dirs_exist_ok=True)
    month = str(SAMPLE_MONTH)

    assert run_json(folder, "subscribers", "import", str(shipped("subscribers/sample.csv")))["counts"] == {"added": 60}
    assert [finding for finding in run_json(folder, "check", month) if finding["severity"] == "error"] == []
    assert run_json(folder, "assemble", month)["state"] == "assembled"
    run(folder, "approve", month)
    final = run_json(folder, "send", month, "--yes")

    digest = opened(folder)
    wanted, skipped = expected(digest.library, SAMPLE_MONTH)
    found = mails(folder / "outbox" / month)
    every_title = {article.title for article in digest.library.load(SAMPLE_MONTH).articles}
    assert set(found) == set(wanted)
    for address, (language, titles) in wanted.items():
        text = found[address].get_body(("plain",)).get_content()
        flat = " ".join(text.split())
        assert found[address]["Content-Language"] == language
        in_full = {
            title for title in every_title if f"{title}" in flat.split("Also in this issue")[0].split("Aussi dans")[0]
        }
        assert in_full >= titles, address
    assert final["state"] == "sent"
    assert final["skipped"] == skipped
    assert final["balance"]["accepted"] == len(wanted)
    assert final["balance"]["planned"] == 60 == sum(final["balance"].values()) - 60


def test_edition_holds_the_chosen_articles_and_names_the_others(tmp_path: Path):
    make_ready(make_project(tmp_path), 8)
    run(tmp_path, "send", str(MONTH), "--yes")

    found = mails(tmp_path / "outbox" / str(MONTH))

    assert len(found) == 8
    text = found["p0@example.org"].get_body(("plain",)).get_content()
    assert "The body of About empathy." in text
    assert "The body of About training." not in text
    everything = found["p3@example.org"].get_body(("plain",)).get_content()
    assert all(f"The body of About {topic}." in everything for topic in ("empathy", "attachment", "training"))


def test_sending_twice_is_one_campaign_and_changes_nothing(tmp_path: Path):
    make_ready(make_project(tmp_path), 8)
    first = run_json(tmp_path, "send", str(MONTH), "--yes")
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in (tmp_path / "outbox").rglob("*.eml")}

    second = run_json(tmp_path, "send", str(MONTH), "--yes")

    after = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in (tmp_path / "outbox").rglob("*.eml")}
    assert second == first
    assert after == before


def test_unapproved_issue_is_not_sent(tmp_path: Path):
    digest = make_project(tmp_path)
    run(tmp_path, "send", str(MONTH), "--yes", code=1)
    run(tmp_path, "assemble", str(MONTH))
    run(tmp_path, "send", str(MONTH), "--yes", code=1)

    assert not digest.outbox(MONTH).exists()
    assert run_json(tmp_path, "status", str(MONTH))["state"] == "assembled"


def test_edit_after_approval_stops_the_sending(tmp_path: Path):
    digest = make_ready(make_project(tmp_path))
    article = digest.articles_folder / str(MONTH) / "about-empathy.md"
    article.write_text(article.read_text() + "\nOne more word.\n")

    run(tmp_path, "send", str(MONTH), "--yes", code=1)

    assert not digest.outbox(MONTH).exists()


def test_every_refusal_names_what_has_changed(tmp_path: Path):
    digest = make_ready(make_project(tmp_path), 8)
    run(tmp_path, "send", str(MONTH), "--yes", "--plan-only")
    folder = digest.articles_folder / str(MONTH)
    (folder / "about-empathy.md").write_text(article_text("About feeling", "empathy"))
    (folder / "about-training.md").unlink()
    (folder / "about-listening.md").write_text(article_text("About listening", "empathy"))
    config = tmp_path / "config.yaml"
    config.write_text(config.read_text().replace("en: Psychotherapy Research Digest", "en: Our Digest"))
    named = [
        f"articles/{MONTH}/about-empathy.md changed",
        f"articles/{MONTH}/about-listening.md added",
        f"articles/{MONTH}/about-training.md removed",
        "newsletter.title changed",
    ]

    said = [refusal(tmp_path, *words) for words in (("send", "--yes"), ("resume",), ("approve",))]

    for one in said:
        assert f"{MONTH} has changed since it was assembled ({'; '.join(named)}): run `digest assemble {MONTH}`" in one


def refusal(folder: Path, verb: str, *options: str) -> str:
    """What a command about the month says on stderr when it refuses."""
    done = subprocess.run(
        command(folder, verb, str(MONTH), *options), capture_output=True, text=True, env=environment(), check=False
    )
    assert done.returncode == 1, done.stderr
    return done.stderr


def test_file_that_breaks_after_approval_stops_the_sending(tmp_path: Path):
    digest = make_ready(make_project(tmp_path))
    (digest.articles_folder / str(MONTH) / "zz-broken.md").write_text("no front matter")

    run(tmp_path, "send", str(MONTH), "--yes", code=1)

    assert not digest.outbox(MONTH).exists()


def test_template_that_changes_before_approval_asks_for_a_new_look(tmp_path: Path):
    digest = make_project(tmp_path, replace={"templates: null": "templates: mine"})
    own = tmp_path / "mine" / "email" / "digest"
    own.mkdir(parents=True)
    run(tmp_path, "assemble", str(MONTH))
    (own / "body.txt").write_text("Another letter {{ unsubscribe_url }}")

    run(tmp_path, "approve", str(MONTH), code=1)

    assert run_json(digest.folder, "status", str(MONTH))["state"] == "assembled"


def test_correction_in_mid_campaign_is_told_step_by_step(tmp_path: Path):
    digest = make_ready(make_project(tmp_path), 8)
    assert "is already approved" in run(tmp_path, "approve", str(MONTH))
    begin(tmp_path)
    run(tmp_path, "hold", str(MONTH))
    article = digest.articles_folder / str(MONTH) / "about-empathy.md"
    article.write_text(article.read_text().replace("The body of", "The mended body of"))

    run(tmp_path, "approve", str(MONTH), code=1)
    run(tmp_path, "resume", str(MONTH), code=1)
    run(tmp_path, "assemble", str(MONTH))
    assert f"digest resume {MONTH}" in run(tmp_path, "approve", str(MONTH))
    assert "corrected issue" in run(tmp_path, "resume", str(MONTH))
    article.write_text(article.read_text().replace("mended", "polished"))
    run(tmp_path, "hold", str(MONTH))
    run(tmp_path, "resume", str(MONTH), "--as-approved")


def test_held_campaign_goes_on_when_the_cause_is_mended(tmp_path: Path):
    digest = make_ready(make_project(tmp_path), 8)
    outbox = tmp_path / "outbox"
    outbox.write_text("a file where the folder should be")

    held = run_json(tmp_path, "send", str(MONTH), "--yes", code=3)
    outbox.unlink()
    run(tmp_path, "resume", str(MONTH))
    sent = run_json(tmp_path, "send", str(MONTH), "--yes")

    assert (held["state"], held["balance"]["waiting"]) == ("held", 8)
    assert "outbox" in held["reason"]
    assert (sent["state"], sent["reason"]) == ("sent", None)
    assert len(mails(digest.outbox(MONTH))) == 8


def test_mails_of_another_database_are_never_taken_for_evidence(tmp_path: Path):
    digest = make_ready(make_project(tmp_path), 8)
    run(tmp_path, "send", str(MONTH), "--yes")
    before = sorted(path.read_bytes() for path in digest.outbox(MONTH).glob("*.eml"))
    digest.database.dispose()
    for path in (tmp_path / "subscribers").glob("digest.db*"):
        path.unlink()
    make_ready(opened(tmp_path), 8)

    held = run_json(tmp_path, "send", str(MONTH), "--yes", code=3)

    assert "another database" in held["reason"]
    assert held["balance"]["accepted"] == 0
    assert sorted(path.read_bytes() for path in digest.outbox(MONTH).glob("*.eml")) == before


def test_file_of_somebody_else_in_the_outbox_is_left_alone(tmp_path: Path):
    digest = make_ready(make_project(tmp_path), 8)
    digest.outbox(MONTH).mkdir(parents=True)
    (digest.outbox(MONTH) / "notes.eml").write_text("mine")

    run(tmp_path, "send", str(MONTH), "--yes")

    assert (digest.outbox(MONTH) / "notes.eml").read_text() == "mine"


def test_project_lives_in_a_folder_of_any_name(tmp_path: Path):
    folder = tmp_path / "a %20b#c?d é"
    make_ready(make_project(folder), 8)

    assert run_json(folder, "send", str(MONTH), "--yes")["state"] == "sent"
    assert (folder / "subscribers" / "digest.db").exists()


def test_update_changes_only_what_the_list_has_a_column_for(tmp_path: Path):
    make_ready(make_project(tmp_path), 8)
    (tmp_path / "names.csv").write_text("email,name\np1@example.org,New Name\n")

    report = run_json(tmp_path, "subscribers", "import", str(tmp_path / "names.csv"), "--update", *PROOF)

    person = run_json(tmp_path, "subscribers", "show", "p1@example.org")
    assert report["counts"] == {"updated": 1}
    assert (person["name"], person["topics"]) == ("New Name", ["attachment"])


def test_page_of_a_sent_issue_is_corrected_and_nobody_is_mailed_again(tmp_path: Path):
    digest = make_ready(make_project(tmp_path), 8)
    first = run_json(tmp_path, "send", str(MONTH), "--yes")
    before = sorted(path.read_bytes() for path in digest.outbox(MONTH).glob("*.eml"))
    article = digest.articles_folder / str(MONTH) / "about-empathy.md"
    article.write_text(article.read_text().replace("The body of", "The mended body of"))

    run(tmp_path, "assemble", str(MONTH))
    run(tmp_path, "approve", str(MONTH))
    again = run_json(tmp_path, "send", str(MONTH), "--yes")

    page = one_published(digest.database, MONTH).document
    assert any("The mended body of" in article.html for article in page.articles)
    assert again == first
    assert sorted(path.read_bytes() for path in digest.outbox(MONTH).glob("*.eml")) == before


def test_dry_run_counts_readers_until_the_campaign_begins(tmp_path: Path):
    make_ready(make_project(tmp_path), 8)

    shown = run_json(tmp_path, "send", str(MONTH), "--dry-run")

    assert sum(shown["editions"].values()) == 8
    run(tmp_path, "send", str(MONTH), "--yes", "--plan-only")
    run(tmp_path, "send", str(MONTH), "--dry-run", code=1)


def test_dry_run_changes_nothing(tmp_path: Path):
    make_ready(make_project(tmp_path), 8)

    run_json(tmp_path, "send", str(MONTH), "--dry-run")

    assert run_json(tmp_path, "status", str(MONTH))["state"] == "approved"


def test_who_leaves_after_the_plan_is_skipped(tmp_path: Path):
    digest = make_ready(make_project(tmp_path), 8)
    run(tmp_path, "send", str(MONTH), "--yes", "--plan-only")
    with digest.database.write() as connection:
        person = find(connection, digest.identify("p2@example.org"))
        leave(connection, person.id, now=digest.database.now(connection))

    final = run_json(tmp_path, "send", str(MONTH), "--yes")

    assert "p2@example.org" not in mails(digest.outbox(MONTH))
    assert final["skipped"] == {"left": 1}
    assert final["balance"]["accepted"] == 7


def test_person_who_left_is_not_brought_back_by_their_row(tmp_path: Path):
    digest = make_ready(make_project(tmp_path), 8)
    with digest.database.write() as connection:
        person = find(connection, digest.identify("p2@example.org"))
        leave(connection, person.id, now=digest.database.now(connection))
    (tmp_path / "people.csv").write_text(people(8))

    report = run_json(tmp_path, "subscribers", "import", str(tmp_path / "people.csv"), *PROOF)

    assert report["counts"]["left"] == 1
    assert run_json(tmp_path, "subscribers", "show", "p2@example.org")["state"] == "left"


def test_outbox_has_a_page_that_lists_its_messages(tmp_path: Path):
    digest = make_ready(make_project(tmp_path), 8)
    run(tmp_path, "send", str(MONTH), "--yes")

    page = (digest.outbox(MONTH) / "index.html").read_text()

    assert "8 messages" in page
    assert all(path.name in page for path in digest.outbox(MONTH).glob("*.eml"))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_killed_again_and_again_everyone_is_mailed_once(tmp_path: Path, database_url: str, seed: int):
    small_batches = {"replace": {"batch_size: 500": "batch_size: 10"}}
    digest = make_ready(make_project(tmp_path, database_url, **small_batches), 200)
    chance = random.Random(seed)
    run(tmp_path, "send", str(MONTH), "--yes", "--plan-only")
    outbox, killed, handed_over = digest.outbox(MONTH), 0, 0

    for _ in range(6):
        process = subprocess.Popen(
            command(tmp_path, "send", str(MONTH), "--yes"),
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = len(list(outbox.glob("*.eml"))) + chance.randrange(1, 40)
        while process.poll() is None and len(list(outbox.glob("*.eml"))) < until:
            time.sleep(0.001)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.wait()
        now = len(list(outbox.glob("*.eml")))
        assert now >= handed_over
        handed_over = now
    final = run_json(tmp_path, "send", str(MONTH), "--yes")

    assert killed >= 3
    assert set(mails(outbox)) == {f"p{number}@example.org" for number in range(200)}
    assert final["state"] == "sent"
    assert final["balance"]["accepted"] == 200
    assert [path.name for path in outbox.iterdir() if path.name.startswith(".")] == [".campaign"]


def test_two_senders_at_once_share_the_work(tmp_path: Path, database_url: str):
    small_batches = {"replace": {"batch_size: 500": "batch_size: 5"}}
    digest = make_ready(make_project(tmp_path, database_url, **small_batches), 120)

    processes = [
        subprocess.Popen(command(tmp_path, "send", str(MONTH), "--yes"), env=environment(), stdout=subprocess.DEVNULL)
        for _ in range(3)
    ]

    assert [process.wait(timeout=90) for process in processes] == [0, 0, 0]
    assert len(mails(digest.outbox(MONTH))) == 120
    assert run_json(tmp_path, "status", str(MONTH))["balance"]["accepted"] == 120
