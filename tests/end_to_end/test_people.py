"""One subscriber at a time, and people who cannot be mailed, through the command line."""

import csv
from pathlib import Path

from projects import MONTH, add_people, make_project, make_ready, people, run, run_json


def test_suppressed_people_look_suppressed_everywhere(tmp_path: Path):
    make_ready(make_project(tmp_path), 8)  # p0 and p4 chose empathy, p3 and p7 every topic
    run(tmp_path, "suppressions", "add", "p0@example.org", "--reason", "bounced")
    run(tmp_path, "suppressions", "add", "p3@example.org")

    listed = {row["email"]: row for row in run_json(tmp_path, "subscribers", "list")}
    assert (listed["p0@example.org"]["state"], listed["p0@example.org"]["suppression"]) == ("suppressed", "bounced")
    assert (listed["p1@example.org"]["state"], listed["p1@example.org"]["suppression"]) == ("active", None)
    assert "suppressed (manual)" in run(tmp_path, "subscribers", "list")
    assert "suppressed (bounced)" in run(tmp_path, "subscribers", "show", "p0@example.org")
    topics = {row["slug"]: (row["chosen_by"], row["reaches"]) for row in run_json(tmp_path, "topics")}
    assert topics["empathy"] == (1, 2)
    exported = list(csv.DictReader(run(tmp_path, "subscribers", "export").splitlines()))
    assert len(exported) == 6
    marked = csv.DictReader(run(tmp_path, "subscribers", "export", "--all").splitlines())
    assert {row["email"]: row["status"] for row in marked if row["status"] != "active"} == {
        "p0@example.org": "suppressed (bounced)",
        "p3@example.org": "suppressed (manual)",
    }
    assert "not planned: 2 suppressed" in run(tmp_path, "send", str(MONTH), "--dry-run")
    assert run_json(tmp_path, "send", str(MONTH), "--dry-run")["not_planned"] == {"suppressed": 2}
    assert "not planned: 2 suppressed" in run(tmp_path, "send", str(MONTH), "--yes", errors=True)


def test_operator_edits_and_unsubscribes_one_subscriber(tmp_path: Path):
    add_people(make_project(tmp_path), people(2))
    edit = ("subscribers", "edit", "p0@example.org")

    choices = ("--name", "Ann Lee", "--language", "fr", "--topics", "training;attachment", "--no-match", "whole")
    assert run(tmp_path, *edit, *choices, "--pause", "2027-01") == "changed\n"
    assert run(tmp_path, *edit, "--name", "Ann Lee") == "nothing was changed\n"
    run(tmp_path, *edit, code=2)
    run(tmp_path, *edit, "--topics", "nonsense", "--language", "de", code=2)
    run(tmp_path, *edit, "--address", "p1@example.org", code=1)
    run(tmp_path, *edit, "--address", "new@example.org", "--pause", "")

    shown = run_json(tmp_path, "subscribers", "show", "new@example.org")
    assert {key: shown[key] for key in ("name", "language", "topics", "no_match", "paused_until", "state")} == {
        "name": "Ann Lee",
        "language": "fr",
        "topics": ["attachment", "training"],
        "no_match": "whole",
        "paused_until": "",
        "state": "active",
    }
    run(tmp_path, "subscribers", "show", "p0@example.org", code=1)
    assert run(tmp_path, "subscribers", "unsubscribe", "new@example.org") == "unsubscribed\n"
    assert "already unsubscribed" in run(tmp_path, "subscribers", "unsubscribe", "new@example.org")
    assert run_json(tmp_path, "subscribers", "show", "new@example.org")["state"] == "left"
    run(tmp_path, "subscribers", "unsubscribe", "nobody@example.org", code=1)
