"""The mail's link to one's own preferences."""

import datetime as dt
from pathlib import Path

from projects import MONTH, mails, make_project, make_ready

from digest.pipeline.campaign.plan import plan
from digest.pipeline.campaign.worker import work
from digest.storage.people import subscribers
from digest.tokens import Purpose, read_dated


def test_each_mail_holds_its_readers_own_preference_link_in_both_parts(tmp_path: Path):
    digest = make_ready(make_project(tmp_path))
    plan(digest.database, digest.workshop, MONTH, digest.sending)
    work(digest.database, MONTH, digest.sending)

    now = dt.datetime.now(dt.UTC)
    for address, message in mails(digest.outbox(MONTH)).items():
        text = message.get_body(("plain",)).get_content()
        html = message.get_body(("html",)).get_content()
        (url,) = [line for line in text.splitlines() if "/preferences/" in line]
        assert url.startswith("http://127.0.0.1:8000/preferences/")
        assert f'href="{url}"' in html
        subject = read_dated(digest.keys, Purpose.PREFERENCES, url.rpartition("/")[2], now + dt.timedelta(days=179))
        with digest.database.read() as connection:
            assert subscribers.get(connection, subject).address == address
