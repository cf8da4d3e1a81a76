"""How fast a campaign goes and why it waits, on both engines."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from factories import NOON, NOVEMBER
from storage_samples import LEASE, begin_campaign, make_frozen, make_person

from digest.delivery.breaker import Breaker
from digest.pipeline.campaign.status import Outlook, Pause, Status, every_status, status
from digest.pipeline.process import this_process
from digest.storage import issues
from digest.storage.db.database import Database
from digest.storage.outbox import campaigns, claiming, gate, partial_results, results, settling
from digest.storage.outbox.campaigns import Campaign
from digest.storage.outbox.claiming import Claim

SECOND = dt.timedelta(seconds=1)
PEOPLE = 12
BATCH = 4
LOOK = Outlook("smtp")
ENDED = f"{this_process().rsplit('/', 1)[0]}/0"  # a process of this number that was born at another time


@dataclass
class Sending:
    """A campaign of three batches, and a clock that a test sets."""

    url: str
    now: dt.datetime = NOON
    database: Database = field(init=False)
    campaign: Campaign = field(init=False)

    def __post_init__(self) -> None:
        self.database = Database(self.url, clock=lambda _connection: self.now)
        people = [make_person(f"p{number:02}") for number in range(PEOPLE)]
        with self.database.write() as connection:
            self.campaign = begin_campaign(connection, *people, batch_size=BATCH)

    def at(self, seconds: float) -> "Sending":
        self.now = NOON + seconds * SECOND
        return self

    def claim(self, owner: str = "worker") -> Claim:
        with self.database.write() as connection:
            (claim,) = claiming.claim(connection, self.campaign.id, limit=1, owner=owner, lease=LEASE, now=self.now)
        return claim

    def accept(self, claim: Claim) -> None:
        with self.database.write() as connection:
            results.record_accepted(connection, claim.attempt_id, message_id="m", rejected={}, now=self.now)

    def report(self, claim: Claim, count: int) -> None:
        said = {member.delivery_id: None for member in claim.recipients[:count]}
        with self.database.write() as connection:
            partial_results.record_partial(connection, claim.attempt_id, said, lease_until=self.now + LEASE)

    def shut(self, until: dt.datetime, name: str = "smtp") -> None:
        with self.database.write() as connection:
            gate.lock(connection, name)
            gate.write(connection, name, Breaker(2, 1, self.now, until, "451 busy"))

    def status(self) -> Status:
        return status(self.database, NOVEMBER, LOOK)


@pytest.fixture
def sending(database_url: str) -> Iterator[Sending]:
    made = Sending(database_url)
    yield made
    made.database.dispose()


def test_rate_of_a_young_campaign_counts_from_its_first_request(sending):
    first, second = sending.claim(), sending.claim()
    sending.at(1).accept(first)
    sending.at(2).accept(second)

    assert sending.at(4).status().rate == pytest.approx(2 * BATCH / 4)
    assert sending.status().seconds_left == pytest.approx(BATCH / 2)


def test_rate_is_that_of_the_last_minute(sending):
    sending.accept(sending.claim())
    sending.at(100).accept(sending.claim())
    sending.claim()

    now = sending.at(120).status()

    assert now.rate == pytest.approx(BATCH / 60)
    assert now.seconds_left == pytest.approx(60), "who is being handed over is left too"


def test_campaign_that_stands_still_has_no_end(sending):
    assert (sending.status().rate, sending.status().seconds_left) == (0, None)
    sending.accept(sending.claim())

    now = sending.at(61).status()

    assert (now.rate, now.seconds_left, now.ended, now.under_way) == (0, None, False, False)


def test_recipients_who_are_reported_one_by_one_count_while_their_request_goes_on(sending):
    claim = sending.claim()
    sending.at(30).report(claim, 3)

    assert sending.status().rate == pytest.approx(3 / 30)
    assert sending.at(120).status().rate == pytest.approx(3 / 2 / 60), "half of the request lies in the last minute"
    sending.report(claim, BATCH)
    sending.accept(claim)
    assert sending.status().rate == pytest.approx(BATCH / 2 / 60)
    assert sending.at(150).status().rate == pytest.approx(BATCH / 4 / 60), "spread over the time of the request"
    assert sending.at(181).status().rate == 0


def test_what_is_settled_long_after_the_request_is_no_speed(sending):
    claim = sending.claim()
    sending.claim()
    with sending.database.write() as connection:
        results.record_in_doubt(connection, claim.attempt_id, detail="no answer", now=NOON)
    sending.at(3600)
    with sending.database.write() as connection:
        settling.assume_sent(connection, claim.attempt_id, detail="by hand", now=sending.now)

    assert sending.status().rate == 0
    assert sending.status().balance.accepted == BATCH


def test_worker_is_at_work_while_its_lease_runs(sending):
    sending.claim()

    assert sending.at(1).status().under_way
    assert not sending.at(LEASE.total_seconds() + 1).status().under_way


def test_killed_worker_of_this_machine_is_known_to_be_gone_at_once(sending):
    sending.accept(sending.claim(ENDED))
    sending.claim(ENDED)

    now = sending.at(1).status()

    assert (now.under_way, now.ended, now.gone, now.rate, now.seconds_left) == (False, False, True, 0, None)


def test_worker_that_still_runs_is_at_work_beside_one_that_was_killed(sending):
    sending.accept(sending.claim(this_process()))
    sending.claim(ENDED)

    now = sending.at(1).status()

    assert (now.under_way, now.ended, now.gone) == (False, True, False)
    assert now.rate == BATCH


def test_request_that_was_refused_a_moment_ago_is_a_sign_of_life(sending):
    claim = sending.claim()
    with sending.database.write() as connection:
        results.record_not_accepted(connection, claim.attempt_id, detail="busy", now=sending.now)

    assert sending.at(59).status().ended
    assert not sending.at(61).status().ended


def test_shut_gate_is_told_with_its_reason_until_it_opens(sending):
    until = NOON + 30 * SECOND
    sending.shut(until)

    waiting = sending.at(29).status()
    assert waiting.paused == Pause(until, "451 busy")
    assert (waiting.rate, waiting.seconds_left) == (None, None)
    assert every_status(sending.database, (), LOOK)[0].paused == Pause(until, "451 busy")
    assert sending.at(30).status().paused is None


def test_gate_of_another_transport_is_no_reason_to_wait(sending):
    sending.shut(NOON + 30 * SECOND, name="sendgrid")

    assert sending.status().paused is None


def test_campaign_that_is_held_neither_waits_nor_has_a_rate(sending):
    sending.accept(sending.claim())
    sending.shut(NOON + 30 * SECOND)
    with sending.database.write() as connection:
        campaigns.hold(connection, sending.campaign.id, "by hand", sending.now)

    now = sending.at(5).status()

    assert (now.state, now.paused, now.rate, now.seconds_left) == ("held", None, None, None)


def test_time_that_passes_alone_changes_nothing(sending):
    sending.accept(sending.claim())

    assert sending.at(10).status() == sending.at(100).status()


def test_issue_assembled_anew_is_told_while_the_campaign_has_the_old_one(sending):
    assert sending.status().correction is None
    corrected = make_frozen(word="second")
    with sending.database.write() as connection:
        issues.save(connection, corrected, NOON)
    assert sending.status().correction == "assembled"
    with sending.database.write() as connection:
        issues.approve(connection, NOVEMBER, corrected.hash, NOON)
    assert sending.status().correction == "approved"


def test_rejected_are_counted_by_reason(sending):
    claim = sending.claim()
    refused = {member.delivery_id: "550 unknown" for member in claim.recipients[:3]}
    with sending.database.write() as connection:
        results.record_accepted(connection, claim.attempt_id, message_id="m", rejected=refused, now=NOON)

    assert sending.status().rejected_because == {"550 unknown": 3}
