import json

import pytest

from digest.delivery.events import Event, EventKind
from digest.subscribers.suppression import Reason
from digest.transports.sendgrid.events import ELSEWHERE, UNREADABLE, BadPost, TooManyEvents, read_event, read_post

ELEMENT = {"email": "ann@example.org", "event": "delivered", "delivery_id": "7", "attempt_id": "3", "timestamp": 1}


@pytest.mark.parametrize(
    ("fields", "kind", "reason"),
    [
        ({"event": "processed"}, EventKind.PROCESSED, None),
        ({"event": "deferred", "attempt": "3", "response": "later"}, EventKind.DEFERRED, None),
        ({"event": "delivered"}, EventKind.DELIVERED, None),
        ({"event": "bounce", "type": "bounce", "reason": "550"}, EventKind.BOUNCED, Reason.BOUNCED),
        ({"event": "bounce", "type": "blocked"}, EventKind.BLOCKED, None),
        ({"event": "bounce"}, EventKind.BLOCKED, None),
        ({"event": "bounce", "type": None}, EventKind.BLOCKED, None),
        ({"event": "bounce", "type": ["bounce"]}, EventKind.BLOCKED, None),
        ({"event": "dropped", "reason": "Bounced Address"}, EventKind.DROPPED, Reason.BOUNCED),
        ({"event": "dropped", "reason": "Spam Reporting Address"}, EventKind.DROPPED, Reason.COMPLAINED),
        ({"event": "dropped", "reason": "Unsubscribed Address"}, EventKind.DROPPED, Reason.UNSUBSCRIBED),
        ({"event": "dropped", "reason": "Invalid"}, EventKind.DROPPED, Reason.INVALID),
        ({"event": "dropped", "reason": "Invalid SMTPAPI header"}, EventKind.DROPPED, None),
        ({"event": "dropped", "reason": "Spam Content"}, EventKind.DROPPED, None),
        ({"event": "dropped", "reason": "Recipient List over Package Quota"}, EventKind.OVER_QUOTA, None),
        ({"event": "dropped", "reason": None}, EventKind.DROPPED, None),
        ({"event": "spamreport"}, EventKind.COMPLAINED, Reason.COMPLAINED),
        ({"event": "unsubscribe"}, EventKind.UNSUBSCRIBED, Reason.UNSUBSCRIBED),
        ({"event": "group_unsubscribe", "asm_group_id": 4}, EventKind.UNSUBSCRIBED, Reason.UNSUBSCRIBED),
    ],
)
def test_words_of_the_provider_become_ours(fields, kind, reason):
    assert read_event(ELEMENT | fields, installation="here") == Event(kind, "ann@example.org", (7, 3), reason)


@pytest.mark.parametrize(
    "fields",
    [
        {"category": "digest"},
        {"category": ["digest", "month"]},
        {"category": None},
        {"timestamp": "1700000000"},
        {"timestamp": None},
        {"sg_event_id": None, "sg_message_id": None},
        {"delivery_id": 7, "attempt_id": 3},
        {"unheard-of": {"nested": [1]}},
    ],
)
def test_other_forms_of_the_same_event_are_read_alike(fields):
    assert read_event(ELEMENT | fields, installation="here") == Event(EventKind.DELIVERED, "ann@example.org", (7, 3))


@pytest.mark.parametrize("number", [None, "", "0", "-1", "1.0", 1.0, True, "٣", "9" * 19, 2**63, "9" * 9999, [], "x"])
@pytest.mark.parametrize("name", ["delivery_id", "attempt_id"])
def test_event_without_both_ids_is_about_no_delivery(name, number):
    assert read_event(ELEMENT | {name: number}, installation="here") == Event(
        EventKind.DELIVERED, "ann@example.org", None
    )


@pytest.mark.parametrize("address", [None, 7, ["ann@example.org"]])
def test_address_that_is_no_text_is_left_out(address):
    assert read_event(ELEMENT | {"email": address}, installation="here") == Event(EventKind.DELIVERED, "", (7, 3))


