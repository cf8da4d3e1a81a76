"""Receiving events: evidence that a request was accepted, outcomes, suppressions. One transaction for each post."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from digest.delivery.events import About, Effects, Outcome, Post, effects, further
from digest.delivery.states import AttemptState, CampaignState
from digest.pipeline.people.suppressions import Identify, hashed, suppress_reported
from digest.storage.db.database import Database
from digest.storage.outbox import campaigns, outcomes, results, splits
from digest.storage.outbox.outcomes import KnownAttempt
from digest.subscribers.suppression import Reason

OVER_QUOTA = (
    "SendGrid dropped mails because the quota is used up: raise the quota, then resume; those readers wait again"
)


Known = Mapping[int, KnownAttempt]
"""The attempts of a post that this database has, by id."""


@dataclass(frozen=True)
class Received:
    """What a post changed: attempts that it proved accepted, deliveries that wait again, addresses suppressed."""

    proven: int = 0
    waiting: int = 0
    suppressed: int = 0


def receive(database: Database, post: Post, *, identify: Identify, soft_bounces: int) -> Received:
    """
    Apply the events of a post, all of them or none. Any order and any number of copies have the same effect.

    Args:
        soft_bounces: Campaigns in a row with a soft bounce after which an address is suppressed.

    Raises:
        StorageError: Nothing was changed; the provider must send the post again.
    """
    if not post.events and not post.others:
        return Received()
    found = effects(post.events)
    reported = hashed(found.suppress, identify)

    def take(connection: Connection) -> Received:
        now = database.now(connection)
        # in the order in which workers lock: attempts, batches, campaigns, deliveries
        known = outcomes.attempts(connection, {attempt for _, attempt in found.about})
        proven = _prove(connection, found.about, known, now)
        waiting = _wait_again(connection, found.over_quota, known, now)
        soft = _move(connection, found, known, soft_bounces)
        suppressed = suppress_reported(
            connection, hashed(dict.fromkeys(soft, Reason.SOFT_BOUNCES), identify) | reported, now
        )
        outcomes.count_others(connection, post.others, now)
        return Received(proven, waiting, suppressed)

    return database.transact(take)


def _prove(connection: Connection, about: Iterable[About], known: Known, now: dt.datetime) -> int:
    """Record requests as accepted that events about their members prove, whatever was decided meanwhile."""
    claims = [(number, a) for number, a in about if a in known and known[a].state is not AttemptState.ACCEPTED]
    campaign_of = outcomes.campaigns_of(connection, {number for number, _ in claims})
    proven = {attempt for number, attempt in claims if campaign_of.get(number) == known[attempt].campaign_id}
    for attempt in sorted(proven):
        results.record_accepted(connection, attempt, message_id=None, rejected={}, now=now)
    for campaign in sorted({known[attempt].campaign_id for attempt in proven}):
        campaigns.finish_if_done(connection, campaign, now)
    return len(proven)


def _wait_again(connection: Connection, over_quota: Iterable[About], known: Known, now: dt.datetime) -> int:
    """Let deliveries dropped for lack of quota wait again, once, and hold their campaign."""
    ours = [(number, attempt) for number, attempt in over_quota if attempt in known]
    dropped: defaultdict[int, list[int]] = defaultdict(list)
    campaign_of = outcomes.campaigns_of(connection, {number for number, _ in ours})
    same = [(number, attempt) for number, attempt in ours if campaign_of.get(number) == known[attempt].campaign_id]
    for number in outcomes.still_accepted(connection, same):
        dropped[campaign_of[number]].append(number)
    moved = 0
    for campaign, numbers in sorted(dropped.items()):
        if campaigns.lock_state(connection, campaign) is not CampaignState.CANCELLED:
            moved += splits.wait_again(connection, numbers)
            campaigns.reopen(connection, campaign, OVER_QUOTA, now)
    return moved


def _move(connection: Connection, found: Effects, known: Known, soft_bounces: int) -> list[str]:
    """Record outcomes; return the addresses that had too many soft bounces in a row."""
    rows = outcomes.lock(connection, {number for number, _ in (*found.outcomes, *found.blocked)})

    def ours(about: About) -> bool:
        number, attempt = about
        return number in rows and attempt in known and rows[number].campaign_id == known[attempt].campaign_id

    new: dict[int, Outcome] = {}
    for about, outcome in found.outcomes.items():
        number = about[0]
        if ours(about) and (best := further(new.get(number, rows[number].outcome), outcome)) != rows[number].outcome:
            assert best is not None
            new[number] = best
    outcomes.advance(connection, new)
    soft = {number: address for (number, a), address in found.blocked.items() if ours((number, a))}
    outcomes.mark_soft(connection, [number for number in soft if not rows[number].soft_bounced])
    people: defaultdict[int, dict[int, str]] = defaultdict(dict)  # person -> campaign -> address
    for number, address in soft.items():
        if (person := rows[number].subscriber_id) is not None:
            people[person][rows[number].campaign_id] = address
    return [max(people[one].values()) for one in outcomes.bounced_in_a_row(connection, people, soft_bounces)]
