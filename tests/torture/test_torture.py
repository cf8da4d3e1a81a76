"""Workers as real processes, killed again and again, against a provider that also fails and keeps a ledger.

DIGEST_TEST_TORTURE: how many kills each scenario has at least; the suite is content with a few, `make torture` is not.
"""

import datetime as dt
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from projects import (
    MONTH,
    TOPICS,
    add_people,
    command,
    environment,
    make_project,
    make_ready,
    write_articles,
)
from projects import people as people_list
from provider.events import Signer, Telling
from provider.ledger import Ledger
from provider.running import in_process
from sqlalchemy import select
from torture.stepping import STEPS

from digest.bootstrap import Digest
from digest.delivery.states import AttemptState
from digest.months import Month
from digest.pipeline.campaign.control import resume
from digest.pipeline.campaign.plan import plan
from digest.pipeline.campaign.status import Status, status
from digest.pipeline.campaign.worker import work
from digest.storage import calendar
from digest.storage.outbox import campaigns, claiming, members
from digest.storage.tables.outbox import delivery
from digest.storage.tables.people import subscriber

KILLS = int(os.environ.get("DIGEST_TEST_TORTURE", "0"))
STEPPING = Path(__file__).with_name("stepping.py")
FAULTS = {
    "accept-then-reset": 0.02,
    "500-after-accept": 0.02,
    "truncated-202": 0.01,
    "accept-then-hang": 0.005,
    "reset": 0.01,
    "limited-soon": 0.01,
    "503": 0.01,
}
pytestmark = pytest.mark.timeout(3600 if KILLS else 240)


def configured(
    host: str, policy: str = "hold", after: str = "0.0001", key: str = "null", **others: str
) -> dict[str, str]:
    """What changes in the configuration of a new project."""
    return {
        "transport: files ": "transport: sendgrid ",
        "batch_size: 500": "batch_size: 5",
        "in_flight: 8": "in_flight: 3",
        "deadline: 60": "deadline: 2",
        "lease: 120": "lease: 5",
        "on_in_doubt: hold": f"on_in_doubt: {policy}",
        "settle_after: 25 ": f"settle_after: {after} ",
        "webhook_public_key: null": f"webhook_public_key: {key}",
        "host: https://api.sendgrid.com": f"host: {host}",
        "api_key: null": "api_key: SG.test-key-that-nobody-else-may-see",
        "base_url: http://127.0.0.1:8000": "base_url: https://digest.example.org",
        **others,
    }


def make(folder: Path, url: str, host: str, *, people: int, **changes: str) -> Digest:
    digest = make_project(folder, url, replace=configured(host, **changes))
    make_ready(digest, people)
    plan(digest.database, digest.workshop, MONTH, digest.sending)
    return digest


