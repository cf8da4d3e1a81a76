"""The queue of notifications: nothing is lost, whoever works it and whatever the transport says. On both engines."""

import datetime as dt
import logging
import threading
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from factories import ORIGIN, make_newsletter
from people_samples import RENDERER, Postbox, Town

from digest.delivery.notifications import MOST_ATTEMPTS, NotificationKind, render_note, wait_before
from digest.errors import NotAccepted
from digest.pipeline.campaign.status import notification_status
from digest.pipeline.people import notify
from digest.pipeline.people.fresh_links import enqueue_fresh_link
from digest.pipeline.people.limits import Rate
from digest.pipeline.people.notify import Courier
from digest.pipeline.process import is_running
from digest.storage import notifications
from digest.storage.tables.notifications import NotificationState
from digest.tokens import Purpose
from digest.transports.files import FilesTransport

OFTEN = Rate(100, dt.timedelta(days=1))
URL = "https://digest.example.org/confirm/TOKEN?lang=en"


def states(town: Town) -> dict[str, int]:
    with town.database.read() as connection:
        return {state.value: count for state, count in notifications.count(connection).items() if count}


def test_refused_mail_is_tried_again_later_and_not_at_once(town: Town):
    town.sign_up()
    town.post.refuses = "the folder is full"

    assert notify.send_due(town.database, town.courier()) == 1
    assert notify.send_due(town.database, town.courier()) == 0
    town.post.refuses = None
    town.wait(hours=5)
    assert len(town.deliver()) == 1
    assert states(town) == {"accepted": 1}


def test_mail_refused_for_ever_is_given_up_and_shown_without_its_address(town: Town, caplog):
    town.sign_up()
    town.post.refuses = "no room for ann@example.org"
    with caplog.at_level(logging.INFO):
        for _ in range(MOST_ATTEMPTS + 2):
            town.deliver()
            town.wait(hours=5)

    queue = notification_status(town.database)
    assert queue.waiting == 0
    assert queue.failed == ((1, "confirm", "no room for (the address)"),)
    assert "given up" in caplog.text
    assert "ann@" not in caplog.text


def test_waits_grow_are_random_and_end():
    longest = [wait_before(attempts, 1.0) for attempts in range(1, MOST_ATTEMPTS)]

    assert longest[0] == dt.timedelta(seconds=20)  # 10 * 2
    assert longest == sorted(longest)
    assert longest[-1] == dt.timedelta(hours=4)
    assert wait_before(3, 0.25) == dt.timedelta(seconds=20)  # 10 * 2**3 / 4
    assert wait_before(MOST_ATTEMPTS, 0.5) is None


def test_mail_of_a_killed_worker_is_taken_over_when_its_lease_has_run_out(town: Town):
    town.sign_up()
    with town.database.write() as connection:
        lease = dt.timedelta(minutes=2)
        lost = notifications.claim(connection, owner="killed", lease=lease, now=town.time)

    assert town.deliver() == []
    town.wait(minutes=2)
    assert [note.notification_id for note in town.deliver()] == [lost.id]


def test_worker_that_comes_back_late_does_not_overwrite_the_outcome(town: Town):
    town.sign_up()
    with town.database.write() as connection:
        lost = notifications.claim(connection, owner="slow", lease=dt.timedelta(minutes=2), now=town.time)
    town.wait(minutes=2)
    town.deliver()

    with town.database.write() as connection:
        late = notifications.finish(connection, lost, NotificationState.FAILED, owner="slow", now=town.time)

    assert not late
    assert states(town) == {"accepted": 1}


