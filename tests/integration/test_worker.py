"""A worker against a provider that enforces its rules, fails as told, and knows whom it accepted."""

import datetime as dt
import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from factories import make_description
from projects import MONTH, make_project, make_ready, write_articles
from provider.faults import Script
from provider.running import Provider, in_thread
from provider.server import Behaviour
from sqlalchemy import func, select

from digest.bootstrap import Digest
from digest.delivery.breaker import CLOSED, DOUBTFUL_PATIENCE, PATIENCE, TRIES
from digest.delivery.handover import Answer
from digest.errors import Conflict, NotAccepted, RecipientsDeferred
from digest.pipeline.campaign.control import cancel, hold, resume
from digest.pipeline.campaign.plan import plan
from digest.pipeline.campaign.settle import Decision, decide, settle
from digest.pipeline.campaign.status import status
from digest.pipeline.campaign.worker import work
from digest.pipeline.campaign.worker_loop import run_forever
from digest.pipeline.issue.approve import approve
from digest.pipeline.issue.assemble import assemble
from digest.storage.db.database import Database
from digest.storage.outbox import gate
from digest.storage.tables.outbox import attempt, batch

PEOPLE = 40
HASTE: dict[str, object] = {"jitter": lambda: 0.0, "in_flight": 2}


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    with in_thread(tmp_path / "ledger.db", Behaviour(script=Script())) as running:
        yield running


@pytest.fixture
def digest(tmp_path: Path, database_url: str, provider: Provider) -> Digest:
    return sendgrid_project(tmp_path / "project", database_url, provider.url)


def sendgrid_project(folder: Path, url: str, host: str, people: int = PEOPLE, batch_size: int = 5) -> Digest:
    digest = make_project(
        folder,
        url,
        replace={
            "transport: files ": "transport: sendgrid ",
            "batch_size: 500": f"batch_size: {batch_size}",
            "host: https://api.sendgrid.com": f"host: {host}",
            "api_key: null": "api_key: SG.test-key-that-nobody-else-may-see",
            "base_url: http://127.0.0.1:8000": "base_url: https://digest.example.org",
        },
    )
    return make_ready(digest, people)


def send(digest: Digest, **changes):
    """Plan and work; how it stands then."""
    sending = replace(digest.sending, **{**HASTE, **changes})
    plan(digest.database, digest.workshop, MONTH, sending)
    work(digest.database, MONTH, sending)
    return status(digest.database, MONTH)


def everybody(digest: Digest, provider: Provider) -> bool:
    """Whether everyone was accepted exactly once."""
    return provider.ledger.addresses() == Counter(f"p{number}@example.org" for number in range(PEOPLE))


def test_everyone_is_handed_over_once_with_many_requests_at_once(digest, provider):
    now = send(digest, in_flight=8)

    assert now.state == "sent"
    assert now.balance.accepted == PEOPLE
    assert everybody(digest, provider)


