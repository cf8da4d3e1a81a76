"""How fast a campaign is planned and handed over, beside the floor run in the same minute.

    python benchmarks/hand_over.py [--people 10000 100000 1000000] [--engine sqlite postgresql] [--latency 0 0.1]

`digest send` runs as people run it, in a process of its own, on a fresh project with the sendgrid transport, against a
sink on this machine that accepts everything. The floor (benchmarks/floor/) is the leanest script that does the same
work, on the same number of people of whom as many are matched.
"""

import argparse
import datetime as dt
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]

from floor.people import TOPICS, build, people  # noqa: E402
from projects import MONTH, article_text, with_own_identity  # noqa: E402
from services import postgres  # noqa: E402
from sqlalchemy import func, insert, select, true  # noqa: E402

from digest.bootstrap import Digest, open_digest  # noqa: E402
from digest.bootstrap.project import start_project  # noqa: E402
from digest.pipeline.issue.approve import approve  # noqa: E402
from digest.pipeline.issue.assemble import assemble  # noqa: E402
from digest.storage.db.database import upgrade  # noqa: E402
from digest.storage.people import selections  # noqa: E402
from digest.storage.tables.outbox import attempt, campaign  # noqa: E402
from digest.storage.tables.people import subscriber  # noqa: E402
from digest.subscribers.subscriber import NoMatch, State  # noqa: E402

ARTICLES = ((0, 1), (2,), (3, 4, 5))  # topics of each article, as the floor's masks have them
AT_ONCE = 20_000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--people", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    options.add_argument("--engine", nargs="+", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    options.add_argument("--latency", type=float, nargs="+", default=[0.0])
    options.add_argument("--in-flight", type=int, default=8)
    options.add_argument("--batch-size", type=int, default=1000)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="digest-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # root's PostgreSQL runs as another user
        server = postgres.start(folder / "pg", os.getpid()) if "postgresql" in chosen.engine else None
        try:
            for count in chosen.people:
                build(folder, count)
                (folder / "digest.html").write_text(f"<title>Digest</title>{'<p>Some words of it.</p>' * 1600}")
                for latency in chosen.latency:
                    for engine in chosen.engine:
                        _compare(folder, count, engine, server, latency, chosen)
        finally:
            if server is not None:
                postgres.stop(folder / "pg")


def _compare(
    folder: Path, count: int, engine: str, server: postgres.Postgres | None, latency: float, chosen: argparse.Namespace
) -> None:
    url = server.create(postgres.unique_name("bench")) if engine == "postgresql" and server else None
    with _sink(latency) as port:
        project = folder / f"{engine}-{count}"
        shutil.rmtree(project, ignore_errors=True)
        digest = _project(project, url, port, chosen)
        _add_people(digest, count)
        assemble(digest.database, digest.workshop, MONTH)
        approve(digest.database, digest.workshop, MONTH)
        digest.database.dispose()
        before = _floor(folder, port, chosen.in_flight if latency else 2)
        sent = _digest(project, "send", str(MONTH), "--yes")
        after = _floor(folder, port, chosen.in_flight if latency else 2)
    balance = json.loads(str(sent["out"]))["balance"]
    floor = (before["seconds"] + after["seconds"]) / 2
    plan, hand_over = _spans(digest)
    seconds = plan + hand_over
    line = (
        f"{count:>9,} {engine:<10} plan {plan:6.2f} s + hand-over {hand_over:6.2f} s = {seconds:6.2f} s,"
        f" {balance['accepted'] / seconds:>8,.0f} recipients a second, {sent['megabytes']:.0f} MB;"
        f" the whole command {sent['seconds']:.2f} s;"
        f" floor {floor:5.2f} s ({before['recipients']:,}), {before['megabytes']:.0f} MB: {seconds / floor:.2f} x"
    )
    if latency:
        requests = balance["accepted"] / chosen.batch_size
        share = requests / hand_over / (chosen.in_flight / latency)
        line += f"   at {latency * 1000:.0f} ms: {share:.0%} of in_flight / latency"
    print(line, flush=True)


def _spans(digest: Digest) -> tuple[float, float]:
    """Seconds from the begin of the plan to the first claim, and from there to the last answer, by the database."""
    query = select(func.max(campaign.c.created_at), func.min(attempt.c.started_at), func.max(attempt.c.finished_at))
    with digest.database.read() as connection:
        began, claimed, answered = connection.execute(query.select_from(attempt).join(campaign, true())).one()
    digest.database.dispose()
    return (claimed - began).total_seconds(), (answered - claimed).total_seconds()