def start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    line = command(folder, *arguments)
    return subprocess.Popen(line, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def start_stepping(folder: Path, step: str, number: str, count: int) -> subprocess.Popen[bytes]:
    line = [sys.executable, str(STEPPING), step, number, str(count), str(folder), str(MONTH)]
    return subprocess.Popen(line, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def finish(digest: Digest, month: Month = MONTH) -> Status:
    """Let it come to its end, as an operator would: resume what a fault has held."""
    for _ in range(60):
        work(digest.database, month, digest.sending)
        now = status(digest.database, month)
        if now.state == "held":
            resume(digest.database, month, digest.sending)
        elif not now.balance.waiting + now.balance.sending:
            return now
        time.sleep(0.2)
    raise AssertionError(f"it does not come to an end: {now}")


def doubtful(digest: Digest, month: Month) -> set[str]:
    """The addresses that are listed in doubt."""
    with digest.database.read() as connection:
        campaign = campaigns.find(connection, month)
        listed = [
            member
            for one in claiming.open_attempts(connection, campaign.id)
            if one.state is AttemptState.IN_DOUBT
            for member in members.of_batch(connection, one.batch_id)
        ]
        query = select(subscriber.c.address).join(delivery, delivery.c.subscriber_id == subscriber.c.id)
        return set(connection.execute(query.where(delivery.c.id.in_(listed))).scalars())


def assert_nobody_twice_and_nobody_lost(digest: Digest, now: Status, reached: Counter, people: int) -> None:
    everyone = {f"p{number}@example.org" for number in range(people)}
    listed = doubtful(digest, now.month)
    balance = now.balance
    assert balance.holds
    assert balance.planned == people
    assert {address for address, times in reached.items() if times > 1} == set(), "nobody twice"
    assert everyone - set(reached) <= listed, "whoever is missing is listed in doubt"
    assert balance.in_doubt == len(listed)
    assert balance.accepted == people - len(listed)
    assert now.duplicates == 0


@pytest.mark.parametrize("workers", [1, 3])
def test_killed_at_random_instants_nobody_is_mailed_twice_and_the_missing_are_listed(tmp_path, new_database, workers):
    people, chance, killed, rounds = 400 if KILLS else 150, random.Random(workers), 0, 0
    while rounds == 0 or killed < KILLS:
        rounds += 1
        folder = tmp_path / f"round-{rounds}"
        with in_process(tmp_path / f"ledger-{rounds}.db", chances=FAULTS, latency=0.03, seed=rounds) as host:
            digest = make(folder, new_database(), host, people=people)
            processes = [start(folder, "send", str(MONTH), "--yes") for _ in range(workers)]
            for _ in range(60 if KILLS else 5):
                time.sleep(chance.uniform(0.3, 1.5))
                place = chance.randrange(workers)
                if processes[place].poll() is None:
                    processes[place].send_signal(signal.SIGKILL)
                    processes[place].wait()
                    killed += 1
                if status(digest.database, MONTH).state == "held":
                    resume(digest.database, MONTH, digest.sending)
                processes[place] = start(folder, "send", str(MONTH), "--yes")
                if not status(digest.database, MONTH).balance.waiting:
                    break
            for process in processes:
                process.kill()
                process.wait()
            now = finish(digest)
        ledger = Ledger(tmp_path / f"ledger-{rounds}.db")
        assert_nobody_twice_and_nobody_lost(digest, now, ledger.addresses(), people)
        ledger.close()
        digest.database.dispose()
    assert killed >= max(KILLS, 1)


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_each_step_nobody_is_mailed_twice_and_the_missing_are_listed(tmp_path, new_database, step):
    people, folder = 60, tmp_path / "project"
    folder.mkdir()
    with in_process(folder / "ledger.db", latency=0.02) as host:
        digest = make(folder, new_database(), host, people=people)
        killed = 0
        for count in (1, 2, 3) if KILLS else (2,):
            process = start_stepping(folder, step, "SIGKILL", count)
            killed += process.wait(60) == -signal.SIGKILL
        now = finish(digest)
    ledger = Ledger(folder / "ledger.db")
    reached = ledger.addresses()
    ledger.close()

    assert killed
    assert_nobody_twice_and_nobody_lost(digest, now, reached, people)
    if step in {"before-claim", "after-record"}:
        assert now.balance.accepted >= people - 15 * killed


def test_worker_that_stood_still_past_its_lease_sends_nothing_when_it_goes_on(tmp_path, new_database):
    people, folder = 40, tmp_path / "project"
    folder.mkdir()
    with in_process(folder / "ledger.db", latency=0.02) as host:
        digest = make(folder, new_database(), host, people=people, policy="resend")
        still = start_stepping(folder, "after-claim", "SIGSTOP", 1)
        os.waitpid(still.pid, os.WUNTRACED)
        time.sleep(5.5)  # its lease runs out
        for _ in range(3):  # in doubt first, then by policy again
            finish(digest)
        still.send_signal(signal.SIGCONT)
        still.wait(60)
        now = finish(digest)
    ledger = Ledger(folder / "ledger.db")
    reached = ledger.addresses()
    ledger.close()

    assert reached == Counter(f"p{number}@example.org" for number in range(people))
    assert (now.state, now.duplicates, now.balance.accepted) == ("sent", 0, people)


def test_two_schedulers_that_are_killed_send_the_month_that_is_due_once(tmp_path, new_database):
    people, folder, chance, killed = 200 if KILLS else 60, tmp_path / "project", random.Random(7), 0
    due = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    month = Month(due.year, due.month)
    at = f"{{day: {due.day}, hour: {due.hour}}}"
    schedule = {
        "timezone: America/Toronto": "timezone: UTC",
        "assemble: {day: 1, hour: 6} ": f"assemble: {at} ",
        "send: {day: second tuesday, hour: 9}": f"send: {at}",
        "require_approval: true ": "require_approval: false ",
    }
    ledger_file = tmp_path / "ledger.db"
    with in_process(ledger_file, chances=FAULTS, latency=0.03, seed=7) as host:
        digest = make_project(folder, new_database(), replace=configured(host, **schedule))
        write_articles(folder, TOPICS, month)
        add_people(digest, people_list(people))
        digest.database.dispose()
        schedulers = [start(folder, "scheduler") for _ in range(2)]
        for _ in range(40 if KILLS else 6):
            time.sleep(chance.uniform(0.3, 2.0))
            place = chance.randrange(2)
            schedulers[place].kill()
            killed += schedulers[place].wait() == -signal.SIGKILL
            schedulers[place] = start(folder, "scheduler")
        for _ in range(600):
            if status(digest.database, month).balance.planned:
                break
            time.sleep(0.1)
        for process in schedulers:
            process.kill()
            process.wait()
        now = finish(digest, month)
    ledger = Ledger(ledger_file)
    reached = ledger.addresses()
    ledger.close()

    assert killed >= (30 if KILLS else 3)
    assert_nobody_twice_and_nobody_lost(digest, now, reached, people)
    with digest.database.read() as connection:
        assert [row.reason for row in calendar.rows(connection, month)] == [None, None]
        assert all(row.done_at for row in calendar.rows(connection, month))


@contextmanager
def site(folder: Path, port: int) -> Iterator[None]:
    """The site with its webhook, as a process of its own."""
    process = start(folder, "serve", "--port", str(port), "--no-scheduler", "--no-worker")
    try:
        for _ in range(600):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(60)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.mark.parametrize(("delay", "hours"), [(0.3, "0.004"), (6.0, "0.0003")], ids=["in-time", "too-late"])
def test_resending_by_policy_reaches_everyone_and_every_duplicate_is_told(tmp_path, new_database, delay, hours):
    people, folder, signer, port = 100, tmp_path / "project", Signer(), free_port()
    folder.mkdir()
    telling = Telling(f"http://127.0.0.1:{port}/hooks/sendgrid", signer.pem, lost=0.0, delay=delay, per_post=20)
    faults = {"accept-then-reset": 0.15, "500-after-accept": 0.15, "reset": 0.05}
    with in_process(folder / "ledger.db", chances=faults, telling=telling, latency=0.02, quiet_after=30) as host:
        digest = make(folder, new_database(), host, people=people, policy="resend", after=hours, key=signer.public_key)
        with site(folder, port):
            for _ in range(2):
                process = start(folder, "send", str(MONTH), "--yes")
                time.sleep(1.5)
                process.kill()
                process.wait()
            for _ in range(200):
                now = finish(digest)
                ledger = Ledger(folder / "ledger.db")
                reached = ledger.addresses()
                ledger.close()
                twice = sum(times > 1 for times in reached.values())
                if now.state == "sent" and now.duplicates == twice:
                    break
                time.sleep(0.3)

    assert (now.state, now.balance.accepted, now.balance.holds) == ("sent", people, True)
    assert set(reached) == {f"p{number}@example.org" for number in range(people)}
    assert now.duplicates == twice
    if delay < 1:
        assert twice == 0, "events settled the doubt before the window was over"
