"""The calendar: does what is due, once, whichever process wakes first.

Waking is advisory. What is due follows from the schedule and the database's clock; who acts is decided by a row
(action, month) with a lease; and the effect commits together with the row's `done`. So two schedulers, a clock that
jumps or a process killed half-way lead to one assembling and one campaign a month.
"""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection

from digest.delivery.schedule import Action, Schedule
from digest.errors import Conflict, DigestError, NotFound
from digest.months import Month
from digest.pipeline.campaign.context import Sending
from digest.pipeline.campaign.plan import plan
from digest.pipeline.campaign.worker_loop import run_once
from digest.pipeline.issue.assemble import Workshop, check, frozen_or_refuse
from digest.pipeline.process import is_gone
from digest.storage import calendar, issues
from digest.storage.db.database import Database
from digest.storage.outbox import campaigns

_REMEMBERED = 3  # months back in which a missed action is looked for
_LEASE = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Acted:
    """What a tick did to one month. `reason` is None if it was done, else why it is held."""

    action: Action
    month: Month
    reason: str | None


@dataclass(frozen=True)
class Calendar:
    """Everything a tick works with. Once `stop` is set no request is begun any more."""

    database: Database
    workshop: Workshop
    sending: Sending
    schedule: Schedule
    stop: threading.Event = field(default_factory=threading.Event)

    def tick(self) -> tuple[Acted, ...]:
        """Do what is due now and not done; returns what happened, nothing if there was nothing to do."""
        with self.database.write() as connection:
            now = self.database.now(connection)
            begun_at = calendar.begun_at(connection, now)
        return tuple(
            acted
            for action in Action
            for month in self._due(action, now, begun_at)
            if (acted := self._act(action, month, now)) is not None
        )

    def hand_over(self) -> None:
        """Work every campaign that has begun and is neither sent nor held, also one that was begun by hand; settle
        what is open of the others."""
        run_once(self.database, self.sending, self.stop)

    def _due(self, action: Action, now: dt.datetime, begun_at: dt.datetime) -> Iterator[Month]:
        # actions from before the calendar first ran, or of months without files, do not count as missed
        latest = self.schedule.latest(action, now)
        with_files = self.workshop.library.months()
        for back in range(_REMEMBERED, -1, -1):
            month = latest.shift(-back)
            ours = month in with_files and self.schedule.due_at(action, month) >= begun_at
            if ours or not self._missed(action, month, now):
                yield month

    def _missed(self, action: Action, month: Month, now: dt.datetime) -> bool:
        return now - self.schedule.due_at(action, month) > self.schedule.grace

    def _act(self, action: Action, month: Month, now: dt.datetime) -> Acted | None:
        if not self._wanted(action, month):
            return None
        due_at = self.schedule.due_at(action, month)
        if self._missed(action, month, now):
            return self._hold(
                action, month, due_at, f"missed: it was due at {due_at:%Y-%m-%d %H:%M} UTC; do it by hand"
            )
        with self.database.write() as connection:
            row = calendar.find(connection, action, month)
            gone = row.owner if row is not None and is_gone(row.owner) else None
            owner = self.sending.owner
            if not calendar.begin(
                connection, action, month, due_at=due_at, owner=owner, lease=_LEASE, now=now, gone=gone
            ):
                return None
        try:
            done = self._assemble(month) if action is Action.ASSEMBLE else self._send(month)
        except (Conflict, NotFound) as refusal:
            return self._hold(action, month, due_at, str(refusal))
        return Acted(action, month, None) if done else None

    def _wanted(self, action: Action, month: Month) -> bool:
        with self.database.read() as connection:
            row = calendar.find(connection, action, month)
            if row is not None and row.done_at is not None:
                return False
            issue = issues.find(connection, month)
            if action is Action.SEND:
                # a person decides whether what was only published is mailed after all
                is_published = issue is not None and issue.published_at is not None
                return not is_published and campaigns.find(connection, month) is None
            return issue is None

    def _hold(self, action: Action, month: Month, due_at: dt.datetime, reason: str) -> Acted | None:
        with self.database.write() as connection:
            row = calendar.find(connection, action, month)
            calendar.hold(connection, action, month, due_at=due_at, reason=reason, now=self.database.now(connection))
        is_known = row is not None and row.reason == reason
        return None if is_known else Acted(action, month, reason)

    def _assemble(self, month: Month) -> bool:
        checked = check(self.workshop, month)
        frozen = frozen_or_refuse(checked)
        few_or_many = [finding for finding in checked.findings if finding.code == "article-count"]
        if few_or_many:
            raise Conflict(f"{few_or_many[0].problem}; assemble it by hand if it is meant")
        with self.database.write() as connection:
            now = self.database.now(connection)
            if not self._done(Action.ASSEMBLE, month)(connection, now):
                return False
            issues.save(connection, frozen, now)
        return True

    def _send(self, month: Month) -> bool:
        try:
            plan(self.database, self.workshop, month, self.sending, also=self._must(Action.SEND, month))
        except _LeaseLost:
            return False
        return True

    def _done(self, action: Action, month: Month) -> Callable[[Connection, dt.datetime], bool]:
        return lambda connection, now: calendar.done(connection, action, month, owner=self.sending.owner, now=now)

    def _must(self, action: Action, month: Month) -> Callable[[Connection, dt.datetime], None]:
        def also(connection: Connection, now: dt.datetime) -> None:
            if not self._done(action, month)(connection, now):
                raise _LeaseLost

        return also


class _LeaseLost(DigestError):
    """Another scheduler took over; what this one had prepared is rolled back."""