def test_several_workers_at_once_share_the_batches(digest, provider):
    sending = replace(digest.sending, **HASTE)
    plan(digest.database, digest.workshop, MONTH, sending)
    workers = [threading.Thread(target=work, args=[digest.database, MONTH, sending]) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert status(digest.database, MONTH).state == "sent"
    assert everybody(digest, provider)


@pytest.mark.parametrize("fault", ["limited-past", "limited-soon", "limited-absent", "limited-garbage", "413"])
def test_what_was_certainly_not_taken_goes_again(digest, provider, fault):
    provider.meet(fault)

    assert send(digest).state == "sent"
    assert everybody(digest, provider)


def test_provider_for_whom_everything_is_too_large_holds_the_campaign_and_rejects_nobody(digest, provider):
    provider.meet(*["413"] * 200)
    now = send(digest)

    assert (now.state, now.balance.rejected, now.balance.waiting) == ("held", 0, PEOPLE)
    assert "too large" in now.reason


def test_recipient_who_is_refused_by_name_is_rejected_and_the_others_go(digest, provider):
    provider.meet("400-first")
    now = send(digest)

    assert (now.state, now.balance.rejected, now.balance.accepted) == ("sent", 1, PEOPLE - 1)
    assert sum(provider.ledger.addresses().values()) == PEOPLE - 1


@pytest.mark.parametrize("fault", ["400-body", "401", "403", "redirect"])
def test_refusal_of_everything_holds_the_campaign_and_rejects_nobody(digest, provider, fault):
    provider.meet("none", fault)
    now = send(digest, in_flight=1)

    assert (now.state, now.balance.rejected, now.balance.in_doubt) == ("held", 0, 0)
    assert now.reason
    assert now.balance.waiting == PEOPLE - 5
    resume(digest.database, MONTH, digest.sending)
    assert send(digest).state == "sent"
    assert everybody(digest, provider)


def test_batch_that_is_refused_once_without_a_word_why_is_halved(digest, provider):
    provider.meet("400-unnamed", "400-html")
    now = send(digest, in_flight=1)

    assert now.state == "sent"
    assert everybody(digest, provider)


def test_batch_that_is_refused_again_and_again_holds_the_campaign(digest, provider):
    provider.meet(*["400-unnamed"] * 100)
    now = send(digest, in_flight=1)

    assert (now.state, now.balance.rejected) == ("held", 0)
    assert now.balance.waiting == PEOPLE


@pytest.mark.parametrize("fault", ["accept-then-reset", "500-after-accept", "truncated-202", "truncated-head"])
def test_lost_answer_is_doubt_and_never_a_second_mail(digest, provider, fault):
    provider.meet("none", fault)
    now = send(digest, in_flight=1)

    assert now.state == "sending"
    assert (now.balance.accepted, now.balance.in_doubt) == (PEOPLE - 5, 5)
    assert [doubt.deliveries for doubt in now.doubts] == [5]
    assert everybody(digest, provider), "the doubtful ones had been taken"
    assert send(digest).balance == now.balance
    decide(digest.database, MONTH, Decision.ASSUME_SENT)
    assert status(digest.database, MONTH).state == "sent"
    assert everybody(digest, provider)


@pytest.mark.parametrize("fault", ["reset", "503", "500"])
def test_person_may_decide_to_hand_over_again(digest, provider, fault):
    provider.meet(fault)
    now = send(digest, in_flight=1)
    assert now.balance.in_doubt == 5

    assert decide(digest.database, MONTH, Decision.RESEND) == 5
    assert send(digest).state == "sent"
    assert everybody(digest, provider)
    assert status(digest.database, MONTH).duplicates == 0


def test_person_may_give_up_on_what_is_in_doubt(digest, provider):
    provider.meet("reset")
    send(digest, in_flight=1)
    decide(digest.database, MONTH, Decision.GIVE_UP)

    now = status(digest.database, MONTH)
    assert (now.state, now.balance.skipped_because) == ("sent", {"given_up": 5})


def test_policy_hands_over_again_when_no_evidence_came_in_time(digest, provider):
    provider.meet("500-after-accept")
    sending = replace(digest.sending, **HASTE, resend_after=dt.timedelta(0))
    plan(digest.database, digest.workshop, MONTH, sending)
    for _ in range(2):
        work(digest.database, MONTH, sending)

    assert status(digest.database, MONTH).state == "sent"
    assert max(provider.ledger.addresses().values()) == 2, "at least once is what this policy promises"


def test_policy_leaves_doubt_of_held_and_cancelled_campaigns_alone(digest, provider):
    provider.meet("500")
    send(digest, in_flight=1)
    hold_again = replace(digest.sending, resend_after=dt.timedelta(0))
    with digest.database.write() as connection:
        from digest.storage.outbox import campaigns

        campaign = campaigns.find(connection, MONTH)
        campaigns.set_state(connection, campaign.id, "held", reason="x", now=digest.database.now(connection))

    assert settle(digest.database, MONTH, digest.sending.transport(MONTH), hold_again.resend_after) == 0
    cancel(digest.database, MONTH)
    with pytest.raises(Conflict, match="cancelled"):
        decide(digest.database, MONTH, Decision.RESEND)
    assert status(digest.database, MONTH).balance.in_doubt == 5


def test_outage_never_puts_the_whole_list_in_doubt_and_holds_the_campaign(tmp_path, database_url, provider):
    provider.meet(*["503"] * 100)
    digest = sendgrid_project(tmp_path / "project", database_url, provider.url, people=60, batch_size=3)
    now = send(digest, in_flight=2)

    assert now.state == "held"
    assert now.balance.in_doubt <= 3 * (2 + DOUBTFUL_PATIENCE + 1)
    assert now.balance.waiting > 0
    assert sum(provider.ledger.addresses().values()) == 0


def with_a_clock_that_hurries(digest: Digest, step: dt.timedelta = dt.timedelta(seconds=10)) -> Digest:
    """The same project, whose database's clock goes forward by *step* whenever it is read."""
    url, start, reads = digest.database_url, dt.datetime.now(dt.UTC), itertools.count()
    digest.database.dispose()
    digest.__dict__["database"] = Database(url, lambda _connection: start + step * next(reads))
    return digest


def test_provider_that_cannot_be_reached_holds_the_campaign_and_loses_nothing(tmp_path, sqlite_url):
    digest = with_a_clock_that_hurries(sendgrid_project(tmp_path / "project", sqlite_url, "http://127.0.0.1:9"))
    now = send(digest)

    assert (now.state, now.balance.waiting, now.balance.in_doubt) == ("held", PEOPLE, 0)


def test_whoever_looks_on_is_told_each_time_why_nothing_goes_out(tmp_path, sqlite_url):
    digest = with_a_clock_that_hurries(sendgrid_project(tmp_path / "project", sqlite_url, "http://127.0.0.1:9"))
    sending = replace(digest.sending, **HASTE | {"jitter": lambda: 0.05})
    plan(digest.database, digest.workshop, MONTH, sending)
    told = []
    work(digest.database, MONTH, sending, pauses=lambda until, why: told.append((until, why)))

    assert len(told) >= TRIES
    assert told[-1][0] - told[0][0] > PATIENCE / 2
    assert len(set(told)) == len(told)
    assert all("can't be reached" in why for _, why in told)


def test_second_outage_is_told_as_the_first_one_was(digest, provider):
    provider.meet("limited-soon", "none", "limited-soon")
    sending = replace(digest.sending, **HASTE | {"in_flight": 1})
    plan(digest.database, digest.workshop, MONTH, sending)
    told = []
    work(digest.database, MONTH, sending, pauses=lambda until, _why: told.append(until))

    assert len(told) == 2
    assert status(digest.database, MONTH).state == "sent"


def test_held_campaign_gets_the_corrected_bytes_and_only_for_those_who_wait(tmp_path, sqlite_url):
    behaviour = Behaviour(script=Script(["none", "403"]), keep=True)
    with in_thread(tmp_path / "ledger.db", behaviour) as provider:
        digest = sendgrid_project(tmp_path / "project", sqlite_url, provider.url)
        assert send(digest, in_flight=1).state == "held"
        article = digest.articles_folder / str(MONTH) / "about-empathy.md"
        article.write_text(article.read_text().replace("The body of About empathy.", "The CORRECTED body."))

        assemble(digest.database, digest.workshop, MONTH)
        with pytest.raises(Conflict, match="not approved"):
            resume(digest.database, MONTH, digest.sending)
        approve(digest.database, digest.workshop, MONTH)
        assert resume(digest.database, MONTH, digest.sending)
        assert send(digest).state == "sent"
        bodies = [seen.body for seen in provider.seen]

        assert everybody(digest, provider)
    assert b"CORRECTED" not in b"".join(bodies[:2])
    assert b"CORRECTED" in b"".join(bodies[2:])
    assert b"The body of About empathy." not in b"".join(bodies[2:])


def test_campaign_does_not_go_on_with_a_mistake_that_the_files_no_longer_have(digest, provider):
    provider.meet("403")
    held = send(digest, in_flight=1)
    before = status(digest.database, MONTH)
    article = digest.articles_folder / str(MONTH) / "about-empathy.md"
    article.write_text(article.read_text().replace("The body of About empathy.", "The CORRECTED body."))

    with pytest.raises(Conflict, match=r"about-empathy\.md changed"):
        approve(digest.database, digest.workshop, MONTH)
    with pytest.raises(Conflict, match=r"about-empathy\.md changed.*digest assemble .*digest approve .*digest resume"):
        resume(digest.database, MONTH, digest.sending, digest.workshop)

    assert status(digest.database, MONTH) == before
    assert held.state == before.state == "held"
    assert not resume(digest.database, MONTH, digest.sending), "what is approved goes on if it is meant"


def test_campaign_whose_files_are_as_approved_goes_on(digest, provider):
    provider.meet("403")
    send(digest, in_flight=1)
    write_articles(digest.folder, ["adherence"], MONTH.shift(1))

    assert not resume(digest.database, MONTH, digest.sending, digest.workshop), "files of other months do not count"
    assert not approve(digest.database, digest.workshop, MONTH).changed
    assert send(digest).state == "sent"
    with pytest.raises(Conflict, match="over: it is sent"):
        resume(digest.database, MONTH, digest.sending, digest.workshop)


def test_correction_with_other_articles_is_refused_in_mid_campaign(digest, provider):
    provider.meet("403")
    send(digest, in_flight=1)
    write_articles(digest.folder, ["adherence"])
    assemble(digest.database, digest.workshop, MONTH)
    approve(digest.database, digest.workshop, MONTH)

    with pytest.raises(Conflict, match="other articles"):
        resume(digest.database, MONTH, digest.sending)


def test_campaign_that_is_not_held_is_not_assembled_again(digest):
    plan(digest.database, digest.workshop, MONTH, digest.sending)

    with pytest.raises(Conflict, match="digest hold"):
        assemble(digest.database, digest.workshop, MONTH)


class Slow:
    """Takes every batch; calls *during* while the first one is under way."""

    description = make_description("slow")

    def __init__(self, during):
        self.during = during
        self.batches = []

    def hand_over(self, batch, report):
        self.batches.append(batch)
        if len(self.batches) == 1:
            self.during()
        return Answer(f"m{batch.attempt_id}")

    def evidence(self, deliveries):
        return None

    def finish(self):
        pass


def test_hold_lets_what_is_under_way_finish_and_nothing_new_begin(digest):
    transport = Slow(lambda: hold(digest.database, MONTH))
    now = send(digest, in_flight=1, transport=lambda _month: transport)

    assert len(transport.batches) == 1
    assert (now.state, now.reason, now.balance.accepted) == ("held", "held by hand", 5)


def test_cancel_skips_who_waits_and_counts_what_was_under_way(digest):
    transport = Slow(lambda: cancel(digest.database, MONTH))
    now = send(digest, in_flight=1, transport=lambda _month: transport)

    assert (now.state, now.balance.accepted) == ("cancelled", 5)
    assert now.balance.skipped_because == {"cancelled": PEOPLE - 5}


def test_refusal_after_cancelling_does_not_wait_for_ever(digest):
    def cancelled_and_refused():
        cancel(digest.database, MONTH)
        raise NotAccepted("no connection")

    transport = Slow(cancelled_and_refused)
    now = send(digest, in_flight=1, transport=lambda _month: transport)

    assert now.balance.skipped_because == {"cancelled": PEOPLE}


def test_stopped_worker_finishes_what_is_under_way(digest):
    stop = threading.Event()
    transport = Slow(stop.set)
    sending = replace(digest.sending, in_flight=1, transport=lambda _month: transport)
    plan(digest.database, digest.workshop, MONTH, sending)
    work(digest.database, MONTH, sending, stop=stop)

    now = status(digest.database, MONTH)
    assert (len(transport.batches), now.balance.accepted, now.balance.sending) == (1, 5, 0)


def test_fault_of_the_program_is_raised_and_leaves_doubt_and_a_held_campaign(digest):
    def fault():
        raise ZeroDivisionError

    transport = Slow(fault)
    with pytest.raises(ZeroDivisionError):
        send(digest, in_flight=1, transport=lambda _month: transport)

    now = status(digest.database, MONTH)
    assert (now.state, now.balance.in_doubt) == ("held", 5)


class OneByOne(Slow):
    """Reports every recipient before the next one; breaks off at the seventh."""

    description = make_description("one-by-one", one_by_one=True)

    def __init__(self, breaks):
        super().__init__(lambda: None)
        self.breaks = breaks
        self.reached = []
        self.report_third = lambda: None

    def hand_over(self, batch, report):
        for recipient in batch.recipients:
            if len(self.reached) == 7 and self.breaks is not None:
                error, self.breaks = self.breaks(recipient), None
                raise error
            self.reached.append(recipient.address)
            if len(self.reached) == 3:
                self.report_third()
            report({recipient.delivery_id: None})
        return Answer()


def test_recipients_are_recorded_one_by_one_and_only_the_last_is_in_doubt(digest):
    from digest.errors import InDoubt

    transport = OneByOne(lambda recipient: InDoubt("no answer", frozenset({recipient.delivery_id})))
    now = send(digest, in_flight=1, transport=lambda _month: transport)

    assert (now.balance.accepted, now.balance.in_doubt) == (PEOPLE - 1, 1)
    assert max(Counter(transport.reached).values()) == 1


def test_refusal_half_way_sends_only_the_rest_again(digest):
    transport = OneByOne(lambda _recipient: NotAccepted("connection lost"))
    now = send(digest, in_flight=1, transport=lambda _month: transport)

    assert (now.state, now.balance.accepted) == ("sent", PEOPLE)
    assert set(Counter(transport.reached).values()) == {1}


class Greylisting(Slow):
    """Takes everybody in turn, except that some have to come again so many times; then it takes them too."""

    description = make_description("greylisting", one_by_one=True)

    def __init__(self, times: dict[str, int]):
        super().__init__(lambda: None)
        self.times = times
        self.taken: list[str] = []

    def hand_over(self, batch, report):
        for recipient in batch.recipients:
            if self.times.get(recipient.address, 0) > 0:
                self.times[recipient.address] -= 1
                raise RecipientsDeferred("450 greylisted", [recipient.delivery_id])
            self.taken.append(recipient.address)
            report({recipient.delivery_id: None})
        return Answer()


@pytest.mark.parametrize("who", [["p0"], ["p2"], ["p4"], ["p0", "p1", "p2", "p3", "p4"], ["p39"]])
def test_who_has_to_come_again_goes_last_and_keeps_nobody_waiting(digest, who):
    late = [f"{name}@example.org" for name in who]
    transport = Greylisting(dict.fromkeys(late, 2))
    now = send(digest, in_flight=1, transport=lambda _month: transport)

    assert (now.state, now.balance.accepted) == ("sent", PEOPLE)
    assert sorted(transport.taken[-len(late) :]) == sorted(late)
    assert set(Counter(transport.taken).values()) == {1}


def test_who_may_never_come_holds_the_campaign_once_all_others_are_handed_over(digest):
    transport = Greylisting({"p0@example.org": 10**9, "p7@example.org": 10**9})
    now = send(with_a_clock_that_hurries(digest), in_flight=1, transport=lambda _month: transport)

    assert (now.state, now.reason) == ("held", "450 greylisted")
    assert (now.balance.accepted, now.balance.waiting) == (PEOPLE - 2, 2)


@pytest.mark.parametrize("happens", [hold, cancel])
def test_hold_and_cancel_stop_a_batch_that_goes_out_one_by_one(digest, happens):
    transport = OneByOne(None)
    transport.report_third = lambda: happens(digest.database, MONTH)
    now = send(digest, in_flight=1, transport=lambda _month: transport)

    assert len(transport.reached) == 3
    assert (now.balance.accepted, now.balance.sending, now.balance.in_doubt) == (3, 0, 0)
    with digest.database.read() as connection:
        assert gate.read(connection, transport.description.name) == CLOSED, "nothing is wrong with the relay"


def test_stopped_worker_does_not_finish_a_batch_that_goes_out_one_by_one(digest):
    stop = threading.Event()
    transport = OneByOne(None)
    transport.report_third = stop.set
    sending = replace(digest.sending, in_flight=1, transport=lambda _month: transport)
    plan(digest.database, digest.workshop, MONTH, sending)
    work(digest.database, MONTH, sending, stop=stop)

    now = status(digest.database, MONTH)
    assert (len(transport.reached), now.balance.accepted, now.balance.waiting) == (3, 3, PEOPLE - 3)


def test_campaign_that_is_sent_can_neither_be_held_nor_cancelled(digest, provider):
    send(digest)

    with pytest.raises(Conflict, match="is over"):
        hold(digest.database, MONTH)
    with pytest.raises(Conflict):
        cancel(digest.database, MONTH)
    assert status(digest.database, MONTH).state == "sent"


class Faulty(Slow):
    """Its first request is a fault of the program, while three others are under way."""

    def __init__(self):
        super().__init__(lambda: None)
        self.all_under_way = threading.Barrier(4)

    def hand_over(self, batch, report):
        with_fault = batch.attempt_id == 1
        self.all_under_way.wait(timeout=20)
        if with_fault:
            raise ZeroDivisionError
        time.sleep(0.2)
        return Answer(f"m{batch.attempt_id}")


def test_fault_of_the_program_leaves_no_other_request_without_its_answer(digest):
    transport = Faulty()
    with pytest.raises(ZeroDivisionError):
        send(digest, in_flight=4, transport=lambda _month: transport)

    now = status(digest.database, MONTH)
    assert (now.balance.accepted, now.balance.in_doubt, now.balance.sending) == (15, 5, 0)


def test_fault_in_one_campaign_does_not_end_a_worker_that_never_ends(digest, caplog):
    transport = Faulty()
    stop = threading.Event()
    sending = replace(digest.sending, **HASTE | {"in_flight": 4}, transport=lambda _month: transport)
    plan(digest.database, digest.workshop, MONTH, sending)
    worker = threading.Thread(target=run_forever, args=[digest.database, sending, stop])
    worker.start()
    for _ in range(200):
        if status(digest.database, MONTH).state == "held":
            break
        time.sleep(0.05)
    time.sleep(0.1)

    assert worker.is_alive()
    stop.set()
    worker.join(timeout=20)
    assert not worker.is_alive()
    assert "a fault of the program: ZeroDivisionError in hand_over" in caplog.text


def test_rate_is_kept_over_all_requests(digest, provider):
    now = send(digest, in_flight=8, rate=20.0)

    assert now.state == "sent"
    assert everybody(digest, provider)
    with digest.database.read() as connection:
        began, ended = connection.execute(select(func.min(attempt.c.started_at), func.max(attempt.c.started_at))).one()
    # the first second's worth is saved up, the last batch only has to begin
    assert (ended - began).total_seconds() >= (PEOPLE - 5 - 20) / 20


def test_slow_rate_goes_out_evenly_in_batches_of_a_seconds_worth(digest, provider):
    sending = replace(digest.sending, **HASTE | {"rate": 2.0})
    campaign = plan(digest.database, digest.workshop, MONTH, sending)
    with digest.database.read() as connection:
        sizes = connection.execute(select(batch.c.size).where(batch.c.campaign_id == campaign.id)).scalars().all()

    assert set(sizes) <= {1, 2}
