"""The calendar: what is due happens once, whoever wakes, whatever the clock does."""

import datetime as dt
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from projects import MONTH, add_people, mails, make_project, people, run_json

from digest.bootstrap import Digest
from digest.delivery.schedule import Action
from digest.pipeline.campaign.plan import plan
from digest.pipeline.issue.approve import approve
from digest.pipeline.issue.assemble import assemble
from digest.pipeline.process import this_process
from digest.pipeline.upkeep.calendar import Acted, Calendar
from digest.storage import calendar as rows
from digest.storage.db.database import Database

BEFORE = dt.datetime(2026, 11, 1, 10, 59, tzinfo=dt.UTC)  # assemble: the 1st at 6 in Toronto, 11:00 UTC
ASSEMBLE_DUE = dt.datetime(2026, 11, 1, 11, 0, tzinfo=dt.UTC)
SEND_DUE = dt.datetime(2026, 11, 10, 14, 0, tzinfo=dt.UTC)  # the second Tuesday at 9


class Clock:
    """A database clock that stands until it is set."""

    def __init__(self, time: dt.datetime) -> None:
        self.time = time

    def __call__(self, _connection: object) -> dt.datetime:
        return self.time


Made = tuple[Digest, Clock, Callable[..., Calendar]]


@pytest.fixture
def made(tmp_path: Path, database_url: str) -> Iterator[Made]:
    digest = make_project(tmp_path, database_url)
    add_people(digest, people(8))
    clock = Clock(BEFORE)
    database = Database(digest.database_url, clock)

    def make(owner: str = "one/1/1") -> Calendar:
        return replace(digest.calendar, database=database, sending=replace(digest.sending, owner=owner))

    yield digest, clock, make
    database.dispose()


def test_month_without_files_is_held_when_its_time_comes_and_ignored_later(made: Made):
    digest, clock, make = made
    shutil.rmtree(digest.articles_folder / str(MONTH))
    clock.time = ASSEMBLE_DUE

    (acted,) = make().tick()

    assert "no article" in acted.reason
    clock.time = SEND_DUE + dt.timedelta(days=7)
    assert make().tick() == ()


def ready(digest: Digest) -> None:
    assemble(digest.database, digest.workshop, MONTH)
    approve(digest.database, digest.workshop, MONTH)


def state(digest: Digest) -> str:
    return run_json(digest.folder, "status", str(MONTH))["state"]


def test_nothing_happens_before_its_time(made: Made):
    _, _, make = made

    assert make().tick() == ()


def test_month_is_assembled_once_when_due(made: Made):
    digest, clock, make = made
    clock.time = ASSEMBLE_DUE

    assert make().tick() == (Acted(Action.ASSEMBLE, MONTH, None),)
    assert make().tick() == ()
    assert state(digest) == "assembled"


def test_approved_month_is_sent_when_due(made: Made):
    digest, clock, make = made
    ready(digest)
    clock.time = SEND_DUE

    calendar = make()
    acted = calendar.tick()
    calendar.hand_over()

    assert acted == (Acted(Action.SEND, MONTH, None),)
    assert len(mails(digest.outbox(MONTH))) == 8
    assert state(digest) == "sent"


def test_unapproved_month_is_held_and_told_once(made: Made):
    digest, clock, make = made
    assemble(digest.database, digest.workshop, MONTH)
    clock.time = SEND_DUE

    (acted,) = make().tick()

    assert "not approved" in acted.reason
    assert make().tick() == ()
    assert "not approved" in run_json(digest.folder, "status", str(MONTH))["reason"]
    assert not digest.outbox(MONTH).exists()


def test_month_approved_within_the_grace_is_sent_late(made: Made):
    digest, clock, make = made
    assemble(digest.database, digest.workshop, MONTH)
    clock.time = SEND_DUE
    make().tick()
    approve(digest.database, digest.workshop, MONTH)
    clock.time = SEND_DUE + dt.timedelta(hours=47)

    assert make().tick() == (Acted(Action.SEND, MONTH, None),)


def test_time_missed_before_the_calendar_first_ran_is_nobodys_loss(made: Made):
    digest, clock, make = made
    ready(digest)
    clock.time = SEND_DUE + dt.timedelta(hours=49)

    assert make().tick() == ()


