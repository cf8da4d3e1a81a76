"""What events do to what is stored, on both engines."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from factories import NOON, NOVEMBER
from sqlalchemy import delete, select, update
from storage_samples import begin_campaign, claim_next, make_frozen, make_person

from digest.delivery.events import Event, EventKind, Outcome, Post
from digest.delivery.states import AttemptState, CampaignState
from digest.errors import StorageError
from digest.months import Month
from digest.pipeline.campaign.receive_events import OVER_QUOTA, Received, receive
from digest.pipeline.campaign.status import status
from digest.storage.db.database import Database
from digest.storage.outbox import campaigns, outcomes, results, settling
from digest.storage.outbox.campaigns import Campaign
from digest.storage.people import subscribers, suppressions
from digest.storage.tables.outbox import attempt, delivery
from digest.storage.tables.people import consent, subscriber, suppression
from digest.subscribers.subscriber import State
from digest.subscribers.suppression import Reason

LATER = NOON + dt.timedelta(minutes=1)
PEOPLE = [make_person(name) for name in ("ann", "bob", "cho")]


def identify(address: str) -> str:
    """As `storage_samples` hashes."""
    return f"hash of {address.lower().partition('@')[0]}"


@dataclass
class Sent:
    """A campaign whose first batch was asked for; *ids* of ann, bob and cho."""

    database: Database
    campaign: Campaign
    attempt: int
    ids: list[int]

    def event(self, place: int, kind: EventKind, reason: Reason | None = None, *, attempt: int | None = None) -> Event:
        address = PEOPLE[place].address if place < len(PEOPLE) else "nobody@example.org"
        return Event(kind, address, (self.ids[place], attempt or self.attempt), reason)

    def receive(self, *events: Event, soft_bounces: int = 2, **others: int) -> Received:
        return receive(self.database, Post(events, others), identify=identify, soft_bounces=soft_bounces)

    def accept(self) -> None:
        with self.database.write() as connection:
            results.record_accepted(connection, self.attempt, message_id="m", rejected={}, now=LATER)

    def claim(self) -> int | None:
        with self.database.write() as connection:
            claim = claim_next(connection, self.campaign)
        return claim.attempt_id if claim else None

    @property
    def state(self) -> CampaignState:
        return status(self.database, self.campaign.month).state  # type: ignore[return-value]

    @property
    def balance(self):
        found = status(self.database, self.campaign.month).balance
        assert found.holds
        return found

    @property
    def outcomes(self) -> dict[str, int]:
        return {word: n for word, n in status(self.database, self.campaign.month).outcomes.items() if n}

    @property
    def suppressed(self) -> dict[str, tuple[str | None, str]]:
        with self.database.read() as connection:
            rows = connection.execute(select(suppression)).all()
        return {row.address_hash: (row.address, row.reason) for row in rows}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url, clock=lambda _: LATER)
    yield opened
    opened.dispose()


@pytest.fixture
def sent(database: Database) -> Sent:
    return begin(database)


def begin(database: Database, month: Month = NOVEMBER) -> Sent:
    with database.write() as connection:
        campaign = begin_campaign(connection, *PEOPLE, frozen=make_frozen(month=month), batch_size=3)
        claim = claim_next(connection, campaign)
    assert claim is not None
    return Sent(database, campaign, claim.attempt_id, [member.delivery_id for member in claim.recipients])


def test_event_before_the_answer_proves_the_request(sent):
    assert sent.receive(sent.event(0, EventKind.PROCESSED)) == Received(proven=1)
    sent.accept()

    assert (sent.state, sent.balance.accepted) == ("sent", 3)
    assert sent.outcomes == {"none": 2, "processed": 1}


@pytest.mark.parametrize("kind", list(EventKind))
def test_one_event_of_any_kind_settles_a_doubt_for_all(sent, kind):
    with sent.database.write() as connection:
        results.record_in_doubt(connection, sent.attempt, detail="no answer", now=NOON)
    sent.receive(sent.event(1, kind))

    dropped = kind is EventKind.OVER_QUOTA
    assert (sent.balance.in_doubt, sent.balance.accepted) == (0, 3 - dropped)
    assert sent.state == ("held" if dropped else "sent")


def test_late_event_about_a_request_that_went_again_is_a_duplicate(sent):
    with sent.database.write() as connection:
        results.record_in_doubt(connection, sent.attempt, detail="no answer", now=NOON)
        settling.resend(connection, sent.attempt, detail="a person decided", now=NOON)
    first, sent.attempt = sent.attempt, sent.claim()
    sent.accept()
    for _ in range(3):
        sent.receive(sent.event(0, EventKind.DELIVERED, attempt=first), sent.event(0, EventKind.DELIVERED))

    found = status(sent.database, sent.campaign.month)
    assert (found.duplicates, found.balance.accepted, found.state) == (3, 3, "sent")


def test_late_event_keeps_a_batch_that_waits_again_from_going(sent):
    with sent.database.write() as connection:
        results.record_in_doubt(connection, sent.attempt, detail="no answer", now=NOON)
        settling.resend(connection, sent.attempt, detail="a person decided", now=NOON)
    sent.receive(sent.event(0, EventKind.DELIVERED))

    assert sent.claim() is None
    assert (sent.state, sent.balance.accepted) == ("sent", 3)


def test_late_event_tells_about_those_who_were_given_up(sent):
    with sent.database.write() as connection:
        results.record_in_doubt(connection, sent.attempt, detail="no answer", now=NOON)
        settling.give_up(connection, sent.attempt, detail="a person decided", now=NOON)
    assert sent.balance.skipped == 3
    sent.receive(sent.event(2, EventKind.DELIVERED))

    assert sent.balance.accepted == 3


def test_event_about_another_campaigns_delivery_proves_nothing(sent):
    other = begin(sent.database, Month(2026, 12))
    event = Event(EventKind.DELIVERED, "ann@example.org", (other.ids[0], sent.attempt))

    assert sent.receive(event) == Received()
    assert (sent.outcomes, other.outcomes) == ({"none": 3}, {"none": 3})


@pytest.mark.parametrize("about", [(10**9, 1), (1, 10**9), (2**63 - 1, 2**63 - 1), None])
def test_event_about_what_is_not_there_changes_nothing(sent, about):
    assert sent.receive(Event(EventKind.DELIVERED, "ann@example.org", about)) == Received()
    assert sent.outcomes == {"none": 3}


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (EventKind.BOUNCED, Reason.BOUNCED),
        (EventKind.COMPLAINED, Reason.COMPLAINED),
        (EventKind.UNSUBSCRIBED, Reason.UNSUBSCRIBED),
        (EventKind.DROPPED, Reason.INVALID),
    ],
)
def test_suppression_keeps_the_address_of_somebody_known(sent, kind, reason):
    assert sent.receive(sent.event(0, kind, reason)).suppressed == 1
    assert sent.receive(sent.event(0, kind, reason)).suppressed == 0
    assert sent.suppressed == {"hash of ann": ("ann@example.org", reason)}


@pytest.mark.parametrize("reason", [Reason.UNSUBSCRIBED, Reason.COMPLAINED])
def test_whoever_unsubscribes_or_complains_at_the_provider_has_left_here_too(sent, reason):
    kind = EventKind(reason.value)
    received = sent.receive(sent.event(0, kind, reason), sent.event(0, kind, reason))

    with sent.database.read() as connection:
        ann, bob = (subscribers.find(connection, PEOPLE[place].address_hash) for place in (0, 1))
        assert suppressions.find(connection, PEOPLE[0].address_hash).reason == reason.value
    assert (received.suppressed, ann.state, bob.state) == (1, State.LEFT, State.ACTIVE)
    assert ann.left_at is not None


def test_whoever_bounces_has_not_left(sent):
    sent.receive(sent.event(0, EventKind.BOUNCED, Reason.BOUNCED))

    with sent.database.read() as connection:
        assert subscribers.find(connection, PEOPLE[0].address_hash).state is State.ACTIVE


def test_suppressed_reader_is_not_handed_over_again(sent):
    with sent.database.write() as connection:
        results.record_not_accepted(connection, sent.attempt, detail="busy", now=NOON)
    sent.receive(Event(EventKind.BOUNCED, "Ann@Example.org", None, Reason.BOUNCED))
    sent.claim()

    assert sent.balance.skipped_because == {"suppressed": 1}


def test_erased_and_unknown_people_leave_only_a_hash(sent):
    sent.accept()
    with sent.database.write() as connection:
        connection.execute(update(delivery).values(subscriber_id=None))
        connection.execute(delete(consent))
        connection.execute(delete(subscriber))
    sent.receive(
        sent.event(0, EventKind.BOUNCED, Reason.BOUNCED),
        sent.event(1, EventKind.BLOCKED),
        Event(EventKind.COMPLAINED, "nobody@example.net", None, Reason.COMPLAINED),
        soft_bounces=1,
    )

    assert sent.suppressed == {"hash of ann": (None, "bounced"), "hash of nobody": (None, "complained")}
    assert sent.outcomes == {"none": 1, "bounced": 2}


@pytest.mark.parametrize("address", ["", "not an address", "a@b@c", "ann@example.org\r\nBcc: x@example.net", "é" * 999])
def test_address_that_is_none_suppresses_nobody_and_stops_nothing(sent, address):
    sent.receive(
        Event(EventKind.BOUNCED, address, None, Reason.BOUNCED), sent.event(1, EventKind.BOUNCED, Reason.BOUNCED)
    )

    assert sent.suppressed == {"hash of bob": ("bob@example.org", "bounced")}


def test_graver_reason_takes_the_place_of_another_and_a_persons_own_stays(sent):
    with sent.database.write() as connection:
        suppressions.add(connection, "hash of bob", None, Reason.MANUAL, NOON)
    for reason in (Reason.BOUNCED, Reason.COMPLAINED, Reason.UNSUBSCRIBED):
        sent.receive(*(sent.event(place, EventKind.DROPPED, reason) for place in (0, 1)))

    assert sent.suppressed["hash of ann"] == ("ann@example.org", "complained")
    assert sent.suppressed["hash of bob"] == (None, Reason.MANUAL)


def test_soft_bounces_suppress_after_enough_campaigns_in_a_row(database):
    months = [begin(database, Month(2026, number)) for number in range(1, 6)]
    for one in months:
        one.accept()
    for number, place in [(0, 0), (0, 0), (2, 0), (1, 1), (0, 1)]:
        months[number].receive(months[number].event(place, EventKind.BLOCKED), soft_bounces=3)
    assert months[0].suppressed == {}, "copies are one campaign, and the row of ann has a gap"

    months[1].receive(months[1].event(0, EventKind.BLOCKED), soft_bounces=3)
    assert months[0].suppressed == {"hash of ann": ("ann@example.org", "soft_bounces")}


def test_row_of_long_ago_does_not_count_when_the_address_was_allowed_again(database):
    months = [begin(database, Month(2026, number)) for number in range(1, 6)]
    for one in months:
        one.accept()
    for number in range(3):
        months[number].receive(months[number].event(0, EventKind.BLOCKED), soft_bounces=3)
    with database.write() as connection:
        assert suppressions.lift(connection, PEOPLE[0].address_hash)
    months[3].receive(months[3].event(0, EventKind.DELIVERED), soft_bounces=3)
    months[4].receive(months[4].event(0, EventKind.BLOCKED), soft_bounces=3)

    assert months[0].suppressed == {}


def test_campaign_that_skipped_somebody_does_not_break_the_row(database):
    months = [begin(database, Month(2026, number)) for number in range(1, 4)]
    for one in months:
        one.accept()
    with database.write() as connection:
        mine = delivery.c.id == months[1].ids[0]
        connection.execute(update(delivery).where(mine).values(state="skipped", reason="paused"))
    for one in (months[2], months[0]):
        one.receive(one.event(0, EventKind.BLOCKED))

    assert months[0].suppressed == {"hash of ann": ("ann@example.org", "soft_bounces")}


def test_drops_for_want_of_quota_wait_again_and_hold_the_campaign(sent):
    sent.accept()
    dropped = sent.receive(
        sent.event(0, EventKind.OVER_QUOTA), sent.event(2, EventKind.OVER_QUOTA), sent.event(1, EventKind.DELIVERED)
    )

    found = status(sent.database, sent.campaign.month)
    assert dropped.waiting == 2
    assert (found.state, found.reason) == ("held", OVER_QUOTA)
    assert (found.balance.waiting, found.balance.accepted) == (2, 1)
    assert sent.suppressed == {}


def test_copies_of_a_quota_drop_do_not_send_anybody_twice(sent):
    sent.accept()
    events = [sent.event(place, EventKind.OVER_QUOTA) for place in (0, 2)]
    sent.receive(*events)
    assert sent.receive(*events).waiting == 0
    with sent.database.write() as connection:
        campaigns.set_state(connection, sent.campaign.id, CampaignState.SENDING, reason=None, now=LATER)
    first, sent.attempt = sent.attempt, sent.claim()
    sent.receive(*events)
    sent.accept()
    sent.receive(*events)

    assert sent.attempt != first
    assert (sent.balance.accepted, sent.claim()) == (3, None)
    sent.receive(sent.event(0, EventKind.DELIVERED))
    assert (sent.outcomes, status(sent.database, sent.campaign.month).duplicates) == ({"none": 2, "delivered": 1}, 0)


def batches_of_two(database: Database) -> list[Sent]:
    """A campaign of three batches, each handed over and accepted."""
    people = [make_person(f"p{number}") for number in range(6)]
    with database.write() as connection:
        campaign = begin_campaign(connection, *people, batch_size=2)
        claims = [claim_next(connection, campaign) for _ in range(3)]
        for claim in claims:
            results.record_accepted(connection, claim.attempt_id, message_id="m", rejected={}, now=NOON)
    return [
        Sent(database, campaign, one.attempt_id, [member.delivery_id for member in one.recipients]) for one in claims
    ]


def test_batches_that_were_dropped_whole_one_after_the_other_all_wait_again(database):
    every = batches_of_two(database)
    for one in every:
        for place in range(2):
            one.receive(one.event(place, EventKind.OVER_QUOTA))

    assert (every[0].balance.waiting, every[0].balance.accepted) == (6, 0)


def test_drops_that_come_one_by_one_wait_in_one_batch(database):
    first, *_ = batches_of_two(database)
    for place in range(2):
        first.receive(first.event(place, EventKind.OVER_QUOTA))

    with database.write() as connection:
        campaigns.set_state(connection, first.campaign.id, CampaignState.SENDING, reason=None, now=LATER)
        claim = claim_next(connection, first.campaign)
    assert [member.delivery_id for member in claim.recipients] == first.ids


def went_again(sent: Sent) -> int:
    """Decide that the first request goes again; the second one, which is accepted."""
    with sent.database.write() as connection:
        results.record_in_doubt(connection, sent.attempt, detail="no answer", now=NOON)
        settling.resend(connection, sent.attempt, detail="decided", now=NOON)
        second = claim_next(connection, sent.campaign)
        results.record_accepted(connection, second.attempt_id, message_id="m", rejected={}, now=NOON)
    return second.attempt_id


def test_whoever_was_dropped_and_turns_out_to_have_it_from_an_earlier_request_does_not_go_again(sent):
    second = went_again(sent)
    sent.receive(sent.event(0, EventKind.OVER_QUOTA, attempt=second))
    waiting = sent.balance.waiting
    sent.receive(sent.event(1, EventKind.DELIVERED))

    assert waiting == 1
    assert (sent.balance.waiting, sent.balance.accepted) == (0, 3)
    with sent.database.read() as connection:
        assert campaigns.duplicates(connection, sent.campaign.id) == 2, "the one that was dropped has it once"


def test_drop_of_a_second_mail_does_not_send_a_third(sent):
    second = went_again(sent)
    sent.receive(sent.event(1, EventKind.DELIVERED))
    sent.receive(sent.event(0, EventKind.OVER_QUOTA, attempt=second))

    assert (sent.balance.waiting, sent.balance.accepted) == (0, 3)


def test_quota_drop_of_a_cancelled_campaign_lets_nobody_wait(sent):
    with sent.database.write() as connection:
        campaigns.cancel(connection, sent.campaign.id, NOON)
    sent.receive(sent.event(0, EventKind.OVER_QUOTA))

    assert (sent.state, sent.balance.waiting, sent.balance.accepted) == ("cancelled", 0, 3)


def test_other_kinds_are_counted_and_do_nothing(sent):
    sent.receive(open=2, click=1)
    sent.receive(sent.event(0, EventKind.PROCESSED), open=3)

    with sent.database.read() as connection:
        assert outcomes.others(connection) == {"open": 5, "click": 1}
    assert sent.suppressed == {}


def test_post_that_fails_in_the_middle_leaves_nothing_behind(sent):
    with sent.database.write() as connection:
        connection.exec_driver_sql("DROP TABLE event")
    with pytest.raises(StorageError):
        sent.receive(sent.event(0, EventKind.BOUNCED, Reason.BOUNCED), open=1)

    assert (sent.outcomes, sent.suppressed, sent.balance.sending) == ({"none": 3}, {}, 3)


def test_post_of_thousands_is_taken_in_one_go(database):
    people = [make_person(f"p{number}") for number in range(2500)]
    with database.write() as connection:
        campaign = begin_campaign(connection, *people, batch_size=1000)
        claims = [claim_next(connection, campaign) for _ in range(3)]
    about = [(member.delivery_id, claim.attempt_id) for claim in claims for member in claim.recipients]
    events = [Event(EventKind.BOUNCED, f"p{n}@example.org", one, Reason.BOUNCED) for n, one in enumerate(about)]
    found = receive(database, Post(tuple(events)), identify=identify, soft_bounces=3)

    assert (found.proven, found.suppressed) == (3, 2500)
    with database.read() as connection:
        assert outcomes.counts(connection, campaign.id) == {Outcome.BOUNCED: 2500}
        assert Counter(connection.execute(select(attempt.c.state)).scalars()) == {AttemptState.ACCEPTED: 3}
