"""A worker whose machine refuses memory or threads: who was not asked for waits, and nobody is in doubt."""

import datetime as dt
import logging
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from factories import make_description
from projects import MONTH, environment, make_project, make_ready
from sqlalchemy import Connection

from digest.bootstrap import Digest
from digest.delivery.breaker import CLOSED
from digest.delivery.handover import Answer, Batch, Report
from digest.errors import NotAccepted, StorageError
from digest.pipeline.campaign.control import resume
from digest.pipeline.campaign.plan import plan
from digest.pipeline.campaign.status import Status, status
from digest.pipeline.campaign.threads import Job, RequestThreads
from digest.pipeline.campaign.worker import work
from digest.storage.db.database import Database
from digest.storage.outbox import gate

PEOPLE = 40
LIMITED = Path(__file__).with_name("limited.py")


class Open:
    """Takes every batch; nothing tells later what it took, so that a lost answer would be doubt."""

    description = make_description("open")

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.refuses: list[NotAccepted] = []

    def hand_over(self, batch: Batch, report: Report) -> Answer:
        if self.refuses:
            raise self.refuses.pop()
        self.taken += [recipient.address for recipient in batch.recipients]
        return Answer(f"m{batch.attempt_id}")

    def evidence(self, deliveries: object) -> None:
        return None

    def finish(self) -> None:
        pass


class Refusing(RequestThreads):
    """Threads that refuse a job each time that *refuses* says so."""

    def __init__(self, most: int, refuses: Callable[[], bool], error: Exception) -> None:
        super().__init__(most)
        self._refuses = refuses
        self._error = error

    def give(self, job: Job) -> None:
        if self._refuses():
            raise self._error
        super().give(job)


@pytest.fixture
def digest(tmp_path: Path, database_url: str) -> Digest:
    made = make_project(tmp_path / "project", database_url, replace={"batch_size: 500": "batch_size: 5"})
    make_ready(made, PEOPLE)
    plan(made.database, made.workshop, MONTH, made.sending)
    return made


def send(digest: Digest, transport: Open, database: Database | None = None, **changes) -> Status:
    values = {"jitter": lambda: 0.0, "in_flight": 3, "transport": lambda _month: transport} | changes
    work(database or digest.database, MONTH, replace(digest.sending, **values))
    return status(digest.database, MONTH)


def everybody_once(transport: Open) -> bool:
    return Counter(transport.taken) == Counter(f"p{number}@example.org" for number in range(PEOPLE))


def refuse_from(number: int) -> Callable[[threading.Thread], None]:
    """Starts that many threads."""
    left = [None] * number

    def start(thread: threading.Thread) -> None:
        if not left:
            raise RuntimeError("can't start new thread")
        left.pop()
        thread.start()

    return start


def test_campaign_is_held_with_the_reason_if_not_one_thread_can_start(digest):
    transport = Open()
    now = send(digest, transport, threads=lambda most: RequestThreads(most, refuse_from(0)))

    assert (now.state, now.balance.waiting, now.balance.in_doubt) == ("held", PEOPLE, 0)
    assert "can't start a thread" in now.reason
    resume(digest.database, MONTH, digest.sending)
    assert send(digest, transport).state == "sent"
    assert everybody_once(transport)


def test_worker_goes_on_with_the_threads_that_there_are(digest, caplog):
    transport = Open()
    with caplog.at_level(logging.WARNING):
        now = send(digest, transport, threads=lambda most: RequestThreads(most, refuse_from(1)))

    assert now.state == "sent"
    assert everybody_once(transport)
    assert sum(message.startswith("1 requests at once instead of 3: ") for message in caplog.messages) == 1


@pytest.mark.parametrize("error", [RuntimeError("can't start new thread"), MemoryError()], ids=["thread", "memory"])
@pytest.mark.parametrize("refused", range(1, 6))
def test_what_was_claimed_and_not_handed_out_waits_again(digest, refused, error):
    transport, given = Open(), iter(range(1, 1000))
    threads: dict[str, object] = {"threads": lambda most: Refusing(most, lambda: next(given) == refused, error)}
    now = send(digest, transport, **threads)
    if now.state == "held":
        resume(digest.database, MONTH, digest.sending)
        now = send(digest, transport)

    assert (now.state, now.balance.accepted, now.balance.in_doubt) == ("sent", PEOPLE, 0)
    assert everybody_once(transport)