def test_what_a_person_did_by_hand_ends_the_hold(made: Made):
    digest, clock, make = made
    clock.time = SEND_DUE
    make().tick()
    assert run_json(digest.folder, "status", str(MONTH))["reason"]

    ready(digest)

    assert run_json(digest.folder, "status", str(MONTH))["reason"] is None


def test_held_action_stays_held_however_often_it_is_tried(made: Made):
    digest, clock, make = made
    assemble(digest.database, digest.workshop, MONTH)
    clock.time = SEND_DUE
    for owner in ("one/1/1", "two/1/1", "one/1/1"):
        make(owner).tick()

    with digest.database.read() as connection:
        assert rows.find(connection, Action.SEND, MONTH).state == "held"


def test_time_missed_beyond_the_grace_is_held_for_a_person(made: Made):
    digest, clock, make = made
    ready(digest)
    make().tick()
    clock.time = SEND_DUE + dt.timedelta(hours=49)

    (acted,) = make().tick()

    assert "missed" in acted.reason
    assert state(digest) == "approved"


def test_month_sent_by_hand_is_left_alone(made: Made):
    digest, clock, make = made
    ready(digest)
    run_json(digest.folder, "send", str(MONTH), "--yes")
    clock.time = SEND_DUE

    assert make().tick() == ()


def test_too_few_articles_hold_the_assembling(made: Made):
    digest, clock, make = made
    for path in list((digest.articles_folder / str(MONTH)).glob("*.md"))[1:]:
        path.unlink()
    clock.time = ASSEMBLE_DUE

    (acted,) = make().tick()

    assert "article" in acted.reason
    assert state(digest) == "collecting"


def test_clock_that_jumps_back_repeats_nothing(made: Made):
    digest, clock, make = made
    ready(digest)
    clock.time = SEND_DUE
    make().tick()
    clock.time = SEND_DUE - dt.timedelta(hours=1)
    assert make().tick() == ()
    clock.time = SEND_DUE + dt.timedelta(minutes=1)

    assert make().tick() == ()


def test_many_schedulers_at_once_act_once(made: Made):
    digest, clock, make = made
    ready(digest)
    clock.time = SEND_DUE
    calendars = [make(f"host{number}/1/1") for number in range(4)]
    barrier, acted = threading.Barrier(4), []

    def wake(calendar: Calendar) -> None:
        barrier.wait()
        acted.extend(calendar.tick())
        calendar.hand_over()

    threads = [threading.Thread(target=wake, args=[calendar]) for calendar in calendars]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert acted == [Acted(Action.SEND, MONTH, None)]
    assert len(mails(digest.outbox(MONTH))) == 8


def test_scheduler_that_was_killed_keeps_nobody_waiting_for_its_lease(made: Made):
    digest, clock, make = made
    ready(digest)
    clock.time = SEND_DUE
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with digest.database.write() as connection:
        host, _, birth = this_process().rsplit("/", 2)
        options = {"due_at": SEND_DUE, "owner": f"{host}/{process.pid}/{birth}0", "now": clock.time}
        assert rows.begin(connection, Action.SEND, MONTH, lease=dt.timedelta(minutes=5), **options)
    process.communicate()

    assert make().tick() == (Acted(Action.SEND, MONTH, None),)


def test_scheduler_that_was_paused_past_its_lease_does_not_act_again(made: Made):
    digest, clock, make = made
    ready(digest)
    clock.time = SEND_DUE
    with digest.database.write() as connection:
        lease = dt.timedelta(minutes=5)
        options = {"due_at": SEND_DUE, "owner": "paused/1/1", "lease": lease, "now": clock.time}
        assert rows.begin(connection, Action.SEND, MONTH, **options)

    assert make().tick() == ()
    clock.time += dt.timedelta(minutes=6)

    assert make().tick() == (Acted(Action.SEND, MONTH, None),)
    with digest.database.write() as connection:
        assert not rows.done(connection, Action.SEND, MONTH, owner="paused/1/1", now=clock.time)


def test_calendar_leaves_a_campaign_alone_that_a_person_only_planned(made: Made):
    digest, clock, make = made
    ready(digest)
    plan(digest.database, digest.workshop, MONTH, digest.sending, only=True)
    clock.time = SEND_DUE

    make().tick()
    make().hand_over()

    assert not digest.outbox(MONTH).exists()
    assert run_json(digest.folder, "status", str(MONTH))["reason"] == "only planned"
