"""What runs beside the site: calendar, notifications, and the daily clean-up."""

import time
from pathlib import Path

from projects import mails, make_project

from digest.bootstrap.alarm import background, jobs
from digest.pipeline.subscribe import request
from digest.subscribers.consent import Origin
from digest.subscribers.signup import SignUp

_PATIENCE = 60  # seconds


def test_running_scheduler_hands_over_a_notification_by_itself(tmp_path: Path):
    digest = make_project(tmp_path)
    request(digest.database, digest.people, SignUp("ann@example.org"), Origin("/subscribe", "en"))
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