def _floor(folder: Path, port: int, connections: int) -> dict[str, float]:
    line = [sys.executable, str(ROOT / "benchmarks/floor/floor.py"), str(folder), str(port), str(connections)]
    done: dict[str, float] = json.loads(subprocess.run(line, capture_output=True, check=True, text=True).stdout)
    return done


def _digest(project: Path, *arguments: str) -> dict[str, object]:
    """Run a command; its output, seconds and peak memory, start of the process included."""
    line = [sys.executable, "-m", "digest", *arguments, "--json", "--config", str(project / "config.yaml")]
    began = time.perf_counter()
    with (project / "out").open("w+") as out:
        process = subprocess.Popen(line, stdout=out, stderr=subprocess.DEVNULL)
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, _peak(process.pid))
            time.sleep(0.01)
        seconds = time.perf_counter() - began
        out.seek(0)
        assert process.returncode == 0, f"{arguments}: {process.returncode}"
        return {"seconds": seconds, "megabytes": peak, "out": out.read()}


def _peak(pid: int) -> float:
    """The most memory that a process had; not ru_maxrss, which begins with that of whoever started it."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024 if "VmHWM:" in status else 0.0


@contextmanager
def _sink(latency: float) -> Iterator[int]:
    line = [sys.executable, str(ROOT / "benchmarks/floor/sink.py"), str(latency)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def _project(folder: Path, url: str | None, port: int, chosen: argparse.Namespace) -> Digest:
    path = start_project(folder)
    text = path.read_text(encoding="utf-8")
    changes = {
        "sqlite:///subscribers/digest.db": url or "sqlite:///subscribers/digest.db",
        "transport: files ": "transport: sendgrid ",
        "batch_size: 500": f"batch_size: {chosen.batch_size}",
        "in_flight: 8": f"in_flight: {chosen.in_flight}",
        "host: https://api.sendgrid.com": f"host: http://127.0.0.1:{port}",
        "api_key: null": "api_key: SG.nobody",
        "base_url: http://127.0.0.1:8000": "base_url: https://digest.example.org",
    }
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    path.write_text(with_own_identity(text), encoding="utf-8")
    digest = open_digest(path)
    slugs = [topic.slug for topic in digest.taxonomy.topics[:TOPICS]]
    written = folder / "articles" / str(MONTH)
    written.mkdir(parents=True)
    for number, topics in enumerate(ARTICLES):
        body = article_text(f"Study {number}", ", ".join(slugs[topic] for topic in topics))
        (written / f"study-{number}.md").write_text(body + "\nMore words about it." * 300, encoding="utf-8")
    upgrade(digest.database_url)
    return digest


def _add_people(digest: Digest, count: int) -> None:
    """Straight into the tables: how fast a list is imported is another question."""
    slugs = [topic.slug for topic in digest.taxonomy.topics[:TOPICS]]
    others = [random.Random(number).getrandbits(TOPICS) & ~63 for number in range(300)]
    chosen: dict[int, int] = {}
    with digest.database.write() as connection:
        now = digest.database.now(connection)
        rows = []
        for number, address, name, _first, active, topics in people(count):
            # as the floor's as far as the articles go; some thousand different selections
            mask = topics if number % 10 == 0 else others[number % len(others)] | topics & 63
            if mask not in chosen:
                wanted = frozenset(slugs[bit] for bit in range(TOPICS) if mask >> bit & 1)
                chosen[mask] = selections.ensure(connection, wanted)
            if active:
                rows.append(_person(address, name, chosen[mask], now))
            if len(rows) >= AT_ONCE or number == count - 1:
                connection.execute(insert(subscriber), rows)
                rows.clear()


def _person(address: str, name: str, selection: int, now: dt.datetime) -> dict[str, object]:
    return {
        "address": address,
        "address_hash": hashlib.sha256(address.encode()).hexdigest(),
        "name": name,
        "language": "en",
        "selection_id": selection,
        "no_match": NoMatch.NOTHING,
        "state": State.ACTIVE,
        "created_at": now,
    }


if __name__ == "__main__":
    main()
