"""Interrupting, holding and cancelling a campaign, as processes of their own."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from projects import MONTH, begin, command, environment, mails, make_project, make_ready, run, run_json
from provider.running import in_process
from provider.server import KEY

from digest.pipeline.campaign.worker_loop import run_once

SLOW = {"replace": {"rate: 0 ": "rate: 2 ", "batch_size: 500": "batch_size: 2"}}


def told(folder: Path, *arguments: str, code: int = 0) -> str:
    """Run a command without a terminal; all that it says."""
    done = subprocess.run(
        command(folder, *arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(),
        timeout=100,
        check=False,
    )
    assert done.returncode == code, done.stdout
    return done.stdout


def interrupted(folder: Path, number: signal.Signals) -> tuple[int, str]:
    """Send until the first mail is out, then give the signal; the exit code, and what was said on stderr."""
    outbox = folder / "outbox" / str(MONTH)
    before = len(list(outbox.glob("*.eml")))
    process = subprocess.Popen(
        command(folder, "send", str(MONTH), "--yes"),
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None and len(list(outbox.glob("*.eml"))) == before:
        time.sleep(0.01)
    os.kill(process.pid, number)
    _, said = process.communicate(timeout=60)
    return process.returncode, said


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_sending_says_so_and_goes_on(tmp_path: Path, number: signal.Signals, code: int):
    make_ready(make_project(tmp_path, **SLOW), 40)

    first, again = interrupted(tmp_path, number), interrupted(tmp_path, number)

    now = run_json(tmp_path, "status", str(MONTH))
    assert (first[0], again[0]) == (code, code)
    assert all(said.endswith("interrupted: run the same command again to continue\n") for _, said in (first, again))
    assert "nothing was changed" not in again[1]
    assert (now["state"], now["balance"]["sending"], now["balance"]["in_doubt"]) == ("sending", 0, 0)
    assert 0 < now["balance"]["accepted"] < 40


@pytest.mark.parametrize("verb", ["hold", "resume", "cancel"])
def test_nothing_to_stop_is_told_with_the_date_and_without_a_question(tmp_path: Path, verb: str):
    make_ready(make_project(tmp_path, replace={"grace_hours: 48": "grace_hours: 672"}))

    said = told(tmp_path, verb, str(MONTH), code=1)

    assert f"the campaign of {MONTH} has not begun: `digest send {MONTH}` begins it" in said
    assert "permanently" not in said
    assert "the campaign of 2020-01 has not begun: `digest send 2020-01` begins it\n" in told(
        tmp_path, verb, "2020-01", code=1
    )


def test_month_to_come_is_told_with_the_calendars_date(tmp_path: Path):
    make_project(tmp_path)

    assert "or the calendar does on 2099-11-10 09:00 EST (14:00 UTC)\n" in told(tmp_path, "hold", "2099-11", code=1)


def test_held_campaign_takes_a_new_reason_and_keeps_an_old_one(tmp_path: Path):
    make_ready(make_project(tmp_path))
    begin(tmp_path)

    assert "is held" in run(tmp_path, "hold", str(MONTH), "--reason", "a typing error")
    assert "already held (a typing error): nothing was changed" in run(tmp_path, "hold", str(MONTH))
    assert "the reason is updated" in run(tmp_path, "hold", str(MONTH), "--reason", "a wrong name")
    assert run_json(tmp_path, "status", str(MONTH))["reason"] == "a wrong name"


@pytest.mark.parametrize("starter", [("send", "--yes"), ("resume",)])
def test_planned_campaign_waits_for_a_person_while_workers_run(tmp_path: Path, starter: tuple[str, ...]):
    digest = make_ready(make_project(tmp_path), 8)
    run(tmp_path, "send", str(MONTH), "--yes", "--plan-only")
    run_once(digest.database, digest.sending)

    planned = run_json(tmp_path, "status", str(MONTH))
    again = run_json(tmp_path, "send", str(MONTH), "--yes", "--plan-only")
    verb, *options = starter
    run(tmp_path, verb, str(MONTH), *options)
    run_once(digest.database, digest.sending)

    assert (planned["state"], planned["reason"], planned["balance"]["waiting"]) == ("held", "only planned", 8)
    assert "starts it" in planned["next"][0]
    assert again["state"] == "held"
    assert run_json(tmp_path, "status", str(MONTH))["state"] == "sent"


def test_planned_campaign_is_asked_about_and_checked_before_it_starts(tmp_path: Path):
    digest = make_ready(make_project(tmp_path), 8)
    run(tmp_path, "send", str(MONTH), "--yes", "--plan-only")

    assert "Send 2026-11 to 8 subscribers, into the folder outbox?" in told(tmp_path, "send", str(MONTH), code=2)
    (digest.articles_folder / str(MONTH) / "about-training.md").unlink()
    assert "about-training.md removed" in told(tmp_path, "send", str(MONTH), "--yes", code=1)
    assert "about-training.md removed" in told(tmp_path, "resume", str(MONTH), code=1)
    assert not digest.outbox(MONTH).exists()


def test_planned_campaign_that_is_held_by_hand_waits_for_resume(tmp_path: Path):
    digest = make_ready(make_project(tmp_path), 8)
    run(tmp_path, "send", str(MONTH), "--yes", "--plan-only")
    run(tmp_path, "hold", str(MONTH))

    held = run_json(tmp_path, "send", str(MONTH), "--yes", code=3)

    assert (held["state"], held["reason"], held["balance"]["waiting"]) == ("held", "held by hand", 8)
    assert not digest.outbox(MONTH).exists()


def test_correction_of_a_planned_campaign_goes_out_when_it_starts(tmp_path: Path):
    digest = make_ready(make_project(tmp_path), 8)
    run(tmp_path, "send", str(MONTH), "--yes", "--plan-only")
    article = digest.articles_folder / str(MONTH) / "about-empathy.md"
    article.write_text(article.read_text().replace("The body of", "The corrected body of"))
    run(tmp_path, "assemble", str(MONTH))
    run(tmp_path, "approve", str(MONTH))

    run(tmp_path, "send", str(MONTH), "--yes")

    sent = mails(digest.outbox(MONTH)).values()
    assert len(sent) == 8
    assert any("The corrected body of" in mail.get_body(("plain",)).get_content() for mail in sent)


def test_resuming_twice_says_that_nothing_was_changed(tmp_path: Path):
    make_ready(make_project(tmp_path))
    begin(tmp_path)
    run(tmp_path, "hold", str(MONTH))

    assert "is resumed" in run(tmp_path, "resume", str(MONTH))
    assert "is not held: nothing was changed" in run(tmp_path, "resume", str(MONTH))


def test_cancelling_counts_and_what_is_cancelled_is_no_success_for_a_script(tmp_path: Path):
    make_ready(make_project(tmp_path), 8)
    run(tmp_path, "send", str(MONTH), "--yes", "--plan-only")

    assert "no terminal for confirmation" in told(tmp_path, "cancel", str(MONTH), code=2)
    assert "8 skipped, 0 already handed over" in run(tmp_path, "cancel", str(MONTH), "--yes")
    assert "is already cancelled: nothing was changed" in run(tmp_path, "cancel", str(MONTH))
    assert f"{MONTH} is cancelled: digest sends it to no one else" in told(
        tmp_path, "send", str(MONTH), "--yes", code=1
    )
    assert "the campaign of 2026-11 is over: it is cancelled" in told(tmp_path, "resume", str(MONTH), code=1)


def test_cancelling_what_is_sent_is_refused_in_words(tmp_path: Path):
    make_ready(make_project(tmp_path), 8)
    run(tmp_path, "send", str(MONTH), "--yes")

    assert "is sent: no delivery is pending" in told(tmp_path, "cancel", str(MONTH), code=1)
    assert "the campaign of 2026-11 is over: it is sent" in told(tmp_path, "resume", str(MONTH), code=1)


def test_cancel_during_a_sending_ends_it_with_code_1(tmp_path: Path):
    make_ready(make_project(tmp_path, **SLOW), 40)
    process = subprocess.Popen(
        command(tmp_path, "send", str(MONTH), "--yes"),
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None and not list((tmp_path / "outbox").rglob("*.eml")):
        time.sleep(0.01)

    run(tmp_path, "cancel", str(MONTH), "--yes")

    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "is cancelled: digest sends it to no one else" in said


def test_question_names_the_way_that_mail_takes(tmp_path: Path):
    make_ready(make_project(tmp_path), 8)

    assert "Send 2026-11 to 8 subscribers, into the folder outbox?" in told(tmp_path, "send", str(MONTH), code=2)
    assert "Freeze the audience of 2026-11 (8 subscribers) and publish its page? No mail is sent yet." in told(
        tmp_path, "send", str(MONTH), "--plan-only", code=2
    )


def test_question_names_the_sender_of_what_leaves_the_machine(tmp_path: Path):
    site = {"base_url: http://127.0.0.1:8000": "base_url: https://digest.example.org"}
    sendgrid = {"transport: files": "transport: sendgrid", "api_key: null": "api_key: SG.key"}
    make_ready(make_project(tmp_path, replace=site | sendgrid), 8)

    assert "Send 2026-11 to 8 subscribers, through SendGrid, from digest@practice-network.org?" in told(
        tmp_path, "send", str(MONTH), code=2
    )


def test_worker_says_what_it_takes_up_and_nothing_of_its_libraries(tmp_path: Path):
    make_ready(make_project(tmp_path), 8)
    begin(tmp_path)
    process = subprocess.Popen(
        command(tmp_path, "worker"), env=environment(), stderr=subprocess.PIPE, text=True, stdout=subprocess.DEVNULL
    )
    assert process.stderr is not None
    said = []
    while not any(f"{MONTH}: sent: 8 accepted" in line for line in said):
        said.append(process.stderr.readline())
        assert said[-1], said
    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=60) == 0
    process.stderr.close()
    assert any(f"{MONTH}: handing over, 8 waiting" in line for line in said)
    assert not any("alembic" in line for line in said)


def test_sending_that_has_to_wait_says_until_when_and_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIGEST_SENDGRID__API_KEY", KEY)
    with in_process(tmp_path / "ledger.db", first=("limited-soon",)) as host:
        site = {"base_url: http://127.0.0.1:8000": "base_url: https://digest.example.org"}
        sendgrid = {"transport: files": "transport: sendgrid", "host: https://api.sendgrid.com": f"host: {host}"}
        folder = tmp_path / "project"
        make_ready(make_project(folder, replace=site | sendgrid), 8)

        said = told(folder, "send", str(MONTH), "--yes")

    assert re.search(
        r"^retrying at \d\d:\d\d:\d\d E[SD]T \(\d\d:\d\d:\d\d UTC\): SendGrid answered 429", said, re.MULTILINE
    )
