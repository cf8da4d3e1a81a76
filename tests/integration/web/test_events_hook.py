"""The route that SendGrid posts its events to."""

import gzip
import itertools
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from provider.events import SIGNATURE, TIMESTAMP, Signer
from services.site import make_site, running
from starlette.testclient import TestClient
from storage_samples import begin_campaign, claim_next, make_person

from digest.storage.db.database import Database
from digest.storage.outbox import campaigns, outcomes
from digest.storage.people import suppressions
from digest.transports.sendgrid.signature import SignatureCheck
from digest.web.app import create_site
from digest.web.hooks import LONGEST_BODY, MOST_EVENTS, SendgridHook

SIGNER = Signer()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def client(database: Database) -> TestClient:
    return make_client(database)


def make_client(database: Database, **newsletter) -> TestClient:
    check = SignatureCheck(SIGNER.public_key, time.time)
    hook = SendgridHook(database, check, lambda address: f"hash of {address.partition('@')[0]}", 3, "here")
    return TestClient(create_site(replace(make_site(database, **newsletter), events=hook)), follow_redirects=False)


@pytest.fixture
def elements(database: Database) -> list[dict[str, str]]:
    """A hard bounce of ann and a delivery to bob, as the provider tells of them."""
    with database.write() as connection:
        campaign = begin_campaign(connection, make_person("ann"), make_person("bob"))
        claim = claim_next(connection, campaign)
    assert claim is not None
    ids = [{"delivery_id": str(member.delivery_id), "attempt_id": str(claim.attempt_id)} for member in claim.recipients]
    return [
        {"email": "ann@example.org", "event": "bounce", "type": "bounce", **ids[0]},
        {"email": "bob@example.org", "event": "delivered", "sg_message_id": "m.1", **ids[1]},
    ]


def post(client: TestClient, body: bytes, headers=None, path: str = "/hooks/sendgrid"):
    signed = SIGNER.headers(body) if headers is None else headers
    return client.post(path, content=body, headers={"Content-Type": "application/json", **signed})


