"""How many subscribers a second a list brings in and takes out, in how much memory; and how many links are made.

    python benchmarks/lists.py [--people 1000000] [--url DATABASE]

Import and export run as the commands that people use, each in a process of its own, on a fresh project in a temporary
folder: SQLite, or the empty PostgreSQL database of --url.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from digest.bootstrap import Digest, open_digest
from digest.bootstrap.project import start_project
from digest.issue.addresses import unsubscribe_url
from digest.subscribers.lists.formats import COLUMNS
from digest.tokens import UNSUBSCRIBE, signer

SELECTIONS = 5000  # different sets of topics, each chosen by many


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--url", help="an empty PostgreSQL database; a SQLite file if left out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="digest-bench-") as name:
        folder = Path(name) / "project"
        config = start_project(folder)
        if options.url:
            os.environ["DIGEST_DATABASE__URL"] = options.url
        digest = open_digest(config)
        source, target = folder / "people.csv", folder / "export.csv"
        _write(source, options.people, [topic.slug for topic in digest.taxonomy.topics])
        print(f"{options.people:,} people, {SELECTIONS:,} sets of topics, {source.stat().st_size / 1e6:.0f} MB of CSV")
        for title, arguments in (
            ("import, all new", ("import", str(source))),
            ("import again, nothing new", ("import", str(source))),
            ("export", ("export", str(target))),
        ):
            _report(title, options.people, ["subscribers", *arguments, "--config", str(config)])
        print(f"{'the export is the list':<28} {_same(source, target)}")
        _links(digest, options.people)
    return 0


def _write(path: Path, people: int, topics: Sequence[str]) -> None:
    random = Random(1)
    sets = [";".join(sorted(random.sample(topics, number % 5))) for number in range(SELECTIONS)]
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for number in range(people):
            day = f"20{20 + number % 6}-{number % 12 + 1:02}-{number % 28 + 1:02}"
            writer.writerow(
                (
                    f"person{number}@mail{number % 997}.example.org",
                    f"Person Étienne {number}",
                    ("en", "fr")[number % 2],
                    sets[number % SELECTIONS],
                    ("nothing", "whole")[number % 3 == 0],
                    "",
                    "conference sign-up sheet",
                    day,
                    "",
                )
            )


def _report(title: str, people: int, arguments: list[str]) -> None:
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "digest", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    if status != 0:
        raise SystemExit(f"{title} failed with status {status}")
    memory = used.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    processor = used.ru_utime + used.ru_stime
    print(
        f"{title:<28} {people / seconds:>9,.0f} rows/s  {seconds:6.1f} s, {processor:6.1f} s of processor, "
        f"{memory:4.0f} MB at most"
    )


def _same(one: Path, other: Path) -> bool:
    return one.read_bytes() == other.read_bytes()


def _links(digest: Digest, people: int) -> None:
    sign = signer(digest.keys.sign, UNSUBSCRIBE)
    base_url = digest.newsletter.base_url
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    for number in range(people):
        unsubscribe_url(base_url, sign(number))
    seconds = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
    print(f"{'unsubscribe links':<28} {people / seconds:>9,.0f} links/s of processor time")


if __name__ == "__main__":
    sys.exit(main())
