"""Settling attempts whose worker is gone, and attempts in doubt."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from digest.delivery.handover import Transport
from digest.delivery.states import AttemptState, CampaignState
from digest.errors import Conflict, NotFound
from digest.months import Month
from digest.pipeline.process import counts_as_gone, shares_uptime, uptime
from digest.storage.db.database import Database
from digest.storage.outbox import campaigns, claiming, members, results, settling
from digest.storage.outbox.claiming import OpenAttempt

_LOST = "the worker stopped before it could record the answer"
LONGEST_LEASE = dt.timedelta(hours=1)  # that can be configured


class Decision(StrEnum):
    """What a person decides about attempts in doubt."""

    RESEND = "resend"  # sent again: anyone who already received it gets it twice
    ASSUME_SENT = "assume-sent"  # count as accepted: anyone who was not reached never gets it
    GIVE_UP = "give-up"  # count as skipped


_DECIDE: dict[Decision, Callable[..., bool]] = {
    Decision.RESEND: settling.resend,
    Decision.ASSUME_SENT: settling.assume_sent,
    Decision.GIVE_UP: settling.give_up,
}


def settle(
    database: Database,
    month: Month,
    transport: Transport,
    resend_after: dt.timedelta | None = None,
    lease: dt.timedelta = LONGEST_LEASE,
) -> int:
    """
    Settle attempts of *month* whose worker is gone by evidence, and attempts long in doubt by policy.

    An attempt is left alone while its worker is alive and its lease lasts. If the transport has evidence, deliveries
    that it reached count as accepted and the rest waits again; otherwise the attempt is in doubt. Times that are
    impossibly far ahead are set back: the clock was ahead when they were written.

    Args:
        resend_after: How long an attempt stays in doubt before its batch is sent again; None: until a person decides.
        lease: How long a worker counts as alive without a report.

    Returns:
        The number of attempts that were settled or put in doubt.
    """
    can_tell = transport.description.has_evidence
    waits = _Waits(lease, resend_after, can_tell=can_tell)
    with database.read() as connection:
        now = database.now(connection)
        if not any(waits.is_ripe(one, now) or waits.is_ahead(one, now) for one in _open(connection, month)):
            return 0

    def every(connection: Connection) -> int:
        now = database.now(connection)
        settled = 0
        for one in _open(connection, month):
            if waits.is_ripe(one, now):
                settled += _settle(connection, one, transport, now, can_tell=can_tell)
            elif waits.is_ahead(one, now):
                settling.set_back(connection, one.id, lease_until=now + lease, finished_at=now)
        return settled

    return database.transact(every)


def decide(database: Database, month: Month, decision: Decision) -> int:
    """
    Settle everything in doubt of *month* as a person decides.

    Returns:
        The number of deliveries that were settled.

    Raises:
        NotFound: *month* has no campaign.
        Conflict: The campaign is cancelled, so nothing of it can be sent again.
    """

    def every(connection: Connection) -> int:
        now = database.now(connection)
        campaign = campaigns.find(connection, month)
        if campaign is None:
            raise NotFound(f"{month} has no campaign: there is nothing to settle")
        if decision is Decision.RESEND and campaign.state is CampaignState.CANCELLED:
            raise Conflict(f"the campaign of {month} is cancelled: nothing of it can be sent again")
        doubtful = [a for a in claiming.open_attempts(connection, campaign.id) if a.state is AttemptState.IN_DOUBT]
        detail = f"a person decided: {decision}"
        settled = sum(a.size for a in doubtful if _DECIDE[decision](connection, a.id, detail=detail, now=now))
        campaigns.finish_if_done(connection, campaign.id, now)
        return settled

    return database.transact(every)


@dataclass(frozen=True)
class _Open:
    """An open attempt, and whether its campaign is sending."""

    attempt: OpenAttempt
    sending: bool

    @property
    def id(self) -> int:
        return self.attempt.id


@dataclass(frozen=True)
class _Waits:
    """Decides when an open attempt is to be settled."""

    lease: dt.timedelta
    resend_after: dt.timedelta | None
    can_tell: bool

    def is_ripe(self, one: "_Open", now: dt.datetime) -> bool:
        if one.attempt.state is AttemptState.SENDING:
            return _counts_as_gone(one.attempt, now)
        return self.can_tell or (one.sending and self._is_long_in_doubt(one.attempt, now))

    def is_ahead(self, one: "_Open", now: dt.datetime) -> bool:
        """Whether a time of the attempt is so far ahead that the clock was ahead when it was written."""
        if one.attempt.state is AttemptState.SENDING:
            return one.attempt.lease_until > now + self.lease
        return one.attempt.finished_at is not None and one.attempt.finished_at > now

    def _is_long_in_doubt(self, attempt: OpenAttempt, now: dt.datetime) -> bool:
        if self.resend_after is None or (attempt.finished_at or now) + self.resend_after > now:
            return False
        up = uptime() if attempt.lease_uptime is not None and shares_uptime(attempt.owner) else None
        if up is None or attempt.lease_uptime is None:
            return True
        since = attempt.lease_uptime - self.lease.total_seconds()
        return since + self.resend_after.total_seconds() <= up  # whatever the clock says


def _open(connection: Connection, month: Month) -> list[_Open]:
    campaign = campaigns.find(connection, month)
    if campaign is None:
        return []
    sending = campaign.state is CampaignState.SENDING
    return [_Open(attempt, sending) for attempt in claiming.open_attempts(connection, campaign.id)]


def _counts_as_gone(attempt: OpenAttempt, now: dt.datetime) -> bool:
    return counts_as_gone(attempt.owner, attempt.lease_until, attempt.lease_uptime, now)


def _settle(connection: Connection, found: _Open, transport: Transport, now: dt.datetime, *, can_tell: bool) -> bool:
    """Settle one attempt; False if it was settled, or its worker reported, since it was *found*."""
    before = found.attempt
    attempt = claiming.lock_open(connection, before.id)
    if attempt is None or attempt.state is not before.state:
        return False
    if attempt.state is AttemptState.SENDING and not _counts_as_gone(attempt, now):
        return False
    everyone = members.of_batch(connection, attempt.batch_id)
    if can_tell:
        taken = transport.evidence(everyone) or frozenset()
        settling.by_evidence(connection, attempt.id, taken=taken, detail=_LOST, now=now)
    elif attempt.state is AttemptState.IN_DOUBT:
        settling.resend(connection, attempt.id, detail="no evidence arrived in time: sent again", now=now)
    else:
        doubtful = everyone[:1] if transport.description.one_by_one else None
        results.record_in_doubt(connection, attempt.id, detail=_LOST, doubtful=doubtful, now=now)
    return True
