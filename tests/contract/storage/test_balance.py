"""Whatever happens in whatever order: everyone in the plan is counted once, and nobody is handed over twice."""

from collections import Counter

from factories import NOON
from hypothesis import HealthCheck, settings
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
from digest.storage import campaigns, outbox, subscribers, suppressions, tables
from digest.storage.database import Database
from digest.subscribers.subscriber import NoMatch

FROZEN = make_frozen(["empathy"], ["training"])
TOPICS = [(), ("empathy",), ("training",), ("attachment",)]
PEOPLE = [
    make_person(f"p{n}", *TOPICS[n % 4], language=["en", "fr"][n % 2], no_match=list(NoMatch)[n % 3 == 0])
    for n in range(14)
]


class Months(RuleBasedStateMachine):
    """One campaign, with all that can happen to its people and its requests."""

    database: Database

    @initialize(batch_size=st.integers(1, 4), gone=st.sets(st.integers(0, 13), max_size=3))
    def plan(self, batch_size, gone):
        self.open: dict[int, list[int]] = {}
        self.settled: list[int] = []
        self.handed_over: Counter[int] = Counter()
        with self.database.write() as conn:
            for table in reversed(tables.metadata.sorted_tables):
                conn.execute(delete(table))
            self.people = add_people(conn, *PEOPLE)
            for number in gone:
                subscribers.leave(conn, self.people[number], now=NOON)
            self.campaign = begin_campaign(conn, frozen=FROZEN, batch_size=batch_size)
        assert self.campaign.planned == len(PEOPLE) - len(gone)

    @rule()
    def claim(self):
        with self.database.write() as conn:
            claim = outbox.claim(conn, self.campaign.id, owner="worker", lease=LEASE, now=NOON)
        if claim is not None:
            self.open[claim.attempt_id] = [recipient[0] for recipient in claim.recipients]

    @precondition(lambda self: self.open)
    @rule(data=st.data(), refused=st.integers(0, 2))
    def accept(self, data, refused):
        attempt = self.take(data)
        members = self.open.pop(attempt)
        with self.database.write() as conn:
            outbox.accepted(conn, attempt, message_id="m", rejected=dict.fromkeys(members[:refused], "no"), now=NOON)
        self.handed_over.update(members[refused:])

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def give_back(self, data):
        attempt = self.take(data)
        del self.open[attempt]
        self.settled.append(attempt)
        with self.database.write() as conn:
            outbox.not_accepted(conn, attempt, detail="not taken", now=NOON)

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def doubt(self, data):
        with self.database.write() as conn:
            outbox.in_doubt(conn, self.take(data), detail="no answer", now=NOON)

    @precondition(lambda self: self.open)
    @rule(data=st.data(), places=st.sets(st.integers(0, 3)))
    def settle(self, data, places):
        attempt = self.take(data)
        members = self.open.pop(attempt)
        taken = [member for place, member in enumerate(members) if place in places]
        with self.database.write() as conn:
            outbox.settle_by_evidence(conn, attempt, taken=taken, detail="evidence", now=NOON)
        self.handed_over.update(taken)

    @precondition(lambda self: self.settled)
    @rule(data=st.data())
    def answer_too_late(self, data):
        with self.database.write() as conn:
            assert not outbox.accepted(
                conn, data.draw(st.sampled_from(self.settled)), message_id="late", rejected={}, now=NOON
            )

    @rule(number=st.integers(0, 13))
    def leave(self, number):
        with self.database.write() as conn:
            subscribers.leave(conn, self.people[number], now=NOON)

    @rule(number=st.integers(0, 13))
    def suppress(self, number):
        with self.database.write() as conn:
            suppressions.add(conn, PEOPLE[number].address_hash, None, "bounced", NOON)

    @rule()
    def finish(self):
        with self.database.write() as conn:
            if campaigns.finish_if_done(conn, self.campaign.id, NOON):
                balance = campaigns.balance(conn, self.campaign.id)
                assert balance.open == 0
                assert campaigns.in_state(conn, CampaignState.SENT)

    @invariant()
    def everyone_is_counted_once(self):
        with self.database.read() as conn:
            balance = campaigns.balance(conn, self.campaign.id)
            open_ones = outbox.open_attempts(conn, self.campaign.id)

        assert balance.holds, balance
        assert balance.planned == self.campaign.planned
        assert balance.accepted == len(self.handed_over)
        assert {one.id: one.deliveries for one in open_ones} == self.open
        assert balance.sending + balance.in_doubt == sum(map(len, self.open.values()))

    @invariant()
    def nobody_is_handed_over_twice(self):
        assert all(times == 1 for times in self.handed_over.values())

    def take(self, data):
        return data.draw(st.sampled_from(sorted(self.open)))


def run(url: str, examples: int, steps: int) -> None:
    database = Database(url)
    Months.database = database
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        Months,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=checks, database=None
        ),
    )
    database.dispose()


def test_balance_always_holds_on_sqlite(sqlite_url):
    run(sqlite_url, examples=40, steps=40)


def test_balance_always_holds_on_postgresql(postgresql_url):
    run(postgresql_url, examples=12, steps=25)
