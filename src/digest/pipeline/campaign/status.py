"""Status of an issue and its campaign, and the people whom a campaign did not reach."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection

from digest.delivery.balance import Balance
from digest.delivery.events import Outcome
from digest.delivery.next_step import Facts
from digest.delivery.schedule import Action, Schedule
from digest.delivery.states import AttemptState, BatchState, CampaignState
from digest.issue.issue import IssueState
from digest.months import Month
from digest.pipeline.issue.facts import facts_of
from digest.pipeline.issue.files import Files
from digest.pipeline.process import counts_as_gone, is_gone
from digest.storage import calendar, issues, notifications
from digest.storage.db.database import Database
from digest.storage.outbox import campaigns, claiming, gate, outcomes, recipients, throughput
from digest.storage.outbox.campaigns import Campaign
from digest.storage.outbox.claiming import OpenAttempt
from digest.storage.outbox.recipients import ListedRecipient
from digest.storage.tables.notifications import NotificationState

ONLY_PUBLISHED = "published"  # without a campaign
_REASONS = 10  # for rejection that are listed separately


@dataclass(frozen=True)
class Outlook:
    """What the configuration says about the next steps of a month.

    Attributes:
        transport: The transport whose breaker may be tripped.
        no_evidence: Why no evidence about a request arrives later; empty if some may.
        require_approval: Whether the calendar waits for an approval.
        schedule: When the calendar acts, if one runs.
        files: The files that an issue is compared with; None: changes are not looked for.
    """

    transport: str
    no_evidence: str = ""
    require_approval: bool = True
    schedule: Schedule | None = None
    files: Files | None = None


@dataclass(frozen=True)
class Doubt:
    """A request without a clear answer: its number of deliveries, since when (UTC), and what came back."""

    attempt_id: int
    deliveries: int
    since: dt.datetime
    detail: str


@dataclass(frozen=True)
class Pause:
    """No request goes to the provider before *until* (UTC). `reason`: its last error."""

    until: dt.datetime
    reason: str


@dataclass(frozen=True)
class Status:
    """One month.

    Attributes:
        state: The campaign's if there is one, else the issue's; `published` if its pages are all that was made of it.
        reason: Why it is held, or None.
        facts: The input of `next_step`.
        duplicates: Deliveries proven to have been handed over twice.
        doubts: Attempts in doubt.
        reported: Deliveries by outcome, according to events.
        rejected_because: The number of rejections for each of the most frequent reasons, in the provider's words.
        correction: The state of a correction that was assembled after the campaign began and is not being sent or, once
            the campaign is over, not on the web; None: there is none.
        paused: Why a sending campaign is paused, and until when; None: it is not, or *outlook* is None.
        rate: Recipients a second over the last minute of a sending campaign, 0 if its workers are known to have
            stopped; None while it is paused or not sending.
        under_way: Whether a request is open whose worker counts as alive.
        ended: Whether a request ended within the last minute whose worker may still be running.
        gone: Whether every worker that handed over within the last minute is known to have stopped.
        outlook: As given.
        due: When the calendar takes the next step of an issue without a campaign; None: it takes none.

    Two statuses that differ only in speed are equal.
    """

    month: Month
    state: str
    reason: str | None
    balance: Balance
    facts: Facts = field(compare=False)
    duplicates: int = 0
    doubts: tuple[Doubt, ...] = ()
    reported: Mapping[Outcome, int] = field(default_factory=dict)
    rejected_because: Mapping[str, int] = field(default_factory=dict)
    correction: IssueState | None = None
    paused: Pause | None = field(default=None, compare=False)
    rate: float | None = field(default=None, compare=False)
    under_way: bool = field(default=False, compare=False)
    ended: bool = field(default=False, compare=False)
    gone: bool = field(default=False, compare=False)
    outlook: Outlook | None = field(default=None, compare=False)
    due: dt.datetime | None = field(default=None, compare=False)

    @property
    def unfinished(self) -> int:
        """Deliveries of a campaign that is sending which a worker can still hand over."""
        return self.balance.waiting + self.balance.sending if self.state == CampaignState.SENDING else 0

    @property
    def seconds_left(self) -> float | None:
        """Seconds until everything pending is handed over at the present rate; None if nothing is being sent."""
        return self.unfinished / self.rate if self.rate else None

    @property
    def outcomes(self) -> dict[str, int]:
        """Deliveries by outcome; `none`: nothing was reported, as always with files and SMTP."""
        none = self.balance.planned - sum(self.reported.values())
        return {"none": none} | {word.value: self.reported.get(word, 0) for word in Outcome}


def status(database: Database, month: Month, outlook: Outlook | None = None) -> Status:
    """
    Return the status of *month*; `collecting` if nothing is frozen yet.

    Args:
        outlook: None leaves `paused` and `due` out.
    """
    with database.read() as connection:
        return _status(connection, month, outlook, database.now(connection))


def every_status(
    database: Database, months_with_files: tuple[Month, ...], outlook: Outlook | None = None
) -> tuple[Status, ...]:
    """Every month that has files (*months_with_files*) or an issue, newest first; see `status`."""
    with database.read() as connection:
        now = database.now(connection)
        months = {*months_with_files, *(row.month for row in issues.months(connection))}
        return tuple(_status(connection, month, outlook, now) for month in sorted(months, reverse=True))


@dataclass(frozen=True)
class Notifications:
    """The queue of notifications, as far back as they are kept.

    Attributes:
        failed: Id, kind and reason of each notification that was given up.
    """

    waiting: int
    failed: tuple[tuple[int, str, str], ...]


def notification_status(database: Database) -> Notifications:
    """Return the state of the queue of notifications."""
    with database.read() as connection:
        counts = notifications.count(connection)
        waiting = counts[NotificationState.WAITING] + counts[NotificationState.SENDING]
        return Notifications(waiting, tuple(notifications.failed(connection)))


def _status(connection: Connection, month: Month, outlook: Outlook | None, now: dt.datetime) -> Status:
    campaign = campaigns.find(connection, month)
    files, approval = (outlook.files, outlook.require_approval) if outlook is not None else (None, True)
    facts = facts_of(connection, month, require_approval=approval, files=files)
    if campaign is not None:
        return _under_campaign(connection, campaign, facts, outlook, now)
    reason = "; ".join(f"{row.action}: {row.reason}" for row in calendar.rows(connection, month) if row.reason) or None
    due = _due(month, facts.issue, outlook, now) if facts.published_on is None else None
    state = facts.issue.value if facts.has_editions else ONLY_PUBLISHED
    return Status(month, state, reason, Balance(), facts, outlook=outlook, due=due)


def _due(month: Month, state: IssueState, outlook: Outlook | None, now: dt.datetime) -> dt.datetime | None:
    if outlook is None or outlook.schedule is None:
        return None
    due = outlook.schedule.due_at(Action.ASSEMBLE if state is IssueState.COLLECTING else Action.SEND, month)
    return due if due > now else None


def _under_campaign(
    connection: Connection,
    campaign: Campaign,
    facts: Facts,
    outlook: Outlook | None,
    now: dt.datetime,
) -> Status:
    open_now = claiming.open_attempts(connection, campaign.id)
    sending = campaign.state is CampaignState.SENDING
    pace = throughput.measure(connection, campaign.id, now) if sending else None
    gone = pace is not None and bool(pace.owners) and all(map(is_gone, pace.owners))
    paused = _pause(connection, outlook.transport, now) if sending and outlook is not None else None
    at_work = (one for one in open_now if one.state is AttemptState.SENDING)
    return Status(
        campaign.month,
        campaign.state.value,
        campaign.reason,
        campaigns.balance(connection, campaign.id),
        facts,
        campaigns.duplicates(connection, campaign.id),
        _doubts(open_now),
        outcomes.counts(connection, campaign.id),
        rejected_because=dict(recipients.rejected_because(connection, campaign.id, _REASONS)),
        correction=facts.issue if facts.is_corrected else None,
        paused=paused,
        rate=None if pace is None or paused else 0.0 if gone else pace.rate,
        under_way=any(not counts_as_gone(one.owner, one.lease_until, one.lease_uptime, now) for one in at_work),
        ended=pace is not None and pace.ended and not gone,
        gone=gone,
        outlook=outlook,
    )


def _pause(connection: Connection, transport: str, now: dt.datetime) -> Pause | None:
    found = gate.read(connection, transport)
    if found.tripped_until is None or not found.is_tripped(now):
        return None
    return Pause(found.tripped_until, found.reason or "the provider did not answer clearly")


def _doubts(open_now: Iterable[OpenAttempt]) -> tuple[Doubt, ...]:
    return tuple(
        Doubt(one.id, one.size, one.finished_at or one.lease_until, one.detail or "")
        for one in open_now
        if one.state is AttemptState.IN_DOUBT
    )


class Who(StrEnum):
    """Recipients that can be listed by name."""

    REJECTED = "rejected"  # the provider refused them
    IN_DOUBT = "in-doubt"  # the provider's answer was lost or unclear
    WAITING = "waiting"  # not handed over yet


_BATCH_STATES = {Who.IN_DOUBT: BatchState.IN_DOUBT, Who.WAITING: BatchState.WAITING}


def people_of(database: Database, month: Month, which: Who) -> Iterator[ListedRecipient]:
    """
    List the recipients of the campaign of *month* in that state, with the reason, in constant memory.

    Raises:
        NotFound: *month* has no campaign.
    """
    with database.read() as connection:
        campaign = campaigns.require(connection, month)
        if which is Who.REJECTED:
            yield from recipients.rejected(connection, campaign.id)
        else:
            yield from recipients.in_batches(connection, campaign.id, _BATCH_STATES[which])
