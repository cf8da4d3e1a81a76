"""How an issue and its campaign stand."""

from dataclasses import dataclass

from sqlalchemy import Connection

from digest.delivery.balance import Balance
from digest.issue.issue import IssueState
from digest.months import Month
from digest.storage import calendar, campaigns, issues, notifications
from digest.storage.database import Database
from digest.storage.tables import NotificationState


@dataclass(frozen=True)
class Status:
    """One month.

    Attributes:
        state: The campaign's if there is one, else the issue's.
        reason: Why it is held, or None.
        hash: Of the frozen bytes; None before assembling.
    """

    month: Month
    state: str
    reason: str | None
    hash: str | None
    balance: Balance

    @property
    def outcomes(self) -> dict[str, int]:
        """Deliveries by what became of them later: files are never reported on."""
        return {"none": self.balance.planned}


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
        balance = campaigns.balance(connection, campaign.id)
        return Status(month, campaign.state.value, campaign.reason, campaign.hash, balance)
    reason = "; ".join(f"{row.action}: {row.reason}" for row in calendar.rows(connection, month) if row.reason) or None
    state = row.state if row else IssueState.COLLECTING
    return Status(month, state.value, reason, row.hash if row else None, Balance())
