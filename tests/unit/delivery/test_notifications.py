"""When a notification is retried, and what stands in its header."""

import datetime as dt
from dataclasses import replace

import pytest
from factories import ORIGIN
from mail_samples import NEWSLETTER, renderer

from digest.delivery.handover import Note
from digest.delivery.notifications import LONGEST_WAIT, MOST_ATTEMPTS, NotificationKind, render_note, wait_before


def render(language: str = "en", **newsletter: object) -> Note:
    return render_note(
        NotificationKind.LINK,
        replace(NEWSLETTER, **newsletter),
        renderer(),
        notification_id=7,
        address="ann@example.org",
        language=language,
        values={"url": "https://digest.example.org/preferences/x"},
        origin=ORIGIN,
    )


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 20), (2, 40), (5, 320), (10, 10_240), (11, 14_400), (13, 14_400)]
)
def test_wait_doubles_up_to_four_hours(attempts: int, seconds: int):
    assert wait_before(attempts, 1.0) == dt.timedelta(seconds=seconds)
    assert wait_before(attempts, 0.5) == dt.timedelta(seconds=seconds / 2)
    assert wait_before(attempts, 0.0) == dt.timedelta(0)


def test_notification_is_given_up_at_its_last_attempt():
    assert MOST_ATTEMPTS == 14
    assert wait_before(MOST_ATTEMPTS - 1, 1.0) == LONGEST_WAIT
    assert wait_before(MOST_ATTEMPTS, 1.0) is None
    assert wait_before(MOST_ATTEMPTS + 1, 1.0) is None


def test_notification_is_retried_for_about_a_day():
    waits = [wait_before(attempts, 1.0) for attempts in range(1, MOST_ATTEMPTS)]

    assert dt.timedelta(hours=16) < sum(waits, dt.timedelta(0)) < dt.timedelta(hours=30)


def test_notification_carries_its_number_its_reader_and_its_origin():
    note = render()

    assert (note.notification_id, note.address, note.origin) == (7, "ann@example.org", ORIGIN)


def test_header_names_the_sender_the_answer_address_and_a_program():
    assert render(from_name="Réseau\r\nde recherche").headers == (
        ("From", "Réseau de recherche <digest@example.org>"),
        ("Reply-To", "editor@example.org"),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Language", "en"),
    )


def test_newsletter_without_an_answer_address_has_no_such_header():
    assert "Reply-To" not in dict(render(reply_to="").headers)


def test_language_that_the_newsletter_does_not_have_becomes_its_first():
    note = render("de")

    assert dict(note.headers)["Content-Language"] == NEWSLETTER.languages[0] == "en"
    assert note.html == render("en").html
    assert dict(render("fr").headers)["Content-Language"] == "fr"
