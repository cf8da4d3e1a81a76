"""The unsubscribe link of every mail (RFC 8058)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from services.site import KEY, OLD_KEY
from sqlalchemy import delete
from starlette.testclient import TestClient

from digest.storage.db.database import Database
from digest.storage.people import subscribers
from digest.storage.tables import people as tables
from digest.subscribers.subscriber import State
from digest.tokens import UNSUBSCRIBE, signer

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
DONE = "You have been unsubscribed"


def state(database: Database, reader: int) -> State:
    with database.read() as connection:
        person = subscribers.get(connection, reader)
    assert person is not None
    return person.state


@pytest.mark.parametrize("encoding", [{"data": ONE_CLICK}, {"files": {"List-Unsubscribe": (None, "One-Click")}}])
def test_one_click_acts_at_once(client: TestClient, database: Database, reader: int, token: str, encoding: dict):
    answer = client.post(f"/unsubscribe/{token}?lang=en", **encoding)

    assert answer.status_code == 200
    assert DONE in answer.text
    assert state(database, reader) is State.LEFT


def test_one_click_needs_no_content_type(client: TestClient, database: Database, reader: int, token: str):
    client.post(f"/unsubscribe/{token}", content=b"List-Unsubscribe=One-Click\r\n")

    assert state(database, reader) is State.LEFT


def test_one_click_gets_no_cookie_and_no_redirect(client: TestClient, token: str):
    answer = client.post(f"/unsubscribe/{token}", data=ONE_CLICK)

    assert "set-cookie" not in answer.headers
    assert "location" not in answer.headers


def test_second_click_is_answered_like_the_first(client: TestClient, database: Database, reader: int, token: str):
    first, second = (client.post(f"/unsubscribe/{token}", data=ONE_CLICK) for _ in range(2))

    assert (second.status_code, second.text) == (200, first.text)
    assert state(database, reader) is State.LEFT


def test_button_of_the_page_acts(client: TestClient, database: Database, reader: int, token: str):
    page = client.get(f"/unsubscribe/{token}?lang=en").text
    assert f'<form method="post" action="/unsubscribe/{token}?lang=en">' in page
    assert '<input type="hidden" name="confirm" value="yes">' in page

    answer = client.post(f"/unsubscribe/{token}?lang=en", data={"confirm": "yes"})

    assert answer.status_code == 303
    assert DONE in client.get(answer.headers["location"]).text
    assert state(database, reader) is State.LEFT


def test_page_of_who_has_left_says_that_it_is_done(client: TestClient, token: str):
    client.post(f"/unsubscribe/{token}", data=ONE_CLICK)
    page = client.get(f"/unsubscribe/{token}?lang=en").text

    assert DONE in page
    assert "<form" not in page


@pytest.mark.parametrize(
    "request_parts",
    [
        {},
        {"data": {"List-Unsubscribe": "one-click"}},
        {"data": {"confirm": "no"}},
        {"content": b"\xff\xfe\x00"},
        {"content": b"&".join(b"a=b" for _ in range(1000)) + b"&confirm=yes"},
        {"content": b"confirm=yes", "headers": {"Content-Type": "multipart/form-data"}},
        {"content": b"confirm=yes", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"content": b"--x\r\n\r\n--x--", "headers": {"Content-Type": "multipart/form-data; charset=no; boundary=x"}},
        {"files": {"List-Unsubscribe": ("One-Click.txt", b"One-Click")}},
        {"json": ONE_CLICK},
    ],
)
def test_any_other_body_only_gets_the_question(
    client: TestClient, database: Database, reader: int, token: str, request_parts: dict
):
    answer = client.post(f"/unsubscribe/{token}?lang=en", **request_parts)

    assert answer.status_code == 200
    assert "Unsubscribe?" in answer.text
    assert state(database, reader) is State.ACTIVE


def test_page_shows_enough_of_the_address_and_no_more(client: TestClient, token: str):
    page = client.get(f"/unsubscribe/{token}").text

    assert "a…@example.com" in page
    assert "ann.lee" not in page
    assert "Ann Lee" not in page


def test_page_speaks_the_language_that_the_reader_chose(client: TestClient, token: str):
    assert '<html lang="fr" dir="ltr">' in client.get(f"/unsubscribe/{token}").text
    assert '<html lang="en" dir="ltr">' in client.get(f"/unsubscribe/{token}?lang=en").text


def test_erased_person_gets_the_same_answer(client: TestClient, database: Database, reader: int, token: str):
    known = client.post(f"/unsubscribe/{token}?lang=en", data=ONE_CLICK)
    with database.write() as connection:
        connection.execute(delete(tables.consent))
        connection.execute(delete(tables.subscriber).where(tables.subscriber.c.id == reader))

    erased = client.post(f"/unsubscribe/{token}?lang=en", data=ONE_CLICK)

    assert (erased.status_code, erased.text) == (200, known.text)
    assert client.get(f"/unsubscribe/{token}").status_code == 200


def test_link_signed_by_an_older_key_still_works(client: TestClient, database: Database, reader: int):
    client.post(f"/unsubscribe/{signer(OLD_KEY, UNSUBSCRIBE)(reader)}", data=ONE_CLICK)

    assert state(database, reader) is State.LEFT


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "forged",
    [
        lambda token, reader: token[:-1],
        lambda token, reader: ("B" if token[0] == "A" else "A") + token[1:],
        lambda token, reader: signer(KEY, "preferences")(reader),
        lambda token, reader: signer(b"x" * 32, UNSUBSCRIBE)(reader),
        lambda token, reader: "%00",
        lambda token, reader: "é" * 32,
        lambda token, reader: "a" * 5000,
    ],
)
def test_link_that_proves_nothing_does_nothing_and_says_what_to_do(
    client: TestClient, database: Database, reader: int, token: str, forged, method: str
):
    answer = client.request(method, f"/unsubscribe/{forged(token, reader)}", data=ONE_CLICK)

    assert answer.status_code == 400
    assert "This link doesn’t work" in answer.text
    assert "editor@example.org" in answer.text
    assert state(database, reader) is State.ACTIVE


def test_long_body_is_refused_also_in_chunks(client: TestClient, database: Database, reader: int, token: str):
    def chunks() -> Iterator[bytes]:
        yield b"List-Unsubscribe=One-Click&x="
        for _ in range(70):
            yield b"y" * 1024

    whole = client.post(f"/unsubscribe/{token}", content=b"List-Unsubscribe=One-Click&x=" + b"y" * 70_000)
    chunked = client.post(f"/unsubscribe/{token}", content=chunks())

    assert (whole.status_code, chunked.status_code) == (413, 413)
    assert state(database, reader) is State.ACTIVE


def test_database_that_is_away_is_never_a_success(
    client: TestClient, database: Database, token: str, sqlite_url: str, caplog: pytest.LogCaptureFixture
):
    database.dispose()
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    file.rename(file.with_suffix(".away"))

    for answer in (client.post(f"/unsubscribe/{token}", data=ONE_CLICK), client.get(f"/unsubscribe/{token}")):
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "60"
        assert answer.headers["cache-control"] == "no-store"
    assert client.get("/healthz").status_code == 503
    assert token not in caplog.text


def test_database_that_fails_half_way_is_never_a_success(
    client: TestClient, database: Database, reader: int, token: str
):
    with database.write() as connection:
        connection.exec_driver_sql("DROP TABLE address_change")

    assert client.post(f"/unsubscribe/{token}", data=ONE_CLICK).status_code == 503
    assert state(database, reader) is State.ACTIVE


def test_personal_pages_are_kept_and_told_nowhere(client: TestClient, token: str):
    answers = [
        client.get(f"/unsubscribe/{token}"),
        client.get("/unsubscribe/nonsense"),
        client.post(f"/unsubscribe/{token}", data={"confirm": "yes"}),
        client.post(f"/unsubscribe/{token}", content=b"y" * 70_000),
    ]

    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "noindex" in answer.headers["x-robots-tag"]
