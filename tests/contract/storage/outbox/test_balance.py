"""Whatever happens in whatever order: everyone in the plan is counted once, and nobody is handed over twice."""

from collections import Counter

from factories import NOON
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete
from storage_samples import LEASE, add_people, begin_campaign, make_frozen, make_person

from digest.delivery.states import CampaignState
from digest.storage import tables
from digest.storage.db.database import Database
from digest.storage.outbox import campaigns, claiming, outcomes, partial_results, results, settling, splits
from digest.storage.people import subscribers, suppressions
from digest.subscribers.subscriber import NoMatch
from digest.subscribers.suppression import Reason

FROZEN = make_frozen(["empathy"], ["training"])
TOPICS = [(), ("empathy",), ("training",), ("attachment",)]
PEOPLE = [
    make_person(f"p{n}", *TOPICS[n % 4], language=["en", "fr"][n % 2], no_match=list(NoMatch)[n % 3 == 0])
    for n in range(14)
]


class Months(RuleBasedStateMachine):
    """One campaign, with all that can happen to its people and its requests."""

    database: Database

    @initialize(
        kind=st.sampled_from(["events", "reports", "evidence"]),
        batch_size=st.integers(1, 5),
        gone=st.sets(st.integers(0, 13), max_size=3),
    )
    def plan(self, kind, batch_size, gone):
        self.kind = kind  # how the transport tells: late, of each recipient at once, or when asked
        self.about: dict[int, set[int]] = {}  # attempt -> deliveries that it may have reached
        self.told: dict[int, set[int]] = {}  # attempt -> deliveries that it reached, as it said one by one
        self.open: set[int] = set()
        self.proven: set[int] = set()
        self.rejected: set[int] = set()
        self.cancelled = False
        with self.database.write() as connection:
            for table in reversed(tables.metadata.sorted_tables):
                if table is not tables.outbox.installation:  # its row comes with the migrations
                    connection.execute(delete(table))
            self.people = add_people(connection, *PEOPLE)
            for number in gone:
                subscribers.leave(connection, self.people[number], now=NOON)
            self.campaign = begin_campaign(connection, frozen=FROZEN, batch_size=batch_size)
        assert self.campaign.planned == len(PEOPLE) - len(gone)

    @rule(limit=st.integers(1, 3))
    def claim(self, limit):
        with self.database.write() as connection:
            claims = claiming.claim(connection, self.campaign.id, limit=limit, owner="worker", lease=LEASE, now=NOON)
        for claim in claims:
            members = {member.delivery_id for member in claim.recipients}
            assert not members & self.reached(), "handed over again, though it is known that it was taken"
            assert not members & self.rejected
            assert not members & {one for number in self.open for one in self.about[number]}
            self.about[claim.attempt_id] = members
            self.open.add(claim.attempt_id)

    @precondition(lambda self: self.about if self.kind == "events" else self.open)
    @rule(data=st.data(), refused=st.integers(0, 1))
    def accept(self, data, refused):
        """An answer; or an event, however late."""
        attempt = data.draw(st.sampled_from(sorted(self.about if self.kind == "events" else self.open)))
        refusals = self.silent(attempt)[:refused] if attempt in self.open else []
        with self.database.write() as connection:
            rejected = dict.fromkeys(refusals, "no")
            results.record_accepted(connection, attempt, message_id="m", rejected=rejected, now=NOON)
        self.prove(attempt, refusals)

    @precondition(lambda self: self.about and self.kind == "reports")
    @rule(data=st.data(), count=st.integers(1, 2))
    def report(self, data, count):
        """Single recipients of a request that goes on, or whose worker came back after its lease."""
        attempt = data.draw(st.sampled_from(sorted(self.about)))
        some = self.silent(attempt)[:count]
        if attempt in self.proven or not some:
            return
        with self.database.write() as connection:
            partial_results.record_partial(connection, attempt, dict.fromkeys(some), lease_until=NOON + LEASE)
        self.told.setdefault(attempt, set()).update(some)

    @precondition(lambda self: self.proven and self.kind == "events" and not self.cancelled)
    @rule(data=st.data())
    def drop(self, data):
        """The provider took somebody, and then had no quota for them."""
        attempt = data.draw(st.sampled_from(sorted(self.proven)))
        for number in sorted(self.about[attempt] - self.rejected)[:1]:
            with self.database.write() as connection:
                waits = outcomes.still_accepted(connection, [(number, attempt)])
                assert splits.wait_again(connection, waits) == len(waits)
            if waits:
                assert self.times()[number] == 1, "whoever has another mail does not go again"
                self.about[attempt] = self.about[attempt] - {number}

    @precondition(lambda self: self.open)
    @rule(data=st.data(), refused=st.integers(0, 2))
    def give_back(self, data, refused):
        attempt = self.take(data)
        members = self.silent(attempt)
        with self.database.write() as connection:
            rejected = dict.fromkeys(members[:refused], "no")
            results.record_not_accepted(connection, attempt, detail="not taken", rejected=rejected, now=NOON)
        self.refuse(members[:refused])
        self.open.discard(attempt)

    @precondition(lambda self: self.open and self.kind == "events")
    @rule(data=st.data())
    def halve(self, data):
        attempt = self.take(data)
        with self.database.write() as connection:
            splits.halve(connection, attempt, detail="too large", deeper=1, now=NOON)
        self.open.discard(attempt)

    @precondition(lambda self: self.open)
    @rule(data=st.data(), certain=st.sets(st.integers(0, 4)))
    def doubt(self, data, certain):
        attempt = self.take(data)
        members = sorted(self.about[attempt])
        certain = certain if self.kind == "reports" else set()
        doubtful = {one for place, one in enumerate(members) if place not in certain} or {members[0]}
        with self.database.write() as connection:
            results.record_in_doubt(connection, attempt, detail="no answer", doubtful=doubtful, now=NOON)
        self.about[attempt] = doubtful | self.told.get(attempt, set())

    @precondition(lambda self: self.open)
    @rule(data=st.data(), decision=st.sampled_from([settling.resend, settling.assume_sent, settling.give_up]))
    def decide(self, data, decision):
        attempt = self.take(data)
        with self.database.write() as connection:
            results.record_in_doubt(connection, attempt, detail="no answer", now=NOON)
            assert decision(connection, attempt, detail="decided", now=NOON)
        if decision is settling.assume_sent:
            self.prove(attempt, [])
        self.open.discard(attempt)

    @precondition(lambda self: self.open and self.kind == "evidence")
    @rule(data=st.data(), places=st.sets(st.integers(0, 3)))
    def settle(self, data, places):
        attempt = self.take(data)
        taken = {member for place, member in enumerate(sorted(self.about[attempt])) if place in places}
        with self.database.write() as connection:
            settling.by_evidence(connection, attempt, taken=taken, detail="evidence", now=NOON)
        if taken - self.told.get(attempt, set()):
            self.about[attempt] = taken | self.told.get(attempt, set())
            self.prove(attempt, [])
        self.open.discard(attempt)

    @rule()
    def cancel(self):
        with self.database.write() as connection:
            if campaigns.find(connection, self.campaign.month).state is CampaignState.SENDING:
                campaigns.cancel(connection, self.campaign.id, NOON)
                self.cancelled = True

    @rule(number=st.integers(0, 13))
    def leave(self, number):
        with self.database.write() as connection:
            subscribers.leave(connection, self.people[number], now=NOON)

    @rule(number=st.integers(0, 13))
    def suppress(self, number):
        with self.database.write() as connection:
            suppressions.add(connection, PEOPLE[number].address_hash, None, Reason.BOUNCED, NOON)

    @rule()
    def finish(self):
        with self.database.write() as connection:
            if campaigns.finish_if_done(connection, self.campaign.id, NOON):
                balance = campaigns.balance(connection, self.campaign.id)
                assert balance.open == 0
                assert campaigns.in_state(connection, CampaignState.SENT)

    @invariant()
    def everyone_is_counted_once(self):
        with self.database.read() as connection:
            balance = campaigns.balance(connection, self.campaign.id)
            open_ones = claiming.open_attempts(connection, self.campaign.id)

        assert balance.holds, balance
        assert balance.planned == self.campaign.planned
        assert balance.accepted == len(self.reached())
        assert balance.rejected == len(self.rejected)
        assert sum(one.size for one in open_ones) == balance.sending + balance.in_doubt
        assert not (self.cancelled and balance.waiting)

    @invariant()
    def who_was_handed_over_twice_is_told(self):
        times = self.times()
        with self.database.read() as connection:
            told = campaigns.duplicates(connection, self.campaign.id)

        assert told == sum(1 for number in times.values() if number > 1)

    def silent(self, attempt):
        """Whom an attempt was about and did not tell of yet."""
        return sorted(self.about[attempt] - self.told.get(attempt, set()))

    def times(self):
        """How often each delivery was handed over, as far as is known."""
        attempts = self.proven | self.told.keys()
        known = {attempt: self.about[attempt] if attempt in self.proven else self.told[attempt] for attempt in attempts}
        return Counter(one for some in known.values() for one in some - self.rejected)

    def reached(self):
        return set(self.times())

    def refuse(self, members):
        refused = set(members) - self.reached()  # who has a mail has it, whatever a second request led to
        self.rejected.update(refused)
        for attempt in self.about:
            self.about[attempt] = self.about[attempt] - refused

    def prove(self, attempt, refusals):
        self.refuse(refusals)
        self.proven.add(attempt)
        self.open.discard(attempt)
        # what an earlier request has reached is no longer this one's business, and settled for all others
        for other in list(self.open):
            if self.about[other] & self.about[attempt]:
                self.open.discard(other)

    def take(self, data):
        return data.draw(st.sampled_from(sorted(self.open)))


def run(url: str, examples: int, steps: int) -> None:
    database = Database(url)
    Months.database = database
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        Months,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=checks,
            database=None,
            phases=[Phase.generate],  # each step is a transaction: to shrink a failure would take minutes
        ),
    )
    database.dispose()


def test_balance_always_holds_on_sqlite(sqlite_url):
    run(sqlite_url, examples=25, steps=30)


def test_balance_always_holds_on_postgresql(postgresql_url):
    run(postgresql_url, examples=8, steps=25)