def test_stopped_worker_gives_back_what_it_could_not_hand_out(digest):
    stop, transport = threading.Event(), Open()

    def refuses() -> bool:
        stop.set()
        return True

    threads = lambda most: Refusing(most, refuses, RuntimeError("can't start new thread"))  # noqa: E731
    sending = replace(digest.sending, in_flight=3, transport=lambda _month: transport, threads=threads)
    work(digest.database, MONTH, sending, stop=stop)

    balance = status(digest.database, MONTH).balance
    assert (balance.waiting, balance.sending, balance.in_doubt) == (PEOPLE, 0, 0)


def test_trial_that_was_not_made_leaves_the_gate_open_for_another_one(digest):
    transport, given = Open(), iter(range(1, 1000))
    transport.refuses = [NotAccepted("429 too many requests")]
    threads = lambda most: Refusing(most, lambda: next(given) == 2, MemoryError())  # noqa: E731
    held = send(digest, transport, in_flight=1, threads=threads)
    with digest.database.read() as connection:
        after, now = gate.read(connection, transport.description.name), digest.database.now(connection)

    assert (held.state, held.balance.waiting) == ("held", PEOPLE)
    assert after != CLOSED
    assert not after.is_tripped(now)


@pytest.mark.parametrize("error", [MemoryError(), ZeroDivisionError()], ids=["memory", "fault"])
def test_request_that_could_not_be_built_leaves_nobody_in_doubt(digest, error):
    def sign(_person: int) -> str:
        raise error

    with pytest.raises(type(error)):
        send(digest, Open(), unsubscribe_signer=sign)

    now = status(digest.database, MONTH)
    assert (now.state, now.balance.waiting, now.balance.in_doubt) == ("held", PEOPLE, 0)


def test_onlooker_that_fails_ends_the_worker_and_leaves_nobody_in_doubt(digest):
    def progress(_count: int) -> None:
        raise BrokenPipeError

    transport = Open()
    sending = replace(digest.sending, in_flight=3, transport=lambda _month: transport)
    with pytest.raises(BrokenPipeError):
        work(digest.database, MONTH, sending, progress)

    balance = status(digest.database, MONTH).balance
    assert (balance.accepted, balance.sending, balance.in_doubt) == (len(transport.taken), 0, 0)


class Losing(Database):
    """Loses the answer to the commit of its *lost*-th transaction that writes."""

    def __init__(self, url: str, lost: int) -> None:
        super().__init__(url)
        self._left = lost

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with super().write() as connection:
            yield connection
        self._left -= 1
        if self._left == 0:
            raise StorageError("the connection was lost")


@pytest.mark.parametrize("lost", range(1, 6))
def test_claim_whose_commit_had_no_answer_waits_again(digest, lost):
    transport, database = Open(), Losing(digest.database_url, lost)
    try:
        send(digest, transport, database, wait=lambda _seconds: None)
    except StorageError:
        send(digest, transport)
    database.dispose()

    now = status(digest.database, MONTH)
    assert (now.state, now.balance.in_doubt) == ("sent", 0)
    assert everybody_once(transport)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, which those of pytest are not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def limited_project(folder: Path) -> Digest:
    digest = make_project(folder)
    make_ready(digest, PEOPLE)
    plan(digest.database, digest.workshop, MONTH, digest.sending)
    return digest


def start(folder: Path, limit: str, *arguments: str) -> subprocess.Popen[str]:
    line = [sys.executable, str(LIMITED), limit, *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(line, env=environment(), text=True, cwd=folder, **pipes)


@pytest.mark.parametrize("limit", ["memory", "processes"])
def test_send_under_a_limit_of_the_system_ends_with_a_held_campaign_and_no_traceback(open_folder, limit):
    limited_project(open_folder)
    with start(open_folder, limit, "send", str(MONTH), "--yes") as process:
        said, complaint = process.communicate(timeout=100)

    assert process.returncode == 3, complaint
    assert "Traceback" not in complaint
    assert "held: this machine can't start a thread" in said
    assert f"{PEOPLE} waiting + 0 sending + 0 accepted + 0 in doubt" in said


def test_worker_under_a_limit_of_the_system_ends_at_sigterm(open_folder):
    digest = limited_project(open_folder)
    with start(open_folder, "memory", "worker") as process:
        end = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=60)
        while status(digest.database, MONTH).state != "held" and dt.datetime.now(dt.UTC) < end:
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        _, complaint = process.communicate(timeout=20)

    assert process.returncode == 0
    assert "Traceback" not in complaint
    assert status(digest.database, MONTH).state == "held"
