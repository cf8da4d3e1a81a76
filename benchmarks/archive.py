"""How many pages of the archive a second one process shows, and how long readers wait.

    python benchmarks/archive.py [--issues 1000] [--clients 8] [--seconds 10]

Issues with three articles each, made of invented words, straight into a SQLite database of its own in a temporary
folder. One process of the site, as `digest serve` runs it; `wrk` asks over loopback, on connections that stay open, for
pages in random order. A bare Starlette route on the same server, with as many bytes, is measured beside each page: the
ratio to it says more than the figures, which depend on the machine and on what else it does.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from digest.bootstrap import Digest, open_digest
from digest.bootstrap.project import start_project
from digest.bootstrap.sites import site_of
from digest.content.article import Study
from digest.http.server import Server, listen
from digest.issue.issue import Document, FrozenIssue, WebArticle
from digest.months import Month
from digest.storage import issues
from digest.web.app import create_site

NEWEST = Month(2026, 11)
ARTICLES = 3  # in an issue
AUTHORS = 24
WORDS = 12_000
SEARCHES = 50_000  # more than are asked for while it is measured
MADE = 3_000  # pages at most that are made before they are asked for at once
OPENINGS, VOWELS, ENDINGS = "bcdfghjklmnprstvwz", "aeiou", ("", "", "n", "r", "s", "l", "t")
MISSING = "wrk is missing: install it (Debian and Ubuntu: apt-get install wrk), then run the benchmark again"

# wrk calls `request` for each request and `done` at the end; the addresses are in the file that it is given.
SCRIPT = """
local paths = {}
function init(arguments)
  for line in io.lines(arguments[1]) do paths[#paths + 1] = line end
  math.randomseed(7)
end
function request() return wrk.format("GET", paths[math.random(#paths)]) end
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('{"requests": %d, "seconds": %f, "p50": %f, "p99": %f, "bytes": %d, "errors": %d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    summary.bytes, errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""


@dataclass(frozen=True)
class Measured:
    """What wrk saw; p50 and p99 in milliseconds."""

    requests: int
    seconds: float
    p50: float
    p99: float
    bytes: int
    errors: int

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--issues", type=int, default=1_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=int, default=10)
    options = parser.parse_args()
    wrk = shutil.which("wrk")
    if wrk is None:
        print(MISSING, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="digest-bench-") as name:
        folder = Path(name)
        digest = _project(folder / "project", options.issues)
        (folder / "load.lua").write_text(SCRIPT, encoding="utf-8")
        mine, theirs = multiprocessing.Pipe()
        server = multiprocessing.get_context("spawn").Process(target=_serve, args=(digest.folder, theirs), daemon=True)
        server.start()
        try:
            _measure(wrk, folder, mine, _pages(digest, options.issues), options)
            print(f"memory of the server at most: {_peak(server.pid or 0):,} MB")
        finally:
            server.terminate()
            server.join()
            digest.database.dispose()
    return 0


def _measure(
    wrk: str, folder: Path, server: Connection, pages: dict[str, Sequence[str]], options: argparse.Namespace
) -> None:
    site, bare = server.recv()
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors, {options.clients} readers at once")
    for what, paths in pages.items():
        made = _make(site, paths[: 20 if len(paths) == SEARCHES else MADE])
        sample = len(urllib.request.urlopen(_asking(site, paths[0])).read())
        beside = _load(wrk, folder, bare, [f"/{sample}"], options)
        found = _load(wrk, folder, site, paths, options)
        ratio = beside.rate / found.rate
        print(
            f"{what}: {found.rate:,.0f}/s, p50 {found.p50:.1f} ms, p99 {found.p99:.1f} ms, {found.errors} errors, "
            f"first time {made:.1f} ms; "
            f"bare route of {sample:,} bytes {beside.rate:,.0f}/s, p99 {beside.p99:.1f} ms: {ratio:.2f} x"
        )


def _pages(digest: Digest, count: int) -> dict[str, Sequence[str]]:
    """The addresses of each kind of page. Of the searches, only few are kept from before."""
    random, words = Random(3), _vocabulary()
    months = [NEWEST.shift(-number) for number in range(count)]
    searches = [f"/search?{urlencode({'q': _asked(random, words)})}" for _ in range(SEARCHES)]
    return {
        "home": ["/"],
        "issue": [f"/{month}/" for month in months],
        "article": [f"/{month}/study-{number}/" for month in months for number in range(ARTICLES)],
        "topic": [f"/topics/{topic.slug}/" for topic in digest.taxonomy.topics],
        "search, for other words each time": searches,
        "search, for the same 200 again": searches[:200],
    }


def _make(port: int, paths: Sequence[str]) -> float:
    """Ask for pages one after the other, as the first reader does; how many milliseconds each takes."""
    began = time.perf_counter()
    for path in paths:
        urllib.request.urlopen(_asking(port, path)).read()
    return (time.perf_counter() - began) / len(paths) * 1000


def _asking(port: int, path: str) -> urllib.request.Request:
    return urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Accept-Encoding": "gzip"})


def _load(wrk: str, folder: Path, port: int, paths: Sequence[str], options: argparse.Namespace) -> Measured:
    (folder / "paths").write_text("\n".join(paths), encoding="utf-8")
    command = [wrk, "-t1", f"-c{options.clients}", f"-d{options.seconds}", "--timeout", "10s"]
    command += ["-H", "Accept-Encoding: gzip", "-s", str(folder / "load.lua"), f"http://127.0.0.1:{port}"]
    output = subprocess.run([*command, "--", str(folder / "paths")], capture_output=True, text=True, check=True).stdout
    return Measured(**json.loads(output[output.index("{") :]))


def _serve(folder: Path, report: Connection) -> None:
    """Serve the site, and beside it the bare route, from two ports of one process."""
    digest = open_digest(folder / "config.yaml")
    began = time.perf_counter()
    digest.archive.version()
    size = (digest.folder / digest.config.web.index).stat().st_size
    print(f"index built in {time.perf_counter() - began:.1f} s: {size / 1e6:.1f} MB", flush=True)
    both = Side(create_site(site_of(digest)), Starlette(routes=[Route("/{length:int}", _bare)]))
    with listen("127.0.0.1", 0) as site, listen("127.0.0.1", 0) as bare:
        both.bare_port = bare.getsockname()[1]
        report.send((site.getsockname()[1], both.bare_port))
        Server(both, grace=1).run(sockets=[site, bare])


class Side:
    """Two applications on one server: the one behind the port that was asked."""

    bare_port = 0

    def __init__(self, site: ASGIApp, bare: ASGIApp) -> None:
        self._site, self._bare = site, bare

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_bare = scope["type"] == "http" and scope["server"][1] == self.bare_port
        await (self._bare if is_bare else self._site)(scope, receive, send)


_FILLER: dict[int, bytes] = {}


async def _bare(request: Request) -> Response:
    length = request.path_params["length"]
    return HTMLResponse(_FILLER.setdefault(length, b"x" * length))


def _project(folder: Path, count: int) -> Digest:
    digest = open_digest(start_project(folder))
    random, words = Random(1), _vocabulary()
    topics = [topic.slug for topic in digest.taxonomy.topics]
    types = [kind.slug for kind in digest.taxonomy.research_types]
    began = time.perf_counter()
    with digest.database.write() as connection:
        for number in range(count):
            frozen = _issue(NEWEST.shift(-number), random, words, topics, types)
            at = dt.datetime(frozen.month.year, frozen.month.number, 1, 12, tzinfo=dt.UTC)
            issues.save(connection, frozen, at)
            issues.publish(connection, frozen.month, frozen.hash, at)
    print(f"{count:,} issues with {count * ARTICLES:,} articles made in {time.perf_counter() - began:.1f} s")
    return digest


def _issue(
    month: Month, random: Random, words: Sequence[str], topics: Sequence[str], types: Sequence[str]
) -> FrozenIssue:
    articles = tuple(_article(month, number, random, words, topics, types) for number in range(ARTICLES))
    document = Document(str(month), {"en": f"Issue of {month}"}, {"en": "<p>Three studies.</p>"}, articles, ())
    return FrozenIssue(month, str(month), document, ())


def _article(
    month: Month, number: int, random: Random, words: Sequence[str], topics: Sequence[str], types: Sequence[str]
) -> WebArticle:
    def text(length: int) -> str:
        return " ".join(_drawn(random, words, length)).capitalize()

    paragraphs = "".join(f"<p>{text(90)}.</p>" for _ in range(6))
    authors = tuple(f"{text(1)}, {text(1)[0]}." for _ in range(random.randint(1, 6)))
    study = Study(text(12), authors, random.randint(1980, 2026), f"Journal of {text(2)}")
    return WebArticle(
        slug=f"study-{number}",
        title=text(9),
        language="en",
        about=text(4),
        html=f"{paragraphs}<h2>{text(3)}</h2>{paragraphs}",
        implications_html=f"<p>{text(60)}.</p>",
        citation=f"{'; '.join(authors)} ({study.year}). {study.title}.",
        citation_html=f"{'; '.join(authors)} ({study.year}). <i>{study.title}</i>.",
        doi=f"10.1000/{month}.{number}",
        topics=tuple(random.sample(topics, random.randint(1, 3))),
        research_type=random.choice(types),
        author=f"Dr. {words[random.randrange(AUTHORS)].capitalize()}",
        study=study,
    )


def _vocabulary() -> list[str]:
    """Invented words of two to four syllables. Few begin other words, as in a language."""
    random = Random(2)
    found: dict[str, None] = {}
    while len(found) < WORDS:
        syllables = (
            random.choice(OPENINGS) + random.choice(VOWELS) + random.choice(ENDINGS)
            for _ in range(random.choice((2, 3, 3, 4)))
        )
        found["".join(syllables)] = None
    return list(found)


def _drawn(random: Random, words: Sequence[str], count: int) -> Iterator[str]:
    """Words as texts have them: the second is half as frequent as the first, the third a third (Zipf's law)."""
    return (words[int(len(words) ** random.random()) - 1] for _ in range(count))


def _asked(random: Random, words: Sequence[str]) -> str:
    """Words that somebody would look for: one to three, most of them in few articles, some in most."""
    return " ".join(_drawn(random, words[20:], random.choice((1, 2, 2, 3))))


def _peak(process: int) -> int:
    """The largest memory that the process ever had, in MB; 0 where the system does not say."""
    status = Path(f"/proc/{process}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM:")), 0)


if __name__ == "__main__":
    sys.exit(main())
