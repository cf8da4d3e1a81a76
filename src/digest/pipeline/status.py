"""How an issue and its campaign stand."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from digest.delivery.balance import Balance
from digest.delivery.events import Outcome
from digest.delivery.states import AttemptState, CampaignState
from digest.issue.issue import IssueState
from digest.months import Month
from digest.storage import calendar, campaigns, gate, issues, notifications, outbox, outcomes, pace
from digest.storage.campaigns import Campaign
from digest.storage.database import Database
from digest.storage.outbox import OpenAttempt
from digest.storage.tables import NotificationState


@dataclass(frozen=True)
class Doubt:
    """A request without a clear answer: how many deliveries it is about, since when (UTC), and what came back."""

    attempt_id: int
    deliveries: int
    since: dt.datetime
    detail: str


@dataclass(frozen=True)
class Pause:
    """Nobody asks the provider before *until* (UTC). `reason`: what it last said."""

    until: dt.datetime
    reason: str


@dataclass(frozen=True)
class Status:
    """One month.

    Attributes:
        state: The campaign's if there is one, else the issue's.
        reason: Why it is held, or None.
        hash: Of the frozen bytes; None before assembling.
        duplicates: Deliveries proven to have been handed over twice.
        doubts: Attempts in doubt.
        reported: Deliveries by what became of them later, as far as events tell.
        paused: Why a campaign that is sending waits, and until when; None: it does not, or nobody asked.
        rate: Recipients a second over the last minute of a campaign that is sending; None of any other.
        under_way: Whether a request goes on, by a worker that is not taken to be dead.
        ended: Whether a request of a campaign that is sending came to an end within the last minute.

    How fast it goes is no part of how it stands: two that differ in that alone are equal.
    """

    month: Month
    state: str
    reason: str | None
    hash: str | None
    balance: Balance
    duplicates: int = 0
    doubts: tuple[Doubt, ...] = ()
    reported: Mapping[Outcome, int] = field(default_factory=dict)
    paused: Pause | None = field(default=None, compare=False)
    rate: float | None = field(default=None, compare=False)
    under_way: bool = field(default=False, compare=False)
    ended: bool = field(default=False, compare=False)

    @property
    def unfinished(self) -> int:
        """Deliveries of a campaign that is sending which a worker can still hand over."""
        return self.balance.waiting + self.balance.sending if self.state == CampaignState.SENDING else 0

    @property
    def seconds_left(self) -> float | None:
        """Until all that waits is handed over, if it goes on like this; None if nothing goes on."""
        return self.unfinished / self.rate if self.rate else None

    @property
    def outcomes(self) -> dict[str, int]:
        """Deliveries by what became of them later; `none`: nothing was reported, as always with files and SMTP."""
        none = self.balance.planned - sum(self.reported.values())
        return {"none": none} | {word.value: self.reported.get(word, 0) for word in Outcome}


def status(database: Database, month: Month, transport: str | None = None) -> Status:
    """
    How *month* stands; `collecting` if nothing is frozen yet.

    Args:
        transport: Whose gate may be shut; None: `paused` is not looked for.
    """
    with database.read() as connection:
        return _status(connection, month, transport, database.now(connection))


def every_status(database: Database, written: tuple[Month, ...], transport: str | None = None) -> tuple[Status, ...]:
    """Every month that has files (*written*) or an issue, newest first; see `status`."""
    with database.read() as connection:
        now = database.now(connection)
        months = {*written, *(row.month for row in issues.months(connection))}
        return tuple(_status(connection, month, transport, now) for month in sorted(months, reverse=True))


@dataclass(frozen=True)
class Notifications:
    """The queue of mails that are no issue, as far back as they are kept.

    Attributes:
        failed: Of each that was given up: id, kind, and why.
    """

    waiting: int
    failed: tuple[tuple[int, str, str], ...]


def notification_status(database: Database) -> Notifications:
    """How the queue of notifications stands."""
    with database.read() as connection:
        counts = notifications.count(connection)
        waiting = counts[NotificationState.WAITING] + counts[NotificationState.SENDING]
        return Notifications(waiting, tuple(notifications.failed(connection)))


def _status(connection: Connection, month: Month, transport: str | None, now: dt.datetime) -> Status:
    row = issues.status(connection, month)
    campaign = campaigns.find(connection, month)
    if campaign is not None:
        return _under_campaign(connection, campaign, transport, now)
    reason = "; ".join(f"{row.action}: {row.reason}" for row in calendar.rows(connection, month) if row.reason) or None
    state = row.state if row else IssueState.COLLECTING
    return Status(month, state.value, reason, row.hash if row else None, Balance())


def _under_campaign(connection: Connection, campaign: Campaign, transport: str | None, now: dt.datetime) -> Status:
    open_now = outbox.open_attempts(connection, campaign.id)
    sending = campaign.state is CampaignState.SENDING
    seen = pace.measure(connection, campaign.id, now) if sending else None
    return Status(
        campaign.month,
        campaign.state.value,
        campaign.reason,
        campaign.hash,
        campaigns.balance(connection, campaign.id),
        campaigns.duplicates(connection, campaign.id),
        _doubts(open_now),
        outcomes.counts(connection, campaign.id),
        paused=_pause(connection, transport, now) if sending and transport is not None else None,
        rate=seen.rate if seen else None,
        under_way=any(one.state is AttemptState.SENDING and one.lease_until > now for one in open_now),
        ended=seen is not None and seen.ended,
    )


def _pause(connection: Connection, transport: str, now: dt.datetime) -> Pause | None:
    found = gate.read(connection, transport)
    if found.shut_until is None or not found.is_shut(now):
        return None
    return Pause(found.shut_until, found.reason or "the provider did not answer clearly")


def _doubts(open_now: Iterable[OpenAttempt]) -> tuple[Doubt, ...]:
    return tuple(
        Doubt(one.id, one.size, one.finished_at or one.lease_until, one.detail or "")
        for one in open_now
        if one.state is AttemptState.IN_DOUBT
    )
