"""Message-IDs of installations that have the same sender: mail stores silently drop a mail whose ID they know."""

from email import message_from_bytes, policy
from pathlib import Path

from projects import MONTH, make_project, make_ready

from digest.bootstrap import Digest
from digest.delivery.notifications import NotificationKind
from digest.pipeline.campaign.plan import plan
from digest.pipeline.campaign.worker import work
from digest.pipeline.people import notify
from digest.storage import notifications

PEOPLE = 500


def sent_ids(digest: Digest) -> list[str]:
    plan(digest.database, digest.workshop, MONTH, digest.sending)
    work(digest.database, MONTH, digest.sending)
    return ids_in(digest.outbox(MONTH))


def ids_in(folder: Path) -> list[str]:
    mails = (message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.glob("*.eml"))
    return [str(mail["Message-ID"]) for mail in mails]


def test_two_installations_with_one_sender_share_no_message_id(tmp_path: Path):
    one, other = (set(sent_ids(make_ready(make_project(tmp_path / name), PEOPLE))) for name in ("one", "other"))

    assert (len(one), len(other)) == (PEOPLE, PEOPLE)
    assert one & other == set()
    assert {message_id.rpartition("@")[2] for message_id in one | other} == {"example.org>"}


def test_notifications_of_two_installations_share_no_message_id(tmp_path: Path):
    found = []
    for name in ("one", "other"):
        digest = make_ready(make_project(tmp_path / name), 2)
        address = "p0@example.org"
        with digest.database.write() as connection:
            now = digest.database.now(connection)
            key = digest.identify(address)
            notifications.add(connection, NotificationKind.LINK, address, key, language="en", subject_id=None, now=now)
        notify.send_due(digest.database, digest.courier)
        found += ids_in(tmp_path / name / "outbox" / "notifications")

    assert len(found) == len(set(found)) == 2
