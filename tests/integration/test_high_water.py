"""A database that has lost its newest commits mails nobody a second time."""

import contextlib
import http.client
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from projects import MONTH, command, environment, make_project, make_ready, run, run_json
from provider.running import Provider, in_thread
from provider.server import KEY

from digest.bootstrap import Digest
from digest.bootstrap.high_water import AttemptsFile
from digest.errors import Conflict, StorageError
from digest.pipeline.campaign.control import resume
from digest.pipeline.campaign.high_water import Mark, hold_all
from digest.pipeline.campaign.plan import plan
from digest.pipeline.campaign.status import status
from digest.pipeline.campaign.worker import work
from digest.pipeline.upkeep.restore import repair_restored

PEOPLE = 40
EVERYBODY = Counter(f"p{number}@example.org" for number in range(PEOPLE))


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    with in_thread(tmp_path / "ledger.db") as running:
        yield running


@pytest.fixture
def digest(tmp_path: Path, provider: Provider) -> Digest:
    """A project on SQLite whose mail goes to the provider, ready to be sent."""
    changes = {
        "transport: files ": "transport: sendgrid ",
        "batch_size: 500": "batch_size: 5",
        "host: https://api.sendgrid.com": f"host: {provider.url}",
        "api_key: null": f"api_key: {KEY}",
        "base_url: http://127.0.0.1:8000": "base_url: https://digest.example.org",
    }
    return make_ready(make_project(tmp_path / "project", replace=changes), PEOPLE)


def send(digest: Digest):
    plan(digest.database, digest.workshop, MONTH, digest.sending)
    work(digest.database, MONTH, digest.sending)
    return status(digest.database, MONTH)


def files(digest: Digest) -> tuple[Path, Path]:
    """The database and what is kept beside it."""
    database = digest.folder / "subscribers" / "digest.db"
    return database, database.with_name("digest.db.attempts")


