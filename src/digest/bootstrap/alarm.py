"""The alarm clock: APScheduler wakes the process, the database decides what is due.

The job store is memory: shared between schedulers it would run a job once per scheduler (see docs/design.md).
"""

import datetime as dt
import logging
from collections.abc import Callable

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger

from digest.errors import DigestError
from digest.pipeline.timekeeping import Calendar

_EVERY = 30  # seconds

log = logging.getLogger("digest.scheduler")


def foreground(calendar: Calendar) -> BaseScheduler:
    """A scheduler whose `start()` returns when it is shut down."""
    return _scheduler(BlockingScheduler(timezone=dt.UTC), waking(calendar))


def background(calendar: Calendar, *, hands_over: bool = True) -> BaseScheduler:
    """A scheduler that runs in a thread of its own after `start()`; see `waking`."""
    return _scheduler(BackgroundScheduler(timezone=dt.UTC), waking(calendar, hands_over=hands_over))


def _scheduler(scheduler: BaseScheduler, wake: Callable[[], None]) -> BaseScheduler:
    scheduler.add_job(
        wake,
        IntervalTrigger(seconds=_EVERY, timezone=dt.UTC),
        next_run_time=dt.datetime.now(dt.UTC),
        misfire_grace_time=None,
        coalesce=True,
        max_instances=1,
    )
    return scheduler


def waking(calendar: Calendar, *, hands_over: bool = True) -> Callable[[], None]:
    """What happens at each waking: act on what is due, then hand over what has begun, unless a worker does that."""

    def wake() -> None:
        try:
            for acted in calendar.tick():
                if acted.reason is None:
                    log.info("%s of %s done", acted.action, acted.month)
                else:
                    log.warning("%s of %s held: %s", acted.action, acted.month, acted.reason)
            if hands_over:
                calendar.hand_over()
        except DigestError as error:
            log.error("%s; trying again in %d seconds", error, _EVERY)  # noqa: TRY400 -- its message says it all

    return wake
