"""The command line sends a month through a relay and through SendGrid, each a server of its own on loopback."""

from pathlib import Path

import pytest
from projects import MONTH, make_project, make_ready, people, run, run_json
from provider.ledger import Ledger
from provider.running import in_process
from provider.server import KEY
from services import relay as service

SITE = {"base_url: http://127.0.0.1:8000": "base_url: https://digest.example.org"}


def project(folder: Path, name: str, changes: dict[str, str], url: str | None = None, count: int = 40) -> Path:
    replace = SITE | {"transport: files": f"transport: {name}", "batch_size: 500": "batch_size: 4"} | changes
    make_ready(make_project(folder, url, replace=replace), count)
    return folder


def everybody(count: int = 40) -> dict[str, int]:
    return dict.fromkeys((line.split(",")[0] for line in people(count).splitlines()[1:]), 1)


def test_whole_audience_is_sent_through_sendgrid_once(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DIGEST_SENDGRID__API_KEY", KEY)
    with in_process(tmp_path / "ledger.db", first=("limited-soon", "400-first")) as host:
        changes = {"host: https://api.sendgrid.com": f"host: {host}"}
        folder = project(tmp_path / "project", "sendgrid", changes, database_url)
        told = run(folder, "send", str(MONTH), "--yes")
        status = run_json(folder, "status", str(MONTH))

    ledger = Ledger(tmp_path / "ledger.db")
    addresses = ledger.addresses()
    ledger.close()
    assert status["state"] == "sent"
    assert status["balance"]["rejected"] == 1, "the provider refused one, as it was told to"
    assert len(addresses) == 39
    assert set(addresses.values()) == {1}
    assert addresses.keys() < everybody().keys()
    assert KEY not in told


@pytest.mark.parametrize("fault", ["401", "400-body"])
def test_what_concerns_everybody_holds_the_campaign_and_rejects_nobody(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, fault: str
):
    monkeypatch.setenv("DIGEST_SENDGRID__API_KEY", KEY)
    with in_process(tmp_path / "ledger.db", first=(fault,)) as host:
        changes = {"host: https://api.sendgrid.com": f"host: {host}", "in_flight: 8": "in_flight: 1"}
        folder = project(tmp_path / "project", "sendgrid", changes, sqlite_url)
        run(folder, "send", str(MONTH), "--yes", code=3)
        held = run_json(folder, "status", str(MONTH))
        run(folder, "resume", str(MONTH))
        run(folder, "send", str(MONTH), "--yes")
        sent = run_json(folder, "status", str(MONTH))

    assert (held["state"], held["balance"]["rejected"]) == ("held", 0)
    assert "SendGrid" in held["reason"]
    assert (sent["state"], sent["balance"]["accepted"]) == ("sent", 40)


def test_lost_answer_is_in_doubt_and_nobody_is_mailed_twice(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DIGEST_SENDGRID__API_KEY", KEY)
    with in_process(tmp_path / "ledger.db", first=("accept-then-reset",)) as host:
        folder = project(
            tmp_path / "project", "sendgrid", {"host: https://api.sendgrid.com": f"host: {host}"}, sqlite_url
        )
        run(folder, "send", str(MONTH), "--yes", code=3)
        run(folder, "send", str(MONTH), "--yes", code=3)
        status = run_json(folder, "status", str(MONTH))

    ledger = Ledger(tmp_path / "ledger.db")
    addresses = ledger.addresses()
    ledger.close()
    assert addresses == everybody()
    assert 0 < status["balance"]["in_doubt"] <= 4
    assert status["balance"]["accepted"] == 40 - status["balance"]["in_doubt"]


def test_whole_audience_is_sent_through_a_relay_once(tmp_path: Path, database_url: str):
    refusing = {"p7@example.org": "550 5.1.1 no such user"}
    with service.running(service.Relay(at_recipient=refusing)) as relay:
        changes = {
            "host: null ": "host: 127.0.0.1 ",
            "port: null": f"port: {relay.port}",
            "security: starttls ": "security: none ",
        }
        folder = project(tmp_path / "project", "smtp", changes, database_url, 20)
        run(folder, "send", str(MONTH), "--yes")
        status = run_json(folder, "status", str(MONTH))

    assert (status["state"], status["balance"]["accepted"], status["balance"]["rejected"]) == ("sent", 19, 1)
    assert sorted(taken.recipient for taken in relay.taken) == sorted(everybody(20).keys() - refusing.keys())


def test_lost_answer_of_a_relay_leaves_one_reader_in_doubt(tmp_path: Path, sqlite_url: str):
    with service.running(service.Relay(at_message={"p3@example.org": service.HANG_UP})) as relay:
        changes = {
            "host: null ": "host: 127.0.0.1 ",
            "port: null": f"port: {relay.port}",
            "security: starttls ": "security: none ",
        }
        folder = project(tmp_path / "project", "smtp", changes, sqlite_url, 20)
        run(folder, "send", str(MONTH), "--yes", code=3)
        status = run_json(folder, "status", str(MONTH))

    assert (status["balance"]["accepted"], status["balance"]["in_doubt"]) == (19, 1)
    assert sorted(taken.recipient for taken in relay.taken) == sorted(everybody(20))
