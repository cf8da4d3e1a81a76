"""
Score every edition of the sample issues and every notification with SpamAssassin: `python3 scripts/setup.py lint-mail`.

Each becomes the message that an invented reader would get. SpamAssassin runs with its local rules alone:
nothing leaves this machine, and what needs the network (block lists, the sender's DNS) is not judged.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path

from digest.bootstrap import open_digest
from digest.bootstrap.project import start_project
from digest.bootstrap.resources import shipped
from digest.content.library import Library
from digest.delivery.handover import MailOrigin, Recipient
from digest.delivery.message import build_message, build_note
from digest.delivery.note_checks import sample_note
from digest.delivery.notifications import NotificationKind
from digest.issue.edition import Edition
from digest.issue.greeting import greeting
from digest.issue.issue import Issue
from digest.issue.newsletter import Newsletter
from digest.issue.render import freeze
from digest.rendering.environment import Renderer

LIMIT = 1.0
MISSING = "SpamAssassin is not installed: on Debian and Ubuntu, apt-get install spamassassin; then run this again"
COMMAND = ["spamassassin", "--local", "--nocreate-prefs", "--cf=use_bayes 0", "--mbox"]
_SCORE = re.compile(r"score=(-?[0-9.]+)")
_TESTS = re.compile(r"tests=(.*?) autolearn", re.DOTALL)


def main() -> int:
    """Print the highest scores; 0 if all are below 1.0, 1 if one is not, 2 without SpamAssassin."""
    if shutil.which(COMMAND[0]) is None:
        print(MISSING, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        messages = list(_messages(Path(folder)))
        scores = sorted(_scores(messages, folder), reverse=True)
    if len(scores) != len(messages):
        print(
            f"SpamAssassin judged {len(scores)} of {len(messages)} messages: run {COMMAND[0]} --lint", file=sys.stderr
        )
        return 1
    for score, name, tests in scores[:5]:
        print(f"{score:5.1f}  {name}  {tests}")
    print(f"{len(scores)} mails scored, the highest {scores[0][0]:.1f}; below {LIMIT} is wanted")
    return 0 if scores[0][0] < LIMIT else 1


def _messages(folder: Path) -> Iterator[EmailMessage]:
    digest = open_digest(start_project(folder))
    newsletter = replace(digest.newsletter, base_url="https://digest.example.org")
    library = Library(shipped("articles"), digest.taxonomy)
    for month in library.months():
        files = library.load(month)
        issue = Issue(month, files.articles, files.file, newsletter, digest.taxonomy)
        for edition in freeze(issue, digest.renderer).editions:
            hello = greeting("Maya Okafor", edition.key.language, digest.renderer)
            yield _message(edition, f"{month} {edition.key}", hello)
    for language in newsletter.languages:
        for kind in NotificationKind:
            yield _notification(kind, language, newsletter, digest.renderer)


def _message(edition: Edition, name: str, hello: str) -> EmailMessage:
    url = "https://digest.example.org/unsubscribe/MTIzNDU2Nzg5MDEyMzQ1Njc4OTA"
    recipient = Recipient(1, "maya.okafor@example.com", "Maya Okafor", hello, unsubscribe_url=url, preferences_url=url)
    message = build_message(edition, recipient, MailOrigin("0123456789abcdef", dt.datetime.now(dt.UTC), name[:7]))
    message["X-Edition"] = name
    return message


def _notification(kind: NotificationKind, language: str, newsletter: Newsletter, renderer: Renderer) -> EmailMessage:
    note = sample_note(kind, language, newsletter, renderer)
    origin = MailOrigin("0123456789abcdef", dt.datetime.now(dt.UTC))
    message = build_note(replace(note, address="maya.okafor@example.com", origin=origin))
    message["X-Edition"] = f"{kind} {language}"
    return message


def _scores(messages: list[EmailMessage], home: str) -> Iterator[tuple[float, str, str]]:
    mbox = b"".join(b"From digest@example.org Thu Jan  1 00:00:00 2026\n" + _lines(message) for message in messages)
    done = subprocess.run(COMMAND, input=mbox, capture_output=True, check=True, env={**os.environ, "HOME": home})
    for text in re.split(r"^From .*\n", done.stdout.decode(errors="replace"), flags=re.MULTILINE)[1:]:
        judged = message_from_string(text, policy=policy.compat32)
        status = " ".join(str(judged["X-Spam-Status"]).split())
        score, tests = _SCORE.search(status), _TESTS.search(status)
        if score:
            yield float(score[1]), str(judged["X-Edition"]), tests[1].replace(" ", "") if tests else ""


def _lines(message: EmailMessage) -> bytes:
    return message.as_bytes(policy=message.policy.clone(linesep="\n")).replace(b"\nFrom ", b"\n>From ") + b"\n"


if __name__ == "__main__":
    sys.exit(main())