@pytest.mark.parametrize("element", [None, 1, "delivered", [], {}, {"event": None}, {"event": 3}, {"event": ""}])
def test_element_that_is_no_event_is_only_counted(element):
    body = json.dumps([element, ELEMENT, element]).encode()
    post = read_post(body, installation="here", most=3)

    assert len(post.events) == 1
    assert post.others == {UNREADABLE: 2}


@pytest.mark.parametrize("word", ["open", "click", "group_resubscribe", "account_status_change", "new"])
def test_other_kinds_are_only_counted(word):
    post = read_post(json.dumps([ELEMENT | {"event": word}]).encode(), installation="here", most=1)

    assert (post.events, post.others) == ((), {word: 1})


def test_name_of_an_unknown_kind_is_cut_and_fit_for_a_database():
    assert read_event({"event": "a\0" + "b" * 9999}, installation="here") == "a " + "b" * 62


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"null",
        b"[",
        b"[NaN]",
        b"[1e400]",
        b"[\xff]",
        b"\xef\xbb\xbf[]",
        b"\x1f\x8b\x08\x00",
        b"[" * 5000 + b"]" * 5000,
        b'["\\ud800',
        b'["\\ud80"]',
        b"[] []",
    ],
)
def test_body_that_is_no_array_of_json_is_refused(body):
    with pytest.raises(BadPost):
        read_post(body, installation="here", most=9)


def test_last_of_two_equal_keys_counts():
    post = read_post(
        b'[{"event": "bounce", "event": "processed", "email": "a@example.org"}]', installation="here", most=1
    )

    assert post.events == (Event(EventKind.PROCESSED, "a@example.org", None),)


def test_more_events_than_are_taken_at_once_are_refused():
    with pytest.raises(TooManyEvents):
        read_post(b"[1,2,3]", installation="here", most=2)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (r"\ud83d", "\ufffd"),
        (r"\uDE00", "\ufffd"),
        (r"\ud83d\ud83d\ude00\ude00", "\ufffd\U0001f600\ufffd"),
        (r"\\ud83d \ud83dx", "\\ud83d \ufffdx"),
        (r"\\\ud83d\"", '\\\ufffd"'),
    ],
)
def test_half_a_letter_stops_no_event(said: str, read: str):
    odd = ELEMENT | {"email": "PLACE@example.org"}
    body = json.dumps([ELEMENT, odd, odd]).replace("PLACE", said).encode()
    post = read_post(body, installation="here", most=9)

    assert [event.address for event in post.events] == ["ann@example.org", *[f"{read}@example.org"] * 2]


@pytest.mark.parametrize("kind", ["delivered", "dropped", "open"])
@pytest.mark.parametrize("name", ["there", "", 7, ["here"], {"here": 1}])
def test_event_of_another_installation_is_only_counted(kind: str, name: object):
    body = json.dumps([ELEMENT | {"event": kind, "installation": name}, ELEMENT | {"installation": "here"}, ELEMENT])
    post = read_post(body.encode(), installation="here", most=3)

    assert post.events == (Event(EventKind.DELIVERED, "ann@example.org", (7, 3)),) * 2
    assert post.others == {ELSEWHERE: 1}


@pytest.mark.parametrize(
    ("element", "reason"),
    [
        ({"event": "bounce", "type": "bounce"}, Reason.BOUNCED),
        ({"event": "spamreport"}, Reason.COMPLAINED),
        ({"event": "dropped", "reason": "Invalid"}, Reason.INVALID),
    ],
)
def test_address_that_the_account_does_not_mail_any_more_counts_for_every_installation(element: dict, reason: Reason):
    found = read_event(ELEMENT | element | {"installation": "there"}, installation="here")

    assert isinstance(found, Event)
    assert (found.address, found.about, found.reason) == ("ann@example.org", None, reason)
