"""A worker that hands a campaign to a relay on loopback."""

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from projects import MONTH, add_people, make_project
from services import relay as service

from digest.bootstrap import Digest
from digest.pipeline.campaign.plan import plan
from digest.pipeline.campaign.settle import Decision, decide
from digest.pipeline.campaign.status import status
from digest.pipeline.campaign.worker import work
from digest.pipeline.issue.approve import approve
from digest.pipeline.issue.assemble import assemble
from digest.storage.db.database import Database

PEOPLE = 40


def smtp_project(folder: Path, relay: service.Relay, url: str, people: int = PEOPLE) -> Digest:
    """A campaign of one batch, ready to go."""
    changes = {
        "transport: files ": "transport: smtp ",
        "host: null ": "host: 127.0.0.1 ",
        "port: null": f"port: {relay.port}",
        "security: starttls ": "security: none ",
        "base_url: http://127.0.0.1:8000": "base_url: https://digest.example.org",
    }
    digest = make_project(folder, url, ["empathy"], replace=changes)
    add_people(digest, "email,name,language\n" + "".join(f"p{n}@example.org,Person {n},en\n" for n in range(people)))
    assemble(digest.database, digest.workshop, MONTH)
    approve(digest.database, digest.workshop, MONTH)
    return digest


def send(digest: Digest):
    """Plan and work, without waiting; how it stands then."""
    sending = replace(digest.sending, jitter=lambda: 0.0, in_flight=1)
    plan(digest.database, digest.workshop, MONTH, sending)
    work(digest.database, MONTH, sending)
    return status(digest.database, MONTH)


@dataclass
class Limited(service.Relay):
    """Takes two messages, then wants the next one later, and so on."""

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if len(self.asked) % 3 == 2:
            self.asked.append(address)
            return "451 4.3.2 slow down"
        return await super().handle_RCPT(server, session, envelope, address, options)


def with_clock(digest: Digest, clock: Callable[[], dt.datetime]) -> Digest:
    """The same project, whose database tells the time by *clock*."""
    url = digest.database_url
    digest.database.dispose()
    digest.__dict__["database"] = Database(url, lambda _connection: clock())
    return digest


def test_resending_an_uncertain_delivery_days_later_sends_the_same_message_to_the_byte(tmp_path: Path, sqlite_url: str):
    doubtful = "p3@example.org"
    today = [dt.datetime.now(dt.UTC)]
    relay = service.Relay(at_message={doubtful: service.HANG_UP})
    with service.running(relay):
        digest = with_clock(smtp_project(tmp_path, relay, sqlite_url, people=8), lambda: today[0])
        assert send(digest).balance.in_doubt == 1
        relay.at_message.clear()
        today[0] += dt.timedelta(days=3)
        decide(digest.database, MONTH, Decision.RESEND)
        now = send(digest)

    first, again = (taken.message.as_bytes() for taken in relay.taken if taken.recipient == doubtful)
    assert now.state == "sent"
    assert first == again


def test_relay_that_takes_two_messages_a_round_gets_the_whole_campaign(tmp_path: Path, sqlite_url: str):
    with service.running(Limited()) as relay:
        digest = smtp_project(tmp_path, relay, sqlite_url)
        start, reads = dt.datetime.now(dt.UTC), itertools.count()
        now = send(with_clock(digest, lambda: start + dt.timedelta(seconds=5) * next(reads)))

    assert (now.state, now.balance.accepted) == ("sent", PEOPLE)
    assert sorted(taken.recipient for taken in relay.taken) == sorted(
        f"p{number}@example.org" for number in range(PEOPLE)
    )
