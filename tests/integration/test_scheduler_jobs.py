"""What runs beside the site: calendar, notifications, and the daily clean-up."""

import datetime as dt
import logging
import threading
import time
from pathlib import Path

import pytest
from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_SUBMITTED
from projects import mails, make_project

from digest.bootstrap.scheduler import background, jobs
from digest.pipeline.people.subscribe import request_sign_up
from digest.subscribers.consent import ConsentOrigin
from digest.subscribers.signup import SignUp

_PATIENCE = 60  # seconds


def test_running_scheduler_hands_over_a_notification_by_itself(tmp_path: Path):
    digest = make_project(tmp_path)
    request_sign_up(digest.database, digest.people, SignUp("ann@example.org"), ConsentOrigin("/subscribe", "en"))
    alarm = background(jobs(digest.calendar, digest.courier, digest.retention))

    alarm.start()
    try:
        folder = tmp_path / "outbox" / "notifications"
        end = time.monotonic() + _PATIENCE
        while not (folder / "index.html").exists() and time.monotonic() < end:
            time.sleep(0.05)
    finally:
        alarm.shutdown(wait=True)

    assert list(mails(folder)) == ["ann@example.org"]
    assert "ann@example.org" in (folder / "index.html").read_text(encoding="utf-8")


def test_job_that_takes_longer_than_its_interval_runs_once_and_logs_nothing(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.WARNING)
    came_due, running, most = threading.Semaphore(0), [], []

    def slow() -> None:
        running.append(1)
        most.append(len(running))
        for _ in range(3):
            assert came_due.acquire(timeout=_PATIENCE)
        running.pop()

    alarm = background({slow: 1})
    alarm.add_listener(lambda _event: came_due.release(), EVENT_JOB_SUBMITTED | EVENT_JOB_MAX_INSTANCES)
    alarm.start()
    while not most or running:
        time.sleep(0.01)
    alarm.shutdown(wait=True)

    assert set(most) == {1}
    assert caplog.messages == []


def test_jobs_go_on_after_the_clock_was_set_back():
    times: list[float] = []
    both = threading.Event()

    def job() -> None:
        times.append(time.monotonic())
        if len(times) > 1:
            both.set()

    alarm = background({job: 3600}, looks_every=0.05)
    alarm.start()
    try:
        end = time.monotonic() + _PATIENCE
        while not times and time.monotonic() < end:
            time.sleep(0.01)
        [made] = alarm.get_jobs()
        made.modify(next_run_time=dt.datetime.now(dt.UTC) + dt.timedelta(days=40))  # as it lies after such a step

        assert both.wait(_PATIENCE)
    finally:
        alarm.shutdown(wait=True)