@contextlib.contextmanager
def in_use(folder: Path) -> Iterator[None]:
    """Some other process has the database open, so that its commits stay in the -wal file; killed at the end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    line = command(folder, "serve", "--no-worker", "--no-scheduler", "--port", str(port))
    with subprocess.Popen(line, stdout=subprocess.PIPE, env=environment()) as process:
        try:
            process.stdout.readline()
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", "/healthz")
            assert connection.getresponse().status == 200
            connection.close()
            yield
        finally:
            process.kill()


@pytest.mark.parametrize("planned", [False, True], ids=["campaign lost too", "campaign kept"])
def test_lost_wal_file_holds_the_campaign_and_says_what_to_do(digest: Digest, provider: Provider, planned: bool):
    folder, (database, _) = digest.folder, files(digest)
    if planned:
        plan(digest.database, digest.workshop, MONTH, digest.sending)
    digest.database.dispose()
    with in_use(folder):
        run(folder, "send", str(MONTH), "--yes")
    database.with_name("digest.db-wal").unlink()
    database.with_name("digest.db-shm").unlink()

    now = run_json(folder, "send", str(MONTH), "--yes", code=3)
    assert provider.ledger.addresses() == EVERYBODY
    assert (now["state"], now["balance"]["waiting"]) == ("held", PEOPLE)
    assert "digest.db.attempts records 8 requests" in now["reason"]
    assert "`digest db restored`" in now["reason"]
    assert run_json(folder, "send", str(MONTH), "--yes", code=3)["reason"] == now["reason"]


def test_every_campaign_that_is_being_sent_is_held(digest: Digest, provider: Provider):
    send(digest)
    _, kept = files(digest)
    AttemptsFile(kept).reset(replace(AttemptsFile(kept).read(), attempt=1000))
    other = make_ready_for_another_month(digest)
    plan(digest.database, digest.workshop, other, digest.sending)
    with digest.database.write() as connection:
        connection.exec_driver_sql("UPDATE campaign SET state = 'sending'")
    work(digest.database, MONTH, digest.sending)

    assert {status(digest.database, month).state for month in (MONTH, other)} == {"held"}


def test_campaign_that_is_only_planned_waits_for_resume_like_the_others(digest: Digest):
    plan(digest.database, digest.workshop, MONTH, digest.sending, only=True)

    with digest.database.write() as connection:
        hold_all(connection, "changes were lost", digest.database.now(connection))

    assert status(digest.database, MONTH).reason == "changes were lost", "so that send does not start it"


def make_ready_for_another_month(digest: Digest):
    from projects import write_articles

    from digest.months import Month
    from digest.pipeline.issue.approve import approve
    from digest.pipeline.issue.assemble import assemble

    other = Month(2026, 12)
    write_articles(digest.folder, ("empathy",), other)
    assemble(digest.database, digest.workshop, other)
    approve(digest.database, digest.workshop, other)
    return other


def test_older_copy_of_the_database_is_resumed_only_after_restored(digest: Digest, provider: Provider):
    database, kept = files(digest)
    digest.database.dispose()
    before = database.read_bytes()
    send(digest)
    digest.database.dispose()
    database.write_bytes(before)
    assert send(digest).state == "held"
    with pytest.raises(Conflict, match="digest db restored"):
        resume(digest.database, MONTH, digest.sending)

    done = repair_restored(digest.database, [], name="another", high_water=digest.high_water)
    assert (done.missing, AttemptsFile(kept).read()) == (8, Mark("another", 0))
    assert status(digest.database, MONTH).state == "held"
    resume(digest.database, MONTH, digest.sending)
    assert send(digest).state == "sent"


def test_command_after_a_restored_backup_says_how_many_requests_are_missing(digest: Digest):
    send(digest)
    _, kept = files(digest)
    AttemptsFile(kept).reset(replace(AttemptsFile(kept).read(), attempt=11))
    digest.database.dispose()

    line = command(digest.folder, "db", "restored")
    done = subprocess.run(line, capture_output=True, text=True, env=environment(), timeout=60, check=True)
    assert "the last 3 requests" in done.stderr


def test_database_of_another_installation_is_held(digest: Digest, provider: Provider):
    _, kept = files(digest)
    AttemptsFile(kept).reset(Mark("another", 7))

    now = send(digest)
    assert now.state == "held"
    assert "records 7 requests of another database" in now.reason
    assert provider.ledger.addresses() == {}


def test_database_that_comes_without_the_file_sends_and_keeps_one(digest: Digest):
    send(digest)
    _, kept = files(digest)
    mark = AttemptsFile(kept).read()
    kept.unlink()
    assert run_json(digest.folder, "send", str(MONTH), "--yes")["state"] == "sent"
    run(digest.folder, "db", "restored")

    assert mark.attempt == AttemptsFile(kept).read().attempt == 8
    assert kept.stat().st_mode & 0o777 == 0o600


def test_attempt_is_kept_on_the_disk_before_its_request(digest: Digest):
    kept, seen = AttemptsFile(files(digest)[1]), []
    make = digest.sending.transport

    def looking(month):
        transport = make(month)
        hand_over = transport.hand_over

        def look(batch, report):
            seen.append((batch.attempt_id, kept.read().attempt))
            return hand_over(batch, report)

        transport.hand_over = look
        return transport

    sending = replace(digest.sending, transport=looking)
    plan(digest.database, digest.workshop, MONTH, sending)
    work(digest.database, MONTH, sending)

    assert len(seen) == 8
    assert all(attempt <= known for attempt, known in seen)


class Broken:
    """Can't be written."""

    name = "digest.db.attempts"

    def __init__(self) -> None:
        self.refused = 0

    def read(self) -> Mark | None:
        return None

    def rise(self, mark: Mark) -> None:
        self.refused += 1
        raise StorageError("digest.db.attempts can't be used (no space left on device)")

    def reset(self, mark: Mark) -> None:
        raise AssertionError


def test_nothing_goes_out_while_the_attempt_cannot_be_kept(digest: Digest, provider: Provider):
    stop, broken, reasons = threading.Event(), Broken(), []

    def pause(_until, reason: str) -> None:
        reasons.append(reason)
        stop.set()

    sending = replace(digest.sending, high_water=broken, in_flight=1)
    plan(digest.database, digest.workshop, MONTH, sending)
    work(digest.database, MONTH, sending, stop=stop, pauses=pause)
    now = status(digest.database, MONTH)

    assert broken.refused
    assert provider.ledger.addresses() == {}
    assert (now.balance.waiting, now.balance.in_doubt) == (PEOPLE, 0)
    assert "no space left" in reasons[0]


def test_postgresql_keeps_no_file(tmp_path: Path, postgresql_url: str):
    assert make_project(tmp_path, postgresql_url).high_water is None


def test_mark_never_falls_however_many_raise_it(tmp_path: Path):
    file = AttemptsFile(tmp_path / "digest.db.attempts")
    numbers = [range(first, 200, 4) for first in range(4)]

    def rise(some: range) -> None:
        for number in some:
            file.rise(Mark("here", number))
            assert AttemptsFile(tmp_path / "digest.db.attempts").read().attempt >= number

    threads = [threading.Thread(target=rise, args=[some]) for some in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert file.read() == Mark("here", 199)


def test_damaged_file_is_reported_and_written_again_by_restored(digest: Digest):
    _, kept = files(digest)
    kept.write_text("what is this")
    with pytest.raises(StorageError, match="digest db restored"):
        send(digest)
    repair_restored(digest.database, [], name="here", high_water=digest.high_water)

    assert AttemptsFile(kept).read() == Mark("here", 0)
