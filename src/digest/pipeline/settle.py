"""Settling: finding out what became of attempts whose worker is gone."""

from digest.delivery.handover import Transport
from digest.delivery.states import AttemptState
from digest.months import Month
from digest.pipeline.owner import is_gone
from digest.storage import campaigns, outbox
from digest.storage.database import Database

_LOST = "the worker stopped before it could write down the answer"


def settle(database: Database, month: Month, transport: Transport) -> int:
    """
    Settle by evidence the attempts of *month* that nobody works on any more.

    An attempt is left alone while its worker lives and its lease runs. Where the transport can tell, what was
    taken counts as accepted and the rest waits again; where it can't, the attempt is in doubt.

    Returns:
        The number of attempts that were settled or put in doubt.
    """
    with database.read() as connection:
        campaign = campaigns.find(connection, month)
        if campaign is None or not outbox.open_attempts(connection, campaign.id):
            return 0
    settled = 0
    with database.write() as connection:
        now = database.now(connection)
        for attempt in outbox.open_attempts(connection, campaign.id):
            if attempt.state is AttemptState.SENDING and attempt.lease_until > now and not is_gone(attempt.owner):
                continue
            taken = transport.evidence(attempt.deliveries)
            if taken is not None:
                outbox.settle_by_evidence(connection, attempt.id, taken=taken, detail=_LOST, now=now)
                settled += 1
            elif attempt.state is AttemptState.SENDING:
                outbox.in_doubt(connection, attempt.id, detail=_LOST, now=now)
                settled += 1
    return settled
