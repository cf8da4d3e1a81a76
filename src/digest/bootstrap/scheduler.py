"""The alarm clock: APScheduler wakes the process, the database decides what is due.

The job store is memory: shared between schedulers it would run a job once per scheduler (see docs/decisions.md).
APScheduler waits for a time of day. If the clock is set back, every job would wait for that time again, so a
thread looks for jobs that are further ahead than their interval and runs them at once.
"""

import datetime as dt
import logging
import threading
from collections.abc import Callable, Mapping

from apscheduler.events import EVENT_SCHEDULER_SHUTDOWN, EVENT_SCHEDULER_STARTED
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger

from digest.errors import DigestError
from digest.pipeline.people import notify
from digest.pipeline.people.notify import Courier
from digest.pipeline.upkeep.calendar import Calendar
from digest.pipeline.upkeep.clean_up import Retention, clean_up
from digest.storage.db.database import Database

_EVERY = 30  # seconds
_NOTIFICATIONS_EVERY = 2  # seconds: somebody is looking at the page that says "Check your inbox"
_CLEANING_EVERY = 600  # seconds; it acts once a day
_LOOKS_EVERY = 10.0  # seconds between checks whether the clock was set back

log = logging.getLogger("digest.scheduler")

Jobs = Mapping[Callable[[], None], int]


def foreground(jobs: Jobs) -> BaseScheduler:
    """Return a scheduler whose `start()` blocks until it is shut down."""
    return _scheduler(BlockingScheduler(timezone=dt.UTC), jobs, _LOOKS_EVERY)


def background(jobs: Jobs, looks_every: float = _LOOKS_EVERY) -> BaseScheduler:
    """Return a scheduler that runs in its own threads after `start()`.

    Args:
        looks_every: Seconds between checks whether the clock was set back.
    """
    return _scheduler(BackgroundScheduler(timezone=dt.UTC), jobs, looks_every)


def jobs(calendar: Calendar, courier: Courier, retention: Retention, *, hands_over: bool = True) -> Jobs:
    """Return each job and its interval in seconds. A job has its own thread and never runs twice at once."""
    database = calendar.database
    return {
        waking(calendar, hands_over=hands_over): _EVERY,
        _trying(lambda: _notify(database, courier), _NOTIFICATIONS_EVERY): _NOTIFICATIONS_EVERY,
        _trying(lambda: _clean_up(database, retention), _CLEANING_EVERY): _CLEANING_EVERY,
    }


def _scheduler(scheduler: BaseScheduler, jobs: Jobs, looks_every: float) -> BaseScheduler:
    for job, seconds in jobs.items():
        scheduler.add_job(
            _one_at_a_time(job),
            IntervalTrigger(seconds=seconds, timezone=dt.UTC),
            next_run_time=dt.datetime.now(dt.UTC),
            misfire_grace_time=None,
            coalesce=True,
            max_instances=2,  # with 1, APScheduler warns each time that a job is due while it still runs
        )
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(looks_every):
            _run_what_is_too_far_ahead(scheduler, dt.datetime.now(dt.UTC))

    watcher = threading.Thread(target=watch, name="clock", daemon=True)
    scheduler.add_listener(lambda _: watcher.start(), EVENT_SCHEDULER_STARTED)
    scheduler.add_listener(lambda _: ended.set(), EVENT_SCHEDULER_SHUTDOWN)
    return scheduler


def _run_what_is_too_far_ahead(scheduler: BaseScheduler, now: dt.datetime) -> None:
    for job in scheduler.get_jobs():
        if job.next_run_time is not None and job.next_run_time > now + 2 * job.trigger.interval:
            job.modify(next_run_time=now)


def _one_at_a_time(job: Callable[[], None]) -> Callable[[], None]:
    """Return *job*, skipped while it is already running."""
    running = threading.Lock()

    def run() -> None:
        if running.acquire(blocking=False):
            try:
                job()
            finally:
                running.release()

    return run


def waking(calendar: Calendar, *, hands_over: bool = True) -> Callable[[], None]:
    """Return what happens at each waking: do what is due, then hand over what has begun, unless a worker does that."""

    def wake() -> None:
        for acted in calendar.tick():
            if acted.reason is None:
                log.info("%s of %s done", acted.action, acted.month)
            else:
                log.warning("%s of %s held: %s", acted.action, acted.month, acted.reason)
        if hands_over:
            calendar.hand_over()

    return _trying(wake, _EVERY)


def _notify(database: Database, courier: Courier) -> None:
    if taken := notify.send_due(database, courier):
        log.info("notifications processed: %d", taken)


def _clean_up(database: Database, retention: Retention) -> None:
    done = clean_up(database, retention)
    if done is not None:
        log.info("cleaned up: %s", done)


def _trying(job: Callable[[], None], again: int) -> Callable[[], None]:
    def run() -> None:
        try:
            job()
        except DigestError as error:
            log.error("%s; retrying in %d seconds", error, again)  # noqa: TRY400 -- the message is complete

    return run