def test_body_that_never_ends_is_given_up(database: Database):
    check = SignatureCheck(SIGNER.public_key, time.time)
    hook = SendgridHook(database, check, lambda address: address, 3, "here", patience=0.3)
    with running(create_site(replace(make_site(database), events=hook))) as address:
        host, port = address.strip("/").rpartition("/")[2].split(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(b"POST /hooks/sendgrid HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n[")

            assert connection.recv(4096).startswith(b"HTTP/1.1 408 ")


def standing(database: Database) -> tuple[int, dict[str, int], bool]:
    """Accepted deliveries, outcomes, and whether ann is suppressed."""
    with database.read() as connection:
        found = {word.value: number for word, number in outcomes.counts(connection, 1).items()}
        return (
            campaigns.balance(connection, 1).accepted,
            found,
            suppressions.find(connection, "hash of ann") is not None,
        )


NOTHING = (0, {}, False)
ALL = (2, {"bounced": 1, "delivered": 1}, True)


def test_signed_events_take_effect_before_they_are_acknowledged(client, database, elements):
    answer = post(client, json.dumps(elements).encode())

    assert (answer.status_code, answer.content) == (204, b"")
    assert standing(database) == ALL


def test_copies_in_any_order_change_nothing(client, database, elements):
    for order in itertools.chain.from_iterable([list(itertools.permutations(elements))] * 3):
        assert post(client, json.dumps(order).encode()).status_code == 204
    one = json.dumps(elements).encode()
    signed = SIGNER.headers(one)
    assert {post(client, one, signed).status_code for _ in range(46)} == {204}
    assert standing(database) == ALL


@pytest.mark.parametrize(
    "bad",
    [None, 7, [], {}, {"event": None}, {"event": "new", "deep": [[[[]]]]}, {"event": "bounce", "email": None}],
)
def test_one_bad_element_does_not_stop_the_others(client, database, elements, bad):
    assert post(client, json.dumps([bad, *elements, bad]).encode()).status_code == 204
    assert standing(database) == ALL


def refused(body: bytes) -> dict[str, tuple[int, dict[str, str] | list[tuple[str, str]]]]:
    good, other = SIGNER.headers(body), SIGNER.headers(body + b" ")
    old, soon = (SIGNER.headers(body, str(int(time.time()) + shift)) for shift in (-30 * 3600, 3600))
    return {
        "none": (401, {}),
        "no timestamp": (401, {SIGNATURE: good[SIGNATURE]}),
        "no signature": (401, {TIMESTAMP: good[TIMESTAMP]}),
        "bad": (403, {**good, SIGNATURE: "bad"}),
        "not DER": (403, {**good, SIGNATURE: "AAAA"}),
        "another key": (403, Signer().headers(body)),
        "another body": (403, other),
        "another timestamp": (403, {**good, TIMESTAMP: str(int(good[TIMESTAMP]) + 1)}),
        "too old": (403, old),
        "of the future": (403, soon),
    }


@pytest.mark.parametrize("case", list(refused(b"")))
def test_what_is_not_signed_by_the_key_is_refused(client, database, elements, case):
    body = json.dumps(elements).encode()
    status, headers = refused(body)[case]

    assert post(client, body, headers).status_code == status
    assert standing(database) == NOTHING


@pytest.mark.parametrize("name", [SIGNATURE, TIMESTAMP])
def test_header_that_stands_twice_is_refused(client, database, elements, name):
    body = json.dumps(elements).encode()
    good = SIGNER.headers(body)

    answer = client.post("/hooks/sendgrid", content=body, headers=[*good.items(), (name, good[name])])

    assert answer.status_code == 401
    assert standing(database) == NOTHING


@pytest.mark.parametrize(
    ("make", "status"),
    [
        (lambda good: b"", 400),
        (lambda good: b"{}", 400),
        (lambda good: good[:-1], 400),
        (lambda good: good[:-1] + b",NaN]", 400),
        (lambda good: good[:-1] + b",1e400]", 400),
        (lambda good: good[:-1] + b"," + b"[" * 5000 + b"]" * 5000 + b"]", 400),
        (lambda good: good[:-1] + b',"\xff"]', 403),
        (gzip.compress, 403),
        (lambda good: good.decode().encode("utf-16"), 403),
        (lambda good: good[:-1] + b",1" * MOST_EVENTS + b"]", 413),
        (lambda good: good + b" " * LONGEST_BODY, 413),
    ],
)
def test_bad_bodies_are_refused_though_they_are_signed(client, database, elements, make, status):
    assert post(client, make(json.dumps(elements).encode())).status_code == status
    assert standing(database) == NOTHING


def test_compressed_body_is_refused(client, elements):
    body = gzip.compress(json.dumps(elements).encode())

    assert post(client, body, {**SIGNER.headers(body), "Content-Encoding": "gzip"}).status_code == 415


def test_long_body_in_chunks_is_refused_before_anybody_looks_at_its_signature(client):
    def chunks() -> Iterator[bytes]:
        for _ in range(3000):
            yield b"[" * 1024

    assert client.post("/hooks/sendgrid", content=chunks()).status_code == 413


def test_answer_waits_for_a_database_that_comes_back(sqlite_url, caplog):
    database = Database(sqlite_url)
    with database.write() as connection:
        campaign = begin_campaign(connection, make_person("ann"), make_person("bob"))
        claim = claim_next(connection, campaign)
    about = {"delivery_id": str(claim.recipients[0].delivery_id), "attempt_id": str(claim.attempt_id)}
    body = json.dumps([{"email": "ann@example.org", "event": "delivered", **about}]).encode()
    client, signed = make_client(database), SIGNER.headers(body)
    database.dispose()
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    file.rename(file.with_suffix(".away"))
    assert post(client, body, signed).status_code == 503

    file.with_suffix(".away").rename(file)
    assert post(client, body, signed).status_code == 204
    assert standing(database) == (2, {"delivered": 1}, False)
    assert "ann@" not in caplog.text
    database.dispose()


def test_database_that_fails_half_way_is_never_a_success(client, database, elements):
    with database.write() as connection:
        connection.exec_driver_sql("DROP TABLE event")
    body = json.dumps([*elements, {"event": "open"}]).encode()

    assert post(client, body).status_code == 503
    assert standing(database) == NOTHING


def test_route_needs_no_cookie_and_no_origin(client, elements):
    body = json.dumps(elements).encode()
    foreign = {**SIGNER.headers(body), "Origin": "https://other.example", "Sec-Fetch-Site": "cross-site"}

    answer = post(client, body, foreign)

    assert answer.status_code == 204
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_only_a_post_is_answered(client, method):
    assert client.request(method, "/hooks/sendgrid").status_code in {404, 405}


def test_route_stands_under_the_path_of_the_site(database, elements):
    client = make_client(database, base_url="https://example.org/digest")

    assert post(client, json.dumps(elements).encode(), path="/digest/hooks/sendgrid").status_code == 204


def test_without_a_public_key_there_is_no_route(database):
    client = TestClient(create_site(make_site(database)))

    assert post(client, b"[]").status_code in {404, 405}
