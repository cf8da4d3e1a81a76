"""Rows of the outbox as types, so that mypy checks every use of a column."""

import datetime as dt
from typing import Any, NamedTuple

from sqlalchemy import Select, select

from digest.delivery.states import AttemptState, BatchState
from digest.storage.tables.outbox import attempt, batch


class Member(NamedTuple):
    """One delivery of a claimed batch, with the person's current address and name."""

    delivery_id: int
    subscriber_id: int
    address: str
    name: str


class BatchRow(NamedTuple):
    """The columns of a batch; see `digest.storage.tables.outbox.batch`."""

    id: int
    campaign_id: int
    number: int
    language: str
    mask: int
    size: int
    state: BatchState
    reason: str | None
    attempt_id: int | None
    first_delivery: int | None
    last_delivery: int | None
    first_claimed_at: dt.datetime | None
    parent_id: int | None
    split_by: int | None
    dropped_by: int | None
    depth: int
    duplicates: int

    @property
    def span(self) -> tuple[int, int] | None:
        """Its first and last delivery; None if it has no range and its deliveries point to it."""
        if self.first_delivery is None or self.last_delivery is None:
            return None
        return self.first_delivery, self.last_delivery


class AttemptRow(NamedTuple):
    """The columns of an attempt that decide what may happen next; see `digest.storage.tables.outbox.attempt`."""

    id: int
    batch_id: int
    state: AttemptState
    lease_until: dt.datetime
    finished_at: dt.datetime | None
    detail: str | None


class Claimable(NamedTuple):
    """A batch that is waiting, with what its campaign says about its mails.

    Attributes:
        tried_by: The last attempt that included these people; None if there was none.
        installation: The name of the database when the campaign was planned.
    """

    id: int
    language: str
    mask: int
    first_delivery: int | None
    last_delivery: int | None
    depth: int
    tried_by: int | None
    first_claimed_at: dt.datetime | None
    issue_hash: str
    month: str
    installation: str


BATCHES: Select[Any] = select(*(batch.c[name] for name in BatchRow._fields))
"""Selects the columns of `BatchRow`, in its order."""

ATTEMPTS: Select[Any] = select(*(attempt.c[name] for name in AttemptRow._fields))
"""Selects the columns of `AttemptRow`, in its order."""