def test_many_workers_hand_over_each_mail_once(town: Town):
    for number in range(12):
        town.sign_up(f"p{number}@example.org")
    couriers = [town.courier(f"worker {number}") for number in range(4)]
    barrier = threading.Barrier(4)

    def work(courier: Courier) -> None:
        barrier.wait()
        notify.send_due(town.database, courier)

    threads = [threading.Thread(target=work, args=[courier]) for courier in couriers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(note.notification_id for note in town.post.notes) == list(range(1, 13))


def test_link_for_something_grave_is_as_old_as_its_request(town: Town):
    person = town.subscribe()
    enqueue_fresh_link(town.database, town.people, person, Purpose.ERASE, OFTEN)
    town.post.refuses = "down"
    town.deliver()
    town.post.refuses = None
    town.wait(hours=25)

    assert town.deliver() == []
    assert states(town) == {"accepted": 1, "skipped": 1}


def test_mail_to_a_former_address_of_a_person_holds_no_link_to_their_data(town: Town):
    from digest.pipeline.people.change_address import confirm_address, propose

    person = town.subscribe()
    propose(town.database, town.people, person.id, "new@example.net")
    (note,) = town.deliver()
    enqueue_fresh_link(town.database, town.people, person, Purpose.EXPORT, OFTEN)
    confirm_address(town.database, town.people, town.subject_of(note))

    assert ["/undo/" in note.text for note in town.deliver()] == [True]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", list(NotificationKind))
def test_each_kind_is_whole_in_both_parts_and_says_who_writes(kind: NotificationKind, language: str):
    note = made(kind, language)

    for part in (note.html, note.text):
        assert all(line in part for line in ("Réseau de recherche", "100 Example Street", "editor@example.org"))
        assert part.count("{") == 0 or part is note.html
        assert URL in part
    assert "\n" not in note.subject
    assert ("Auto-Submitted", "auto-generated") in note.headers
    assert not any(name.startswith("List-") for name, _ in note.headers)
    assert max(len(line) for line in note.text.splitlines() if "https://" not in line) <= 76


@pytest.mark.parametrize("kind", list(NotificationKind))
def test_each_kind_is_french_in_french(kind: NotificationKind):
    english, french = made(kind, "en"), made(kind, "fr")

    assert english.subject != french.subject
    same = set(english.text.splitlines()) & set(french.text.splitlines())
    assert all(line in {"", "Réseau de recherche", "100 Example Street", "Ottawa", URL} or "-" * 20 in line
               for line in same)  # fmt: skip


@pytest.mark.parametrize("kind", list(NotificationKind))
def test_notification_links_to_nothing_but_its_page(kind: NotificationKind):
    import re

    note = made(kind, "en")

    assert set(re.findall(r"https?://[^\s\"<]+", note.text)) == {URL}
    assert set(re.findall(r'href="(http[^"]+)"', note.html)) == {URL}
    assert "<img" not in note.html


def made(kind: NotificationKind, language: str):
    return render_note(
        kind, make_newsletter(), RENDERER, notification_id=7, address="ann@example.org", language=language,
        values={"url": URL}, origin=ORIGIN,
    )  # fmt: skip


# --- the files transport ---------------------------------------------------------------------------------------------


def test_notification_is_a_file_named_by_its_id_and_again_the_same_file(tmp_path: Path):
    transport = FilesTransport(tmp_path / "notifications", "notifications", RENDERER, is_running)
    note = made(NotificationKind.CONFIRM, "fr")
    transport.hand_over_note(note)
    first = (tmp_path / "notifications" / "7.eml").read_bytes()

    transport.hand_over_note(note)

    assert (tmp_path / "notifications" / "7.eml").read_bytes() == first
    assert [path.name for path in (tmp_path / "notifications").glob("*.eml")] == ["7.eml"]
    message = message_from_bytes(first, policy=policy.default)
    assert message["To"] == "ann@example.org"
    assert message["Subject"] == note.subject
    assert message["Message-ID"] == f"<notification-7.{ORIGIN.installation}@example.org>"
    assert URL in message.get_body(("plain",)).get_content()
    assert URL in message.get_body(("html",)).get_content()


def test_folder_that_cannot_be_written_is_not_accepted(tmp_path: Path):
    (tmp_path / "file").touch()
    transport = FilesTransport(tmp_path / "file" / "notifications", "notifications", RENDERER, is_running)

    with pytest.raises(NotAccepted):
        transport.hand_over_note(made(NotificationKind.LINK, "en"))


def test_template_that_fails_puts_the_mail_off_and_loses_nothing(town: Town):
    from digest.bootstrap.resources import load_catalogues, load_templates
    from digest.rendering.environment import Renderer

    broken = load_templates(None) | {"email/notification/confirm/words.txt": "{{ missing }}"}
    whole = town.people
    town.sign_up()
    town.people = replace(whole, renderer=Renderer(broken, load_catalogues()))
    town.deliver()
    assert states(town) == {"waiting": 1}

    town.people = whole
    town.wait(minutes=1)

    assert len(town.deliver()) == 1
    assert isinstance(town.post, Postbox)
