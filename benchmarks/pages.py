"""How many preference pages a second the site shows and saves, and how long the slowest take.

    python benchmarks/pages.py [--people 100000] [--clients 8] [--seconds 10]

One process of the site, as `digest serve` runs it, on a SQLite database of its own in a temporary folder; readers ask
over loopback, each on a connection that stays open. Server and readers share the cores of this machine, so the figures
are a lower bound.
"""

from __future__ import annotations

import argparse
import http.client
import multiprocessing
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from urllib.parse import urlencode

from digest.bootstrap import Digest, open_digest
from digest.bootstrap.project import start_project
from digest.bootstrap.resources import load_assets, load_cards
from digest.http.server import Server, listen
from digest.storage.people import adding
from digest.subscribers.subscriber import NewSubscriber, Preferences
from digest.tokens import Purpose, dated_signer
from digest.web.app import create_site
from digest.web.site import Site

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
DAY = 86_400


@dataclass(frozen=True)
class Load:
    """What each reader does: with which links, for how many seconds, saving or only looking."""

    port: int
    tokens: Sequence[str]
    seconds: float
    saving: bool


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="digest-bench-") as folder:
        digest = _project(Path(folder) / "project", options.people)
        mine, theirs = multiprocessing.Pipe()
        server = multiprocessing.get_context("spawn").Process(target=_serve, args=(digest.folder, theirs), daemon=True)
        server.start()
        try:
            port = mine.recv()
            print(f"{options.people:,} people, {options.clients} readers at once, {options.seconds:.0f} s each")
            for saving in (False, True):
                load = Load(port, _tokens(digest, options.people), options.seconds, saving)
                _report("save preferences" if saving else "show preferences", load, options.clients)
        finally:
            server.terminate()
            server.join()
            digest.database.dispose()
    return 0


def _project(folder: Path, people: int) -> Digest:
    digest = open_digest(start_project(folder))
    random, topics = Random(1), [topic.slug for topic in digest.taxonomy.topics]
    with digest.database.write() as connection:
        listed = (_person(digest, number, random, topics) for number in range(people))
        adding.add_many(connection, listed, update=False, now=digest.database.now(connection))
    return digest


def _person(digest: Digest, number: int, random: Random, topics: list[str]) -> NewSubscriber:
    address = f"person{number}@example.org"
    chosen = frozenset(random.sample(topics, random.choice((0, 3, 8))))
    return NewSubscriber(address, digest.identify(address), f"Person {number}", Preferences(chosen))


def _tokens(digest: Digest, people: int) -> list[str]:
    sign, random = dated_signer(digest.keys.sign, Purpose.PREFERENCES), Random(2)
    return [sign(random.randint(1, people), int(time.time()) + DAY) for _ in range(10_000)]


def _serve(folder: Path, report: Connection) -> None:
    digest = open_digest(folder / "config.yaml")
    assets = load_assets(None)
    cards, people = load_cards(), digest.people
    site = Site(
        digest.database, digest.archive, digest.newsletter, digest.taxonomy, digest.renderer, people, assets, cards
    )
    with listen("127.0.0.1", 0) as listening:
        report.send(listening.getsockname()[1])
        Server(create_site(site), grace=1).serve_on(listening)


def _report(what: str, load: Load, clients: int) -> None:
    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        taken = [one for times in pool.map(_reader, [load] * clients, range(clients)) for one in times]
    elapsed = time.perf_counter() - began
    cuts = statistics.quantiles(taken, n=100)
    print(
        f"{what}: {len(taken) / elapsed:,.0f} pages/s, "
        f"p50 {cuts[49] * 1000:.1f} ms, p99 {cuts[98] * 1000:.1f} ms, longest {max(taken) * 1000:.1f} ms"
    )


def _reader(load: Load, number: int) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", load.port, timeout=30)
    random, taken, end = Random(number), [], time.perf_counter() + load.seconds
    while (began := time.perf_counter()) < end:
        path = f"/preferences/{random.choice(load.tokens)}"
        if load.saving:
            fields = {"which": "some", "topic": "empathy", "language": "en", "name": secrets.token_hex(4)}
            connection.request("POST", path, urlencode(fields), FORM)
        else:
            connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        if answer.status != http.client.OK:
            raise RuntimeError(f"{path.partition('/')[0]}: status {answer.status}")
        taken.append(time.perf_counter() - began)
    connection.close()
    return taken


if __name__ == "__main__":
    sys.exit(main())
