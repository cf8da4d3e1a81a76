"""The whole way: the command line, a provider that loses an answer and tells late, and the site that listens."""

import time
from dataclasses import replace
from pathlib import Path

from projects import MONTH, make_project, make_ready, run, run_json
from provider.events import Signer, Telling
from provider.faults import Script
from provider.running import in_thread
from provider.server import KEY, Behaviour
from services.site import make_site, running

from digest.storage import installation
from digest.storage.db.database import Database
from digest.transports.sendgrid.signature import SignatureCheck
from digest.web.app import create_site
from digest.web.hooks import SendgridHook

PEOPLE = 40


def test_lost_answer_is_settled_by_the_events_that_come_later(tmp_path: Path, database_url: str):
    signer, database = Signer(), Database(database_url)
    check = SignatureCheck(signer.public_key, time.time)
    hook = SendgridHook(database, check, lambda address: address, 3, named(database))
    with running(create_site(replace(make_site(database), events=hook))) as address:
        telling = Telling(f"{address}hooks/sendgrid", signer.pem, lost=0, copies=1, early=0.3, delay=0.5, per_post=7)
        behaviour = Behaviour(script=Script(["accept-then-reset"]), telling=telling)
        with in_thread(tmp_path / "ledger.db", behaviour) as provider:
            changes = {
                "transport: files": "transport: sendgrid",
                "batch_size: 500": "batch_size: 10",
                "in_flight: 8": "in_flight: 1",
                "base_url: http://127.0.0.1:8000": "base_url: https://digest.example.org",
                "host: https://api.sendgrid.com": f"host: {provider.url}",
                "api_key: null": f"api_key: {KEY}",
            }
            make_ready(make_project(tmp_path / "project", database_url, replace=changes), PEOPLE)
            for _ in range(3):  # a doubt that events settle while the command still runs leaves nothing to do
                if _send(tmp_path / "project") == "sent":
                    break
                provider.drain()
            provider.drain()
            status = run_json(tmp_path / "project", "status", str(MONTH))
            reached = provider.ledger.addresses()
    database.dispose()

    assert (status["state"], status["balance"]["accepted"]) == ("sent", PEOPLE)
    assert status["outcomes"]["delivered"] == PEOPLE
    assert status["duplicates"] == 0
    assert set(reached.values()) == {1}
    assert len(reached) == PEOPLE


def named(database: Database) -> str:
    with database.read() as connection:
        return installation.read(connection)


def _send(folder: Path) -> str:
    try:
        run(folder, "send", str(MONTH), "--yes")
    except AssertionError as error:
        if "exit 3" not in str(error):
            raise
    return str(run_json(folder, "status", str(MONTH))["state"])
