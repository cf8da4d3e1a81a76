"""How an issue and its campaign stand."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from digest.delivery.balance import Balance
from digest.delivery.events import Outcome
from digest.delivery.states import AttemptState
from digest.issue.issue import IssueState
from digest.months import Month
from digest.storage import calendar, campaigns, issues, notifications, outbox, outcomes
from digest.storage.database import Database
from digest.storage.tables import NotificationState


@dataclass(frozen=True)
class Doubt:
    """A request without a clear answer: how many deliveries it is about, since when (UTC), and what came back."""

    attempt_id: int
    deliveries: int
    since: dt.datetime
    detail: str


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
    """

    month: Month
    state: str
    reason: str | None
    hash: str | None
    balance: Balance
    duplicates: int = 0
    doubts: tuple[Doubt, ...] = ()
    reported: Mapping[Outcome, int] = field(default_factory=dict)

    @property
    def outcomes(self) -> dict[str, int]:
        """Deliveries by what became of them later; `none`: nothing was reported, as always with files and SMTP."""
        none = self.balance.planned - sum(self.reported.values())
        return {"none": none} | {word.value: self.reported.get(word, 0) for word in Outcome}


def status(database: Database, month: Month) -> Status:
    """How *month* stands; `collecting` if nothing is frozen yet."""
    with database.read() as connection:
        return _status(connection, month)


def every_status(database: Database, written: tuple[Month, ...]) -> tuple[Status, ...]:
    """Every month that has files (*written*) or an issue, newest first."""
    with database.read() as connection:
        months = {*written, *(row.month for row in issues.months(connection))}
        return tuple(_status(connection, month) for month in sorted(months, reverse=True))


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


def _status(connection: Connection, month: Month) -> Status:
    row = issues.status(connection, month)
    campaign = campaigns.find(connection, month)
    if campaign is not None:
        return Status(
            month,
            campaign.state.value,
            campaign.reason,
            campaign.hash,
            campaigns.balance(connection, campaign.id),
            campaigns.duplicates(connection, campaign.id),
            _doubts(connection, campaign.id),
            outcomes.counts(connection, campaign.id),
        )
    reason = "; ".join(f"{row.action}: {row.reason}" for row in calendar.rows(connection, month) if row.reason) or None
    state = row.state if row else IssueState.COLLECTING
    return Status(month, state.value, reason, row.hash if row else None, Balance())


def _doubts(connection: Connection, campaign_id: int) -> tuple[Doubt, ...]:
    return tuple(
        Doubt(one.id, one.size, one.finished_at or one.lease_until, one.detail or "")
        for one in outbox.open_attempts(connection, campaign_id)
        if one.state is AttemptState.IN_DOUBT
    )
