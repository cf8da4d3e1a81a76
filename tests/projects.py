"""Whole projects in a temporary folder, and the command line run on them as a process of its own."""

import csv
import datetime as dt
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from digest.bootstrap import Digest, open_digest
from digest.bootstrap.project import start_project
from digest.months import Month
from digest.pipeline.issue.approve import approve
from digest.pipeline.issue.assemble import assemble
from digest.pipeline.people.import_list import import_list

MONTH = Month(2026, 11)
TOPICS = ("empathy", "attachment", "training")
OWN_DOMAIN = "practice-network.org"  # of projects that mail for real; nothing asks for it


_open: list[Digest] = []


def close_all() -> None:
    """Close the databases of all projects that were made."""
    while _open:
        digest = _open.pop()
        if "database" in digest.__dict__:
            digest.database.dispose()


def article_text(title: str, topic: str, month: Month = MONTH) -> str:
    return (
        f"---\ntitle: {title}\nmonth: {month}\ntopics: [{topic}]\nresearch_type: survey\n"
        f"citation: A citation of {title}.\nauthor: Dr. A. Ant\nabout: the matter of {topic}\n---\n"
        f"The body of {title}.\n\n## Practice implications\n\nWhat to do about {topic}.\n"
    )


def make_project(folder: Path, url: str | None = None, topics: Iterable[str] = TOPICS, **sections: Any) -> Digest:
    """A project of one month with an article on each of *topics*; *sections* change the configuration."""
    path = start_project(folder)
    write_articles(folder, topics)
    text = path.read_text(encoding="utf-8")
    if url is not None:
        text = text.replace("sqlite:///subscribers/digest.db", url)
    for old, new in sections.pop("replace", {}).items():
        assert old in text
        text = text.replace(old, new)
    path.write_text(text if "transport: files" in text else with_own_identity(text), encoding="utf-8")
    return opened(folder)


def with_own_identity(text: str) -> str:
    """A configuration without the sample identity, which no real transport takes."""
    newsletter, content, rest = text.partition("\ncontent:")
    for old, new in (
        ("Psychotherapy Research Digest", "Practice Network Digest"),
        ("Bulletin de recherche en psychothérapie", "Bulletin du réseau"),
        ("100 Example Street", "1 Main Street"),
        ("example.org", OWN_DOMAIN),
    ):
        newsletter = newsletter.replace(old, new)
    return newsletter + content + rest


def opened(folder: Path) -> Digest:
    """A project that is there already; closed at the end of the test."""
    _open.append(open_digest(folder / "config.yaml"))
    return _open[-1]


def write_articles(folder: Path, topics: Iterable[str], month: Month = MONTH) -> None:
    month_folder = folder / "articles" / str(month)
    month_folder.mkdir(parents=True, exist_ok=True)
    for topic in topics:
        text = article_text(f"About {topic}", topic, month)
        (month_folder / f"about-{topic}.md").write_text(text, encoding="utf-8")


def people(count: int) -> str:
    """A list of *count* people: three in four on one topic each, one in four on every topic; half of them French."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["email", "name", "language", "topics"])
    for number in range(count):
        topic = (*TOPICS, "")[number % 4]
        writer.writerow([f"p{number}@example.org", f"Person {number}", ("en", "fr")[number // 4 % 2], topic])
    return out.getvalue()


def add_people(digest: Digest, text: str) -> None:
    report = import_list(
        digest.database, io.StringIO(text, newline=""), digest.row_rules("test", dt.date(2026, 1, 31)), update=False
    )
    assert not report.refused


def make_ready(digest: Digest, count: int = 8) -> Digest:
    """Add people, assemble and approve."""
    add_people(digest, people(count))
    assemble(digest.database, digest.workshop, MONTH)
    approve(digest.database, digest.workshop, MONTH)
    return digest


def command(folder: Path, *arguments: str) -> list[str]:
    name, *rest = arguments
    return [sys.executable, "-m", "digest", name, *rest, "--config", str(folder / "config.yaml")]


def run(folder: Path, *arguments: str, code: int = 0, errors: bool = False) -> str:
    """Run a command in a process of its own, without a terminal; its output, or what it says on stderr."""
    done = subprocess.run(
        command(folder, *arguments),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=environment(),
        timeout=100,
        check=False,
    )

    assert done.returncode == code, f"{arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stderr if errors else done.stdout


def begin(folder: Path) -> None:
    """Plan the campaign and let workers take it up, without handing anything over."""
    run(folder, "send", str(MONTH), "--yes", "--plan-only")
    run(folder, "resume", str(MONTH))


def run_json(folder: Path, *arguments: str, code: int = 0) -> Any:
    return json.loads(run(folder, *arguments, "--json", code=code))


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONWARNINGS": "error"}


def mails(outbox: Path) -> dict[str, EmailMessage]:
    """Every message of an outbox by its recipient; fails if somebody has two."""
    found: dict[str, EmailMessage] = {}
    for path in outbox.glob("*.eml"):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert message["To"] not in found, f"{message['To']} has two messages"
        found[str(message["To"])] = message
    return found
