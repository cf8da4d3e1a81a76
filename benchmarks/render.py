"""
How long rendering takes and how large its results are: `python3 scripts/setup.py bench`.

Measured on an issue of three articles of 900 words each, made from the words of the samples, with introduction and
notices: one edition of all three, then the whole issue. Each figure is the median of several runs in one process, with
the smallest and the largest.
"""

import argparse
import datetime as dt
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

from digest.bootstrap import Digest, open_digest
from digest.bootstrap.project import start_project
from digest.bootstrap.resources import shipped
from digest.content.article import Article
from digest.content.library import Library
from digest.delivery.handover import MailOrigin, Recipient
from digest.delivery.message import build_message
from digest.issue.edition import Edition, EditionKey
from digest.issue.greeting import greeting
from digest.issue.issue import Issue
from digest.issue.render import freeze, render_edition

WORDS = 900
ARTICLES = 3
CLIP = 102 * 1024  # bytes after which Gmail cuts a mail off


def main() -> int:
    """Print the figures as a table of Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--runs", type=int, default=7, help="how often each thing is measured (7)")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        digest = open_digest(start_project(Path(folder)))
        issue = _issue(digest)
        whole = EditionKey("en", 2**ARTICLES - 1)
        edition = render_edition(issue, whole, digest.renderer)  # imports and templates are loaded from here on
        frozen = freeze(issue, digest.renderer)
        print(f"Python {platform.python_version()}, {platform.machine()}, {runs} runs; milliseconds\n")
        print("| what | median | smallest | largest |\n|---|---:|---:|---:|")
        _print_times("one edition", lambda: render_edition(issue, whole, digest.renderer), runs)
        _print_times(f"a whole issue, {len(frozen.editions)} editions", lambda: freeze(issue, digest.renderer), runs)
        notices = len(issue.file.wording("en").notices)
        print(f"\n{ARTICLES} articles of {WORDS} words each, {notices} notices; bytes\n")
        print("| part | en | fr |\n|---|---:|---:|")
        french = render_edition(issue, replace(whole, language="fr"), digest.renderer)
        sizes = zip(_sizes(edition, digest), _sizes(french, digest), strict=True)
        for (part, english_size), (_, french_size) in sizes:
            print(f"| {part} | {english_size:,} | {french_size:,} |")
        print(f"\n{len(edition.html.encode()) / CLIP:.0%} of what Gmail shows")
    return 0


def _print_times(what: str, action: Callable[[], object], runs: int) -> None:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(1000 * (time.perf_counter() - start))
    print(f"| {what} | {statistics.median(times):.0f} | {min(times):.0f} | {max(times):.0f} |")


def _sizes(edition: Edition, digest: Digest) -> Iterator[tuple[str, int]]:
    yield "HTML", len(edition.html.encode())
    yield "of it the style sheet", len(edition.html.split("</style>")[-2].split("<style>")[-1].encode())
    yield "plain text", len(edition.text.encode())
    yield "headers", sum(len(f"{name}: {value}\r\n".encode()) for name, value in edition.headers)
    hello = greeting("Maya Okafor", edition.key.language, digest.renderer)
    url = "https://digest.example.org/unsubscribe/MTIzNDU2Nzg5MDEyMzQ1Njc4OTA"
    recipient = Recipient(1, "maya.okafor@example.com", "Maya Okafor", hello, unsubscribe_url=url, preferences_url=url)
    message = build_message(
        edition, recipient, MailOrigin("ab", dt.datetime(2026, 11, 10, 12, tzinfo=dt.UTC), "2026-11")
    )
    yield "message as it is sent", len(message.as_bytes())


def _issue(digest: Digest) -> Issue:
    library = Library(shipped("articles"), digest.taxonomy)
    loaded = [library.load(month) for month in library.months()]
    samples = [article for files in loaded for article in files.articles]
    paragraphs = chain.from_iterable(article.body.split("\n\n") for article in samples)
    articles = tuple(_long(article, paragraphs) for article in samples[:ARTICLES])
    file = max((files.file for files in loaded), key=lambda one: len(one.wording("en").introduction))
    month = samples[0].month
    return Issue(month, articles, replace(file, month=month), digest.newsletter, digest.taxonomy)


def _long(article: Article, paragraphs: Iterator[str]) -> Article:
    """*article* with as many of *paragraphs* as make 900 words with its practice implications."""
    count, body = len((article.implications or "").split()), []
    for paragraph in paragraphs:
        body.append(paragraph)
        count += len(paragraph.split())
        if count >= WORDS:
            break
    return replace(article, body="\n\n".join(body))


if __name__ == "__main__":
    sys.exit(main())
