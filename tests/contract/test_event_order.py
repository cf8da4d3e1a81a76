"""Events in any order, in any posts, any number of times: what is stored is what the ordered run leaves."""

import random

from factories import NOON
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from storage_samples import begin_campaign, claim_next, make_frozen, make_person

from digest.delivery.events import REASONS, Event, EventKind, Post
from digest.months import Month
from digest.pipeline.campaign.receive_events import receive
from digest.storage import tables
from digest.storage.db.database import Database
from digest.storage.outbox import results
from digest.subscribers.suppression import Reason

PEOPLE = [make_person(name) for name in ("ann", "bob", "cho", "dee")]
MONTHS = [Month(2026, number) for number in (1, 2, 3)]
FROZEN = [make_frozen(month=month) for month in MONTHS]
# month, person, kind, reason of a drop; person 4 is nobody here
DROPPED_FOR = st.sampled_from([None, Reason.INVALID, Reason.BOUNCED])
TOLD = st.tuples(st.integers(0, 2), st.integers(0, 4), st.sampled_from(EventKind), DROPPED_FOR)


def begin(database: Database) -> list[dict[int, tuple[int, int]]]:
    """Three campaigns of which one request is accepted, one in doubt and one under way."""
    with database.write() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            if table is not tables.outbox.installation:
                connection.execute(delete(table))
        about = []
        for place, frozen in enumerate(FROZEN):
            campaign = begin_campaign(connection, *PEOPLE, frozen=frozen, batch_size=4)
            claim = claim_next(connection, campaign)
            assert claim is not None
            if place == 0:
                results.record_accepted(connection, claim.attempt_id, message_id=None, rejected={}, now=NOON)
            if place == 1:
                results.record_in_doubt(connection, claim.attempt_id, detail="no answer", now=NOON)
            about.append({n: (member[0], claim.attempt_id) for n, member in enumerate(claim.recipients)})
    return about


def run(database: Database, told: list, posts: int) -> tuple:
    about = begin(database)
    events = []
    for month, person, kind, dropped in told:
        address = f"{PEOPLE[person].name if person < 4 else 'nobody'}@example.org"
        reason = dropped if kind is EventKind.DROPPED else REASONS.get(kind)
        events.append(Event(kind, address, about[month].get(person), reason))
    size = max(1, -(-len(events) // posts))
    for start in range(0, len(events), size):
        some = tuple(events[start : start + size])
        receive(database, Post(some), identify=lambda a: f"hash of {a.partition('@')[0]}", soft_bounces=2)
    return stored(database, about)


def stored(database: Database, about: list[dict[int, tuple[int, int]]]) -> tuple:
    """What there is, with people and months in the place of numbers that a second run gives out anew."""
    places = {number: (month, person) for month, one in enumerate(about) for person, (number, _) in one.items()}
    with database.read() as connection:
        rows = connection.execute(select(tables.outbox.delivery)).all()
        waiting = {
            (row.month, row.state.value, row.size, row.duplicates)
            for row in connection.execute(
                select(
                    tables.outbox.campaign.c.month,
                    tables.outbox.batch.c.state,
                    tables.outbox.batch.c.size,
                    tables.outbox.batch.c.duplicates,
                )
                .join(tables.outbox.campaign, tables.outbox.campaign.c.id == tables.outbox.batch.c.campaign_id)
                .where(tables.outbox.batch.c.state != "waiting")
            )
        }
        return (
            sorted((places[row.id], row.outcome or "", bool(row.soft_bounced)) for row in rows),
            waiting,
            sorted(
                (row.address_hash, row.address or "", row.reason)
                for row in connection.execute(select(tables.people.suppression))
            ),
            sorted(
                (row.month, row.state.value, row.reason or "")
                for row in connection.execute(select(tables.outbox.campaign))
            ),
        )


def test_order_and_copies_make_no_difference(database_url):
    database = Database(database_url, clock=lambda _: NOON)

    @settings(
        max_examples=25,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        told=st.lists(TOLD, min_size=1, max_size=14),
        copies=st.integers(1, 3),
        posts=st.integers(1, 5),
        seed=st.integers(0, 999),
    )
    def same(told, copies, posts, seed):
        shuffled = told * copies
        random.Random(seed).shuffle(shuffled)
        assert run(database, shuffled, posts) == run(database, sorted(told, key=str), 1)

    same()
    database.dispose()
