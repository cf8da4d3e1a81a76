"""`digest status` as a process of its own."""

import datetime as dt
import subprocess
from pathlib import Path

import pytest
from projects import MONTH, begin, command, environment, make_project, make_ready, run, run_json

from digest.bootstrap import Digest
from digest.cli.terminal.times import zoned_clock
from digest.delivery.breaker import Breaker
from digest.storage.outbox import campaigns, claiming, gate, results


def test_status_tells_rate_pause_and_next_step_to_people_and_scripts(tmp_path: Path):
    digest = make_ready(make_project(tmp_path), 8)
    begin(tmp_path)

    planned = run_json(tmp_path, "status", str(MONTH))
    assert (planned["rate"], planned["seconds_left"], planned["paused"]) == (0, None, None)
    assert planned["next"] == [
        f"not finished: a running `digest worker` or `digest serve` continues it; otherwise run `digest send {MONTH}`"
    ]
    assert run_json(tmp_path, "status") == [planned]

    with digest.database.write() as connection:
        now = digest.database.now(connection)
        until = now + dt.timedelta(hours=1)
        gate.lock(connection, "files")
        gate.write(connection, "files", Breaker(2, 1, now, until, "the disk is [full]"))

    waits = f"retrying at {zoned_clock(until, digest.schedule.timezone)}: the disk is [full]"
    paused = run_json(tmp_path, "status", str(MONTH))
    assert (paused["paused"]["reason"], paused["rate"]) == ("the disk is [full]", None)
    assert run(tmp_path, "status", str(MONTH)).splitlines()[0] == f"{MONTH}  sending: {waits}"
    assert waits in run(tmp_path, "status")


def test_status_of_a_sent_month_has_nothing_left_to_do(tmp_path: Path):
    make_ready(make_project(tmp_path), 8)
    run(tmp_path, "send", str(MONTH), "--yes")

    done = run_json(tmp_path, "status", str(MONTH))

    assert (done["state"], done["rate"], done["seconds_left"], done["next"]) == ("sent", None, None, [])


def test_status_never_offers_what_send_refuses(tmp_path: Path):
    digest = make_ready(make_project(tmp_path), 8)
    assert f"`digest send {MONTH}`" in run_json(tmp_path, "status", str(MONTH))["next"][0]
    edit(digest, "about-empathy.md")

    changed = run_json(tmp_path, "status", str(MONTH))

    assert changed["changes"] == [f"articles/{MONTH}/about-empathy.md changed"]
    assert f"about-empathy.md changed): run `digest assemble {MONTH}`" in changed["next"][0]
    assert "digest send" not in changed["next"][0]


def test_status_of_a_sent_month_names_the_correction_that_waits(tmp_path: Path):
    digest = make_ready(make_project(tmp_path), 8)
    run(tmp_path, "send", str(MONTH), "--yes")
    edit(digest, "about-empathy.md")

    edited = run_json(tmp_path, "status", str(MONTH))
    run(tmp_path, "assemble", str(MONTH))
    waiting = run_json(tmp_path, "status", str(MONTH))
    head = run(tmp_path, "status", str(MONTH)).splitlines()[0]
    listed = run(tmp_path, "status")
    run(tmp_path, "approve", str(MONTH))
    done = run_json(tmp_path, "status", str(MONTH))

    assert "about-empathy.md changed): to correct the page, run `digest assemble" in edited["next"][0]
    assert (waiting["state"], waiting["correction"]) == ("sent", "assembled")
    assert "waits for approval" in waiting["next"][0]
    assert head == f"{MONTH}  sent: a correction is awaiting approval"
    assert "a correction is awaiting approval" in listed
    assert (done["state"], done["correction"], done["next"]) == ("sent", None, [])


def edit(digest: Digest, name: str) -> None:
    """Add a word to an article."""
    article = digest.articles_folder / str(MONTH) / name
    article.write_text(article.read_text(encoding="utf-8") + "\nOne more word.\n", encoding="utf-8")


def test_hints_stay_out_of_what_a_script_reads(tmp_path: Path):
    make_ready(make_project(tmp_path), 8)
    begin(tmp_path)

    told = subprocess.run(
        command(tmp_path, "status", str(MONTH)), capture_output=True, text=True, env=environment(), check=True
    )

    assert f"run `digest send {MONTH}`" in told.stderr
    assert "run" not in told.stdout


def test_people_are_named_only_when_they_are_asked_for(tmp_path: Path):
    digest = make_ready(make_project(tmp_path), 8)
    run(tmp_path, "settle", str(MONTH), code=1)
    run(tmp_path, "status", str(MONTH), "--who", "waiting", code=1)
    run(tmp_path, "status", "--who", "waiting", code=2)
    begin(tmp_path)
    refuse_first(digest)

    named = run_json(tmp_path, "status", str(MONTH), "--who", "rejected")
    lines = run(tmp_path, "status", str(MONTH), "--who", "rejected").splitlines()
    everybody = run_json(tmp_path, "status", str(MONTH), "--who", "waiting")
    shown = run(tmp_path, "subscribers", "show", named[0]["address"])

    assert [one["reason"] for one in named] == ["550 unknown user"]
    assert lines == [f"{named[0]['address']}  550 unknown user"]
    assert len(everybody) == 7
    assert run_json(tmp_path, "status", str(MONTH), "--who", "in-doubt") == []
    assert f"{MONTH} rejected, 550 unknown user" in shown
    assert "@" not in run(tmp_path, "status", str(MONTH))
    assert "  rejected, 550 unknown user: 1" in run(tmp_path, "status", str(MONTH)).splitlines()


def test_months_are_listed_with_who_waits_and_who_was_rejected(tmp_path: Path):
    digest = make_ready(make_project(tmp_path), 8)
    begin(tmp_path)
    refuse_first(digest)

    head, row, *_ = (line.split() for line in run(tmp_path, "status").splitlines() if line.split())

    cells = dict(zip(" ".join(head).replace("in doubt", "in_doubt").split(), row, strict=False))
    assert (cells["planned"], cells["waiting"], cells["rejected"]) == ("8", "7", "1")


@pytest.mark.parametrize(
    ("transport", "key", "said"),
    [
        ("files", "null", ""),
        ("smtp", "null", "SMTP"),
        ("sendgrid", "null", "webhook_public_key"),
        ("sendgrid", "AB=", ""),
    ],
)
def test_evidence_is_known_to_come_or_not_from_the_configuration(tmp_path: Path, transport: str, key: str, said: str):
    changes = {
        "transport: files ": f"transport: {transport} ",
        "webhook_public_key: null": f"webhook_public_key: {key}",
        "  host: null": "  host: relay.example.org",
        "api_key: null": "api_key: SG.test-key-that-nobody-else-may-see",
        "base_url: http://127.0.0.1:8000": "base_url: https://digest.example.org",
    }

    told = make_project(tmp_path, replace=changes).outlook.no_evidence

    assert (said in told) if said else told == ""


def refuse_first(digest: Digest) -> None:
    """One request, of which the provider refuses one recipient by name."""
    with digest.database.write() as connection:
        now = digest.database.now(connection)
        campaign = campaigns.find(connection, MONTH)
        assert campaign is not None
        (claim, *_) = claiming.claim(
            connection, campaign.id, limit=1, owner="x", lease=dt.timedelta(minutes=1), now=now
        )
        refused = {claim.recipients[0].delivery_id: "550 unknown user"}
        results.record_not_accepted(connection, claim.attempt_id, detail="one refused", rejected=refused, now=now)
