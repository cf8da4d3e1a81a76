"""Settling: what became of attempts whose worker is gone, and of those in doubt."""

import datetime as dt
from collections.abc import Callable
from enum import StrEnum

from sqlalchemy import Connection

from digest.delivery.handover import Transport
from digest.delivery.states import AttemptState, CampaignState
from digest.errors import Conflict, NotFound
from digest.months import Month
from digest.pipeline.owner import is_gone
from digest.storage import answers, campaigns, members, outbox, settling
from digest.storage.database import Database
from digest.storage.outbox import OpenAttempt

_LOST = "the worker stopped before it could write down the answer"


class Decision(StrEnum):
    """What a person decides about attempts in doubt."""

    RESEND = "resend"  # they go again: whoever had been taken gets two
    ASSUME_SENT = "assume-sent"  # they count as accepted: whoever had not been taken gets none
    GIVE_UP = "give-up"  # they count as skipped


_DECIDE: dict[Decision, Callable[..., bool]] = {
    Decision.RESEND: settling.resend,
    Decision.ASSUME_SENT: settling.assume_sent,
    Decision.GIVE_UP: settling.give_up,
}


def settle(database: Database, month: Month, transport: Transport, resend_after: dt.timedelta | None = None) -> int:
    """
    Settle by evidence the attempts of *month* that nobody works on any more, and by policy those long in doubt.

    An attempt is left alone while its worker lives and its lease runs. Where the transport can tell, what was
    taken counts as accepted and the rest waits again; where it can't, the attempt is in doubt.

    Args:
        resend_after: How long a doubt waits before the batch goes again; None: until a person decides.

    Returns:
        The number of attempts that were settled or put in doubt.
    """
    can_tell = transport.evidence([]) is not None
    with database.read() as connection:
        if not _ripe(connection, month, can_tell, resend_after, database.now(connection)):
            return 0

    def every(connection: Connection) -> int:
        now = database.now(connection)
        ripe = _ripe(connection, month, can_tell, resend_after, now)
        return sum(_settle(connection, one, transport, now, can_tell=can_tell) for one in ripe)

    return database.transact(every)


def decide(database: Database, month: Month, decision: Decision) -> int:
    """
    Settle everything of *month* that is in doubt as a person decides.

    Returns:
        The number of deliveries that this was about.

    Raises:
        NotFound: *month* has no campaign.
        Conflict: It is cancelled, so nothing of it can go again.
    """

    def every(connection: Connection) -> int:
        now = database.now(connection)
        campaign = campaigns.find(connection, month)
        if campaign is None:
            raise NotFound(f"{month} has no campaign: there is nothing to settle")
        if decision is Decision.RESEND and campaign.state is CampaignState.CANCELLED:
            raise Conflict(f"the campaign of {month} is cancelled: nothing of it goes again")
        doubtful = [a for a in outbox.open_attempts(connection, campaign.id) if a.state is AttemptState.IN_DOUBT]
        detail = f"a person decided: {decision}"
        settled = sum(a.size for a in doubtful if _DECIDE[decision](connection, a.id, detail=detail, now=now))
        campaigns.finish_if_done(connection, campaign.id, now)
        return settled

    return database.transact(every)


def _ripe(
    connection: Connection,
    month: Month,
    can_tell: bool,
    resend_after: dt.timedelta | None,
    now: dt.datetime,
) -> list[OpenAttempt]:
    """The attempts that there is something to do about."""
    campaign = campaigns.find(connection, month)
    if campaign is None:
        return []
    ripe = []
    for attempt in outbox.open_attempts(connection, campaign.id):
        if attempt.state is AttemptState.SENDING:
            over = _is_over(attempt, now)
        else:
            sending = campaign.state is CampaignState.SENDING
            long = resend_after is not None and (attempt.finished_at or now) + resend_after <= now
            over = can_tell or (sending and long)
        if over:
            ripe.append(attempt)
    return ripe


def _is_over(attempt: OpenAttempt, now: dt.datetime) -> bool:
    return attempt.lease_until <= now or is_gone(attempt.owner)


def _settle(
    connection: Connection, seen: OpenAttempt, transport: Transport, now: dt.datetime, *, can_tell: bool
) -> bool:
    """Settle one attempt; False if its worker came back, or somebody else was faster, since it was *seen*."""
    attempt = outbox.lock_open(connection, seen.id)
    if attempt is None or attempt.state is not seen.state:
        return False
    if attempt.state is AttemptState.SENDING and not _is_over(attempt, now):
        return False
    everyone = members.of_batch(connection, attempt.batch_id)
    if can_tell:
        taken = transport.evidence(everyone) or frozenset()
        settling.by_evidence(connection, attempt.id, taken=taken, detail=_LOST, now=now)
    elif attempt.state is AttemptState.IN_DOUBT:
        settling.resend(connection, attempt.id, detail="no evidence came in time: it goes again", now=now)
    else:
        doubtful = everyone[:1] if transport.one_by_one else None
        answers.in_doubt(connection, attempt.id, detail=_LOST, doubtful=doubtful, now=now)
    return True
