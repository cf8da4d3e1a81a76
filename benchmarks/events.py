"""How many events a second are taken, and whether they lead to the same as in order.

    python benchmarks/events.py [--events 1000000] [--per-post 1000] [--engine sqlite postgresql]

The events are what a provider tells of one campaign: every mail processed, then delivered, bounced, dropped, deferred,
blocked or complained of; a fifth of them is there twice or more, all of them are shuffled, and each post of 1,000 is
signed. The posts go through the route of the site, one after the other, with all its checks, each into a transaction of
its own. The same events, each once and in order, then go into a second database, and the two are compared.
"""

import argparse
import asyncio
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from factories import NOON  # noqa: E402
from provider.events import Signer, event  # noqa: E402
from services import postgres  # noqa: E402
from services.site import make_site  # noqa: E402
from sqlalchemy import select  # noqa: E402
from storage_samples import LANGUAGES, LEASE, make_frozen, make_person  # noqa: E402

from digest.storage import issues  # noqa: E402
from digest.storage.db.database import Database, upgrade  # noqa: E402
from digest.storage.outbox import campaigns, results  # noqa: E402
from digest.storage.outbox.claiming import claim  # noqa: E402
from digest.storage.people import adding  # noqa: E402
from digest.storage.tables import outbox as tables  # noqa: E402
from digest.storage.tables.people import suppression as suppressions_table  # noqa: E402
from digest.subscribers.address import AddressHash  # noqa: E402
from digest.transports.sendgrid.signature import SignatureCheck  # noqa: E402
from digest.web.app import create_site  # noqa: E402
from digest.web.hooks import SendgridHook  # noqa: E402

SIGNER = Signer()
IDENTIFY = AddressHash(b"k" * 32)
ENDINGS = {"delivered": 0.94, "deferred": 0.02, "bounce": 0.02, "blocked": 0.01, "dropped": 0.009, "spamreport": 0.001}
AT_ONCE = 20_000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--events", type=int, default=1_000_000)
    options.add_argument("--per-post", type=int, default=1000)
    options.add_argument("--engine", nargs="+", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="digest-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # root's PostgreSQL runs as another user
        server = postgres.start(folder / "pg", os.getpid()) if "postgresql" in chosen.engine else None
        try:
            for engine in chosen.engine:
                measure(engine, folder, server, chosen.events, chosen.per_post)
        finally:
            if server is not None:
                postgres.stop(folder / "pg")
            shutil.rmtree(folder / "sqlite", ignore_errors=True)


def measure(engine: str, folder: Path, server: postgres.Postgres | None, events: int, per_post: int) -> None:
    """Take the events in both ways, and print what came of it."""
    chance = random.Random(1)
    people = max(1, round(events / 2.4))
    found = []
    for way in ("shuffled, with copies", "in order, once"):
        name = f"{engine}_{way.split(',')[0].replace(' ', '_')}"
        database = Database(_url(engine, folder, server, name), clock=lambda _: NOON)
        told = list(_told(database, people))
        if way.startswith("shuffled"):
            told += chance.choices(told, k=max(0, events - len(told)))
            chance.shuffle(told)
        seconds = asyncio.run(_post_all(database, told, per_post))
        found.append(_stored(database))
        database.dispose()
        print(f"{engine:10} {way:21} {len(told):9,} events in {seconds:6.1f} s: {len(told) / seconds:8,.0f} a second")
    assert found[0] == found[1], "the two ways do not lead to the same"
    print(f"{engine:10} the same is stored: {len(found[0][0]):,} deliveries, {len(found[0][1]):,} suppressions")


def _url(engine: str, folder: Path, server: postgres.Postgres | None, name: str) -> str:
    if server is not None and engine == "postgresql":
        url = server.create(name)
    else:
        url = f"sqlite:///{folder / 'sqlite' / name}.db"
    upgrade(url)
    return url


def _told(database: Database, people: int) -> Iterator[dict[str, object]]:
    """Send a campaign to *people*, and tell what a provider tells of it."""
    chance = random.Random(2)
    for start in range(0, people, AT_ONCE):
        some = [make_person(f"p{number}") for number in range(start, min(start + AT_ONCE, people))]
        hashed = [replace(person, address_hash=IDENTIFY(person.address)) for person in some]
        with database.write() as connection:
            adding.add_many(connection, hashed, update=False, now=NOON)
    frozen = make_frozen()
    with database.write() as connection:
        issues.save(connection, frozen, NOON)
        campaign = campaigns.plan(connection, frozen.month, frozen.hash, batch_size=500, languages=LANGUAGES, now=NOON)
    number = 0
    while True:
        with database.write() as connection:
            claims = claim(connection, campaign.id, limit=20, owner="worker", lease=LEASE, now=NOON)
            for one in claims:
                results.record_accepted(connection, one.attempt_id, message_id="m", rejected={}, now=NOON)
        if not claims:
            return
        for one in claims:
            for delivery, _, address, _ in one.recipients:
                ids = {"delivery_id": str(delivery), "attempt_id": str(one.attempt_id), "installation": "here"}
                person = {"to": [{"email": address}], "custom_args": ids}
                [ending] = chance.choices(list(ENDINGS), list(ENDINGS.values()))
                kind, more = ("bounce", {"type": "blocked"}) if ending == "blocked" else (ending, {})
                number += 1
                yield event("processed", person, "m", number, 1.0)
                yield event(kind, person, "m", number, 2.0) | more


async def _post_all(database: Database, told: list[dict[str, object]], per_post: int) -> float:
    check = SignatureCheck(SIGNER.public_key, time.time)
    app = create_site(replace(make_site(database), events=SendgridHook(database, check, IDENTIFY, 3, "here")))
    bodies = [orjson.dumps(told[start : start + per_post]) for start in range(0, len(told), per_post)]
    signed = [(body, SIGNER.headers(body)) for body in bodies]
    began = time.perf_counter()
    for body, headers in signed:
        assert await _post(app, body, headers) == 204
    return time.perf_counter() - began


async def _post(app: object, body: bytes, headers: dict[str, str]) -> int:
    """Ask the application itself: what a server in front of it costs is not measured."""
    statuses: list[int] = []
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "path": "/hooks/sendgrid",
        "raw_path": b"/hooks/sendgrid",
        "root_path": "",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope, receive, send)
    return statuses[0]


def _stored(database: Database) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]], list[tuple[object, ...]]]:
    delivery, suppression, batch = tables.delivery.c, suppressions_table.c, tables.batch.c
    queries = (
        select(delivery.id, delivery.outcome, delivery.soft_bounced, delivery.state).order_by(delivery.id),
        select(suppression.address_hash, suppression.address, suppression.reason).order_by(suppression.address_hash),
        select(batch.number, batch.state, batch.size, batch.duplicates).order_by(batch.number),
    )
    with database.read() as connection:
        return tuple([tuple(row) for row in connection.execute(query)] for query in queries)


if __name__ == "__main__":
    main()
