"""A worker that stops itself at a chosen step: `python stepping.py STEP SIGNAL COUNT FOLDER`.

Wired like the real one, with a database and a transport that count: the product has no hook for this. The steps are
those between which a crash could lose or double a mail.
"""

import os
import signal
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Connection, func, select

from digest.bootstrap import open_digest
from digest.delivery.handover import Answer, Batch, Report, Transport
from digest.months import Month
from digest.pipeline.campaign.worker import work
from digest.storage.db.database import Database
from digest.storage.tables.outbox import attempt

STEPS = ("before-claim", "after-claim", "mid-body", "after-acceptance", "before-record", "after-record")


class Trap:
    """Sends the process a signal at the *count*-th passing of its step."""

    def __init__(self, step: str, number: int, count: int) -> None:
        self._step = step
        self._number = number
        self._left = count
        self._lock = threading.Lock()

    def at(self, step: str) -> None:
        with self._lock:
            if step != self._step:
                return
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), self._number)
                time.sleep(0.2)  # the signal may take a moment


class SteppingDatabase(Database):
    def __init__(self, url: str, trap: Trap) -> None:
        super().__init__(url)
        self.trap = trap
        self.answered = 0  # requests whose answer is not written down yet

    @contextmanager
    def write(self) -> Iterator[Connection]:
        answers, self.answered = self.answered, 0
        self.trap.at("before-claim")
        with super().write() as connection:
            before = _last_attempt(connection)
            yield connection
            claimed = _last_attempt(connection) != before
            if answers:
                self.trap.at("before-record")
        if answers:
            self.trap.at("after-record")
        if claimed:
            self.trap.at("after-claim")


class SteppingTransport:
    def __init__(self, inner: Transport, database: SteppingDatabase, host: str, ledger: Path) -> None:
        self.description = inner.description
        self._inner = inner
        self._database = database
        self._host = urlsplit(host)
        self._ledger = ledger

    def hand_over(self, batch: Batch, report: Report) -> Answer:
        self._half_a_body()
        threading.Thread(target=self._until_accepted, args=[batch.attempt_id], daemon=True).start()
        try:
            return self._inner.hand_over(batch, report)
        finally:
            self._database.answered += 1

    def hand_over_note(self, note: object) -> Answer:
        raise NotImplementedError

    def evidence(self, deliveries: object) -> None:
        return None

    def finish(self) -> None:
        self._inner.finish()

    def _half_a_body(self) -> None:
        assert self._host.hostname
        assert self._host.port
        with socket.create_connection((self._host.hostname, self._host.port)) as half:
            half.sendall(
                b'POST /v3/mail/send HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n{"personalizations":[{"to"'
            )
            self._database.trap.at("mid-body")

    def _until_accepted(self, number: int) -> None:
        ledger = sqlite3.connect(self._ledger, timeout=30)
        for _ in range(2000):
            if ledger.execute("SELECT 1 FROM accepted WHERE attempt_id = ?", (number,)).fetchone():
                self._database.trap.at("after-acceptance")
                break
            time.sleep(0.001)
        ledger.close()


def _last_attempt(connection: Connection) -> int:
    return connection.execute(select(func.coalesce(func.max(attempt.c.id), 0))).scalar_one()


def main(step: str, number: str, count: str, folder: str, month: str) -> None:
    digest = open_digest(Path(folder) / "config.yaml")
    database = SteppingDatabase(digest.database_url, Trap(step, signal.Signals[number], int(count)))
    ledger, host = Path(folder) / "ledger.db", digest.config.sendgrid.host
    inner = digest.sending.transport
    sending = replace(digest.sending, transport=lambda m: SteppingTransport(inner(m), database, host, ledger))
    work(database, Month.parse(month), sending)


if __name__ == "__main__":
    main(*sys.argv[1:])
