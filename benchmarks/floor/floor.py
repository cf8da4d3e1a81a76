"""The leanest hand-over that we could write: `python floor.py FOLDER PORT [CONNECTIONS]`; prints one JSON line.

A bare script on `sqlite3`: it reads the subscribers of FOLDER/subscribers.db, picks each one's edition by a bit mask,
signs the links, posts 1,000 recipients a request to a sink over kept-alive connections, and commits intent and outcome
of every batch with synchronous=FULL, with one delivery row a recipient. No framework, no suppressions, no leases, no
doubt: what is left is what any hand-over has to do.
"""

import hashlib
import http.client
import json
import queue
import sqlite3
import sys
import threading
import time
from binascii import b2a_base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

BATCH = 1000
EDITION = "((topics&3)!=0)|(((topics&4)!=0)<<1)|(((topics&56)!=0)<<2)"
RECIPIENT = (
    b'{"to":[{"email":%b,"name":%b}],"substitutions":{"-first_name-":%b,'
    b'"-unsubscribe_url-":"https://news.example.org/u/%d/%b","-preferences_url-":"https://news.example.org/p/%d/%b"},'
    b'"custom_args":{"sid":"%d","issue":"2026-11"}}'
)
HEADERS = {"Authorization": "Bearer SG.x", "Content-Type": "application/json"}
Row = tuple[int, str, str, str, int]


def signer(key: bytes) -> Callable[[int], bytes]:
    """HMAC-SHA256 on prepared states, cut to 18 bytes, in base64 for URLs."""
    padded = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded)).copy
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded)).copy
    to_url = bytes.maketrans(b"+/", b"-_")

    def sign(subject: int) -> bytes:
        first, second = inner(), outer()
        first.update(b"u:%d" % subject)
        second.update(first.digest())
        return b2a_base64(second.digest()[:18], newline=False).translate(to_url)

    return sign


class Log:
    """Batches and deliveries in a database of its own: intent before the request, outcome after it."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._lock = threading.Lock()
        self._run = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._run.execute("PRAGMA journal_mode=WAL")
        self._run.execute("PRAGMA synchronous=FULL")
        self._run.execute(
            "CREATE TABLE batch (id INTEGER PRIMARY KEY, edition INT, size INT, state TEXT, message TEXT)"
        )
        self._run.execute("CREATE TABLE delivery (subscriber INTEGER PRIMARY KEY, batch INT)")

    def intend(self, number: int, edition: int, rows: list[Row]) -> None:
        with self._lock:
            self._run.execute("BEGIN")
            self._run.execute("INSERT INTO batch VALUES (?, ?, ?, 'sending', NULL)", (number, edition, len(rows)))
            self._run.executemany("INSERT INTO delivery VALUES (?, ?)", [(row[0], number) for row in rows])
            self._run.execute("COMMIT")

    def accept(self, number: int, message: str | None) -> None:
        with self._lock:
            self._run.execute("UPDATE batch SET state = 'accepted', message = ? WHERE id = ?", (message, number))

    def accepted(self) -> int:
        row: tuple[int] = self._run.execute("SELECT sum(size) FROM batch WHERE state = 'accepted'").fetchone()
        return row[0]


def run(folder: Path, port: int, connections: int) -> dict[str, Any]:
    """Hand over everybody; seconds, recipients and megabytes."""
    html = (folder / "digest.html").read_text(encoding="utf-8")
    log = Log(folder / "floor.db")
    began = time.perf_counter()
    tails = [_tail(html, edition) for edition in range(8)]
    waiting: queue.Queue[tuple[int, bytes] | None] = queue.Queue(maxsize=2 * connections)
    threads = [threading.Thread(target=_post_all, args=[port, waiting, log]) for _ in range(connections)]
    for thread in threads:
        thread.start()
    recipients = _read_all(folder, tails, waiting, log)
    for _ in threads:
        waiting.put(None)
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    assert log.accepted() == recipients
    # not ru_maxrss: that begins with the memory of whoever started this process
    peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return {"seconds": seconds, "recipients": recipients, "megabytes": peak}


def _read_all(folder: Path, tails: list[bytes], waiting: queue.Queue[tuple[int, bytes] | None], log: Log) -> int:
    sign = signer(b"k" * 32)
    people = sqlite3.connect(f"file:{folder / 'subscribers.db'}?mode=ro", uri=True)
    query = (
        f"SELECT id, email, name, first_name, {EDITION} FROM subscriber WHERE status = 1 AND topics & 63 ORDER BY id"
    )
    cursor = people.execute(query)
    buffers: list[list[Row]] = [[] for _ in tails]
    number = count = 0

    def flush(edition: int) -> None:
        nonlocal number
        rows, buffers[edition] = buffers[edition], []
        if rows:
            number += 1
            people_json = b",".join([_recipient(row, sign(row[0])) for row in rows])
            log.intend(number, edition, rows)
            waiting.put((number, b'{"personalizations":[' + people_json + b"]," + tails[edition]))

    while chunk := cursor.fetchmany(2000):
        count += len(chunk)
        for row in chunk:
            buffers[row[4]].append(row)
            if len(buffers[row[4]]) == BATCH:
                flush(row[4])
    for edition in range(len(tails)):
        flush(edition)
    people.close()
    return count


def _recipient(row: Row, token: bytes) -> bytes:
    number, email, name, first_name, _ = row
    dumps = orjson.dumps
    return RECIPIENT % (dumps(email), dumps(name), dumps(first_name), number, token, number, token, number)


def _tail(html: str, edition: int) -> bytes:
    parts = [{"type": "text/plain", "value": "see html"}]
    parts.append({"type": "text/html", "value": html.replace("<title>Digest", f"<title>Digest v{edition}")})
    sender = {"email": "news@example.org", "name": "News"}
    return orjson.dumps({"from": sender, "subject": "Monthly digest", "content": parts})[1:]


def _post_all(port: int, waiting: queue.Queue[tuple[int, bytes] | None], log: Log) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    while (item := waiting.get()) is not None:
        number, body = item
        connection.request("POST", "/v3/mail/send", body, HEADERS)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 202
        log.accept(number, answer.headers["X-Message-Id"])
    connection.close()


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 2)))
