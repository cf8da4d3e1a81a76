import json

import pytest

from digest.delivery.handover import Answer
from digest.errors import BatchRefused, InDoubt, NotAccepted, Refused, TooLarge
from digest.transports.sendgrid.http import Reply
from digest.transports.sendgrid.responses import read_answer

IDS = (100, 101, 102)
NOW = 1_800_000_000.0


def refusal(
    status: int, body: bytes = b"", headers: dict[str, str] | None = None, *, whole: bool = True
) -> NotAccepted | InDoubt:
    with pytest.raises((NotAccepted, InDoubt)) as caught:
        read_answer(Reply(status, headers or {}, body, whole), IDS, now=NOW)
    return caught.value


def errors(*pairs: tuple[object, str]) -> bytes:
    return json.dumps({"errors": [{"field": field, "message": said, "help": None} for field, said in pairs]}).encode()


def test_accepted_carries_the_message_id():
    assert read_answer(Reply(202, {"x-message-id": "m1"}, b"", True), IDS, now=NOW) == Answer("m1")


def test_accepted_without_a_message_id_is_accepted():
    assert read_answer(Reply(202, {}, b"", True), IDS, now=NOW) == Answer(None)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, Refused),
        (301, Refused),
        (307, Refused),
        (401, Refused),
        (403, Refused),
        (404, Refused),
        (405, Refused),
        (408, InDoubt),
        (413, TooLarge),
        (415, Refused),
        (418, Refused),
        (429, NotAccepted),
        (400, BatchRefused),
        (201, InDoubt),
        (204, InDoubt),
        (102, InDoubt),
        (500, InDoubt),
        (502, InDoubt),
        (503, InDoubt),
        (504, InDoubt),
        (599, InDoubt),
    ],
)
def test_each_status_means_one_thing(status: int, kind: type[Exception]):
    assert type(refusal(status)) is kind


def test_accepted_that_was_cut_off_is_in_doubt():
    assert type(refusal(202, whole=False)) is InDoubt


@pytest.mark.parametrize(
    ("pairs", "rejected"),
    [
        ([("personalizations.1.to.0.email", "bad")], {101: "bad"}),
        ([("personalizations.1", "bad")], {101: "bad"}),
        ([("personalizations[2].to[0].email", "bad")], {102: "bad"}),
        ([("personalizations.0001", "bad")], {101: "bad"}),
        ([("personalizations.0.to", "one"), ("personalizations.2.to.0.email", "two")], {100: "one", 102: "two"}),
    ],
)
def test_named_recipients_are_isolated(pairs: list[tuple[str, str]], rejected: dict[int, str]):
    error = refusal(400, errors(*pairs))

    assert type(error) is NotAccepted
    assert dict(error.rejected) == rejected


@pytest.mark.parametrize(
    "field",
    [
        *("content.0.value", "from.email", "subject", "personalizations.1.headers.X-A"),
        *("personalizations.1.custom_args", "personalizations.1.substitutions", "personalizations.1.toll"),
    ],
)
def test_fault_in_what_all_share_rejects_nobody(field: str):
    error = refusal(400, errors(("personalizations.0.to.0.email", "bad"), (field, "bad too")))

    assert type(error) is Refused
    assert dict(error.rejected) == {}


@pytest.mark.parametrize("part", ["substitutions", "to.0.email", "to"])
def test_fault_of_everybody_rejects_nobody(part: str):
    error = refusal(400, errors(*((f"personalizations.{number}.{part}", "not supported") for number in range(3))))

    assert type(error) is Refused
    assert dict(error.rejected) == {}


def test_only_recipient_of_a_request_is_rejected_by_name():
    with pytest.raises(NotAccepted) as caught:
        read_answer(Reply(400, {}, errors(("personalizations.0.to.0.email", "bad")), True), IDS[:1], now=NOW)

    assert dict(caught.value.rejected) == {100: "bad"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>bad</html>",
        b'{"errors":[{"mess',
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"errors":{}}',
        b'{"errors":[3,null]}',
        b'{"errors":[{"field":null,"message":null}]}',
        b'{"errors":[{"field":["a"],"message":3}]}',
        b"[" * 100_000,
        errors((None, "Bad Request")),
        errors(("personalizations", "too many")),
        errors(("personalizations.3.to", "there is no fourth")),
        errors(("personalizations.99999999999999999999.to", "bad")),
        errors((f"personalizations.{'9' * 5000}.to.0.email", "bad")),
    ],
)
def test_bad_request_that_names_nobody_refuses_the_batch(body: bytes):
    error = refusal(400, body)

    assert type(error) is BatchRefused
    assert dict(error.rejected) == {}


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None),
        ({"x-ratelimit-reset": str(int(NOW) + 7)}, 7),
        ({"x-ratelimit-reset": str(int(NOW) - 7)}, None),
        ({"x-ratelimit-reset": str(int(NOW) + 86400)}, 60),
        ({"x-ratelimit-reset": "soon"}, None),
        ({"x-ratelimit-reset": "-1"}, None),
        ({"x-ratelimit-reset": "nan"}, None),
        ({"x-ratelimit-reset": "9" * 400}, None),
        ({"retry-after": "5"}, 5),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        # 1800000000 is Fri, 15 Jan 2027 08:00:00 GMT; their clock is an hour ahead of ours
        ({"x-ratelimit-reset": str(int(NOW) + 3607), "date": "Fri, 15 Jan 2027 09:00:00 GMT"}, 7),
        ({"x-ratelimit-reset": str(int(NOW) + 7), "date": "yesterday"}, 7),
        *(
            ({"x-ratelimit-reset": str(int(NOW) + 7), "date": f"Mon, 01 Jan {year} 00:00:00 {zone}"}, 7)
            for year, zone in [("9" * 20, "GMT"), ("2027", "+99999999999")]
        ),
    ],
)
def test_wait_is_until_the_reset_and_bounded(headers: dict[str, str], wait: float | None):
    assert refusal(429, b"", headers).retry_after == wait


@pytest.mark.parametrize("status", [400, 401, 403, 500])
def test_what_is_told_has_no_address_no_key_and_no_line_break(status: int):
    said = "ann@example.org\r\nis bad, <bob@example.net> too; Bearer SG.abc.def and SG.abc-1.def"
    told = str(refusal(status, errors((None, said))))

    assert "@" not in told
    assert "SG." not in told
    assert "\n" not in told
    assert "is bad" in told


def test_what_is_told_is_short():
    assert len(str(refusal(500, errors(*[(None, "x" * 10_000)] * 50)))) < 300
