"""Clocks that step, and workers whose clocks differ: nobody is mailed twice, lost, or called in doubt without cause."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from factories import make_description
from projects import MONTH, make_project, make_ready

from digest.bootstrap import Digest
from digest.delivery.handover import Answer, Batch, Report
from digest.errors import NotAccepted
from digest.pipeline.campaign.plan import plan
from digest.pipeline.campaign.settle import settle
from digest.pipeline.campaign.status import status
from digest.pipeline.campaign.worker import work
from digest.storage.db.database import Database, read_clock
from digest.storage.outbox import claiming

PEOPLE = 30
DAY = dt.timedelta(days=1)


class Watched:
    """Takes every batch, or refuses it once if *refuses* says so; calls *during* while a request is under way."""

    description = make_description("watched")

    def __init__(self, during: Callable[[], None], refuses: Callable[[], bool] = lambda: False) -> None:
        self.during = during
        self.refuses = refuses
        self.taken: list[str] = []

    def hand_over(self, batch: Batch, report: Report) -> Answer:
        self.during()
        if self.refuses():
            raise NotAccepted("429 too many requests")
        self.taken += [recipient.address for recipient in batch.recipients]
        return Answer(f"m{batch.attempt_id}")

    def evidence(self, deliveries: object) -> None:
        return None

    def finish(self) -> None:
        pass


@pytest.fixture
def digest(tmp_path: Path, database_url: str) -> Digest:
    made = make_project(tmp_path / "project", database_url, replace={"batch_size: 500": "batch_size: 5"})
    return make_ready(made, PEOPLE)


def at(digest: Digest, ahead: Callable[[], dt.timedelta]) -> Database:
    """The same database as a process with another clock sees it."""
    return Database(digest.database_url, lambda connection: read_clock(connection) + ahead())


def send(digest: Digest, database: Database, transport: Watched) -> None:
    sending = replace(digest.sending, jitter=lambda: 0.0, in_flight=1, transport=lambda _month: transport)
    plan(digest.database, digest.workshop, MONTH, sending)
    work(database, MONTH, sending)


def everybody_once() -> Counter[str]:
    return Counter(f"p{number}@example.org" for number in range(PEOPLE))


@pytest.mark.parametrize("days", [2, -2])
def test_worker_with_another_clock_leaves_a_request_alone_that_is_under_way(digest, days):
    peer = at(digest, lambda: days * DAY)
    seen = []

    def look() -> None:
        settled = settle(peer, MONTH, transport, dt.timedelta(0), digest.sending.lease)
        now = status(peer, MONTH)
        seen.append((settled, now.balance.in_doubt, now.under_way))

    transport = Watched(look)
    send(digest, digest.database, transport)
    peer.dispose()

    assert set(seen) == {(0, 0, True)}
    assert Counter(transport.taken) == everybody_once()


@pytest.mark.parametrize("seed", range(6))
def test_clock_that_steps_at_any_transaction_neither_doubles_nor_loses_nor_doubts_anybody(digest, seed):
    chance = random.Random(seed)
    steps = [dt.timedelta(0), 40 * DAY, -40 * DAY, dt.timedelta(minutes=20), dt.timedelta(minutes=-20)]
    stepping, peer = (at(digest, lambda: chance.choice(steps)) for _ in range(2))
    refusals = [True] * 4
    doubts = []

    def look() -> None:
        settle(peer, MONTH, transport, dt.timedelta(0), digest.sending.lease)
        doubts.append(status(digest.database, MONTH).balance.in_doubt)

    transport = Watched(look, lambda: chance.random() < 0.3 and bool(refusals) and refusals.pop())
    send(digest, stepping, transport)
    for database in (stepping, peer):
        database.dispose()

    assert Counter(transport.taken) == everybody_once()
    assert set(doubts) == {0}
    assert status(digest.database, MONTH).state == "sent"


def test_lease_of_another_machine_that_ends_in_forty_days_ends_after_one_lease(digest):
    transport, lease = Watched(lambda: None), digest.sending.lease
    campaign = plan(digest.database, digest.workshop, MONTH, digest.sending)
    ahead, later = at(digest, lambda: 40 * DAY), at(digest, lambda: lease)
    with ahead.write() as connection:
        now = ahead.now(connection)
        [claim] = claiming.claim(connection, campaign.id, limit=1, owner="elsewhere/boot.1/7/8", lease=lease, now=now)

    assert settle(digest.database, MONTH, transport, None, lease) == 0
    assert settle(later, MONTH, transport, None, lease) == 1
    assert status(digest.database, MONTH).balance.in_doubt == len(claim.recipients)
    for database in (ahead, later):
        database.dispose()
