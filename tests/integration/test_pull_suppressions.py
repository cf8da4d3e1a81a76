"""`digest suppressions pull` against a provider that has lists, and one that has none to give."""

import datetime as dt
import json
from io import StringIO
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from projects import make_project, run
from provider.running import in_thread
from provider.server import KEY, Behaviour
from sqlalchemy import select

from digest.bootstrap import Digest
from digest.bootstrap.transports import sendgrid_api
from digest.errors import ConfigError, TransportError
from digest.pipeline.people.import_list import import_list
from digest.pipeline.people.suppressions import pull
from digest.storage.tables.people import suppression
from digest.transports.sendgrid.http import Reply
from digest.transports.sendgrid.suppression_lists import read_lists

LISTS = {
    "bounces": [{"email": f"P{number}@example.org", "reason": "550", "created": 1} for number in range(450)],
    "blocks": [{"email": "blocked@example.org"}],
    "spam_reports": [{"email": "p1@example.org"}, {"email": None}, {"created": 2}, {"email": "not an address"}],
    "unsubscribes": [{"email": "gone@example.net"}],
    "invalid_emails": [{"email": "odd@example.net"}],
}


def project(folder: Path, url: str | None, host: str) -> Digest:
    return make_project(
        folder, url, replace={"host: https://api.sendgrid.com": f"host: {host}", "api_key: null": f"api_key: {KEY}"}
    )


def read(digest: Digest) -> list[tuple[str | None, str]]:
    with digest.database.read() as connection:
        return [(row.address, row.reason) for row in connection.execute(select(suppression)).all()]


def test_every_page_of_every_list_is_taken_over(tmp_path, database_url):
    with in_thread(tmp_path / "ledger.db", Behaviour(suppressions=LISTS, keep=True)) as provider:
        digest = project(tmp_path / "project", database_url, provider.url)
        lines = StringIO("email\np1@example.org\np2@example.org\nkept@example.org\n")
        import_list(digest.database, lines, digest.row_rules("test", dt.date(2026, 1, 31)), update=False)
        told = [run(tmp_path / "project", "suppressions", "pull") for _ in range(2)]
        paths = [seen.path for seen in provider.seen]

    found = read(digest)
    assert [line.splitlines()[-1].split()[0] for line in told] == ["452", "0"]
    assert sorted(row for row in found if row[0]) == [("P1@example.org", "complained"), ("P2@example.org", "bounced")]
    assert {reason for address, reason in found if address is None} == {"bounced", "unsubscribed", "invalid"}
    assert len(found) == 452
    assert not any("blocks" in path for path in paths)
    assert KEY not in "".join(told)


class Scripted:
    """An API that answers every request alike."""

    def __init__(self, *, status: int = 200, body: bytes = b"[]", whole: bool = True) -> None:
        self.reply = Reply(status, {}, body, whole)

    def exchange(self, method: str, path: str, body: bytes, *, until: float) -> Reply:
        return self.reply


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            {"status": 401},
            "refuses the key .*: check sendgrid.api_key, and give it the permission to read suppressions$",
        ),
        (
            {"status": 403},
            "refuses the key .*: check sendgrid.api_key, and give it the permission to read suppressions$",
        ),
        ({"status": 302}, "answered 302: check sendgrid.host$"),
        ({"status": 404}, "answered 404: check sendgrid.host$"),
        ({"status": 400}, "answered 400: running the command again will not help$"),
        ({"status": 500}, "answered 500: run the command again later$"),
        ({"whole": False}, "truncated"),
        ({"body": b"<html>"}, "not a list"),
        ({"body": b'{"errors": []}'}, "not a list"),
        ({"body": b'[{"email": "a@example.org"}]'}, "same page"),
    ],
)
def test_answer_that_is_no_list_is_said_and_ends_it(answer, words):
    with pytest.raises(TransportError, match=words):
        list(read_lists(Scripted(**answer), deadline=1))


class Limited:
    """An API whose answers are cut off if they have more entries than *fit*, and that says 429 first."""

    def __init__(self, count: int, *, fit: int = 200, refusals: int = 0) -> None:
        self.entries = [{"email": f"p{number}@example.org"} for number in range(count)]
        self.fit = fit
        self.refusals = refusals

    def exchange(self, method: str, path: str, body: bytes, *, until: float) -> Reply:
        if self.refusals:
            self.refusals -= 1
            return Reply(429, {"x-ratelimit-reset": "107"}, b"", True)
        query = {name: int(value) for name, value in parse_qsl(urlsplit(path).query)}
        page = self.entries[query["offset"] : query["offset"] + query["limit"]]
        return Reply(200, {}, json.dumps(page).encode(), len(page) <= self.fit)


@pytest.mark.parametrize("fit", [1, 7, 199])
def test_page_that_is_too_long_is_asked_for_in_halves(fit: int):
    read = list(read_lists(Limited(450, fit=fit), deadline=1))

    for reason in dict.fromkeys(reason for reason, _ in read):
        addresses = [address for why, some in read if why == reason for address in some]
        assert addresses == [f"p{number}@example.org" for number in range(450)]
    assert len({reason for reason, _ in read}) == 4


def test_entry_that_is_too_long_by_itself_is_said():
    with pytest.raises(TransportError, match="truncated"):
        list(read_lists(Limited(3, fit=0), deadline=1))


def test_provider_that_is_asked_too_often_is_waited_for():
    waits: list[float] = []
    read = list(read_lists(Limited(3, refusals=3), deadline=1, now=lambda: 100.0, wait=waits.append))

    assert (waits, len(read)) == ([7.0] * 3, 4)


def test_provider_that_is_always_asked_too_often_is_not_waited_for_for_ever():
    waits: list[float] = []
    with pytest.raises(TransportError, match="answered 429"):
        list(read_lists(Limited(3, refusals=10**9), deadline=1, now=lambda: 200.0, wait=waits.append))

    assert waits == [1.0] * 5


def test_provider_that_can_not_be_reached_is_said(tmp_path, sqlite_url):
    digest = project(tmp_path / "project", sqlite_url, "http://127.0.0.1:1")

    with pytest.raises(TransportError, match="could not be read"):
        pull(digest.database, read_lists(sendgrid_api(digest.config), deadline=2), identify=digest.identify)
    assert read(digest) == []


def test_without_a_key_nothing_is_asked(tmp_path):
    digest = make_project(tmp_path / "project")

    with pytest.raises(ConfigError, match=r"sendgrid\.api_key"):
        sendgrid_api(digest.config)
    run(tmp_path / "project", "suppressions", "pull", code=2)
