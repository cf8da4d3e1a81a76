"""Holding, resuming and cancelling a campaign. A claim looks at the campaign's state, so workers need no message."""

from sqlalchemy import Connection

from digest.delivery.breaker import CLOSED
from digest.delivery.states import CampaignState
from digest.errors import Conflict
from digest.months import Month
from digest.pipeline.campaign.context import Sending
from digest.pipeline.campaign.high_water import Guard
from digest.pipeline.campaign.plan import continue_campaign, require_sendable
from digest.pipeline.issue.assemble import Workshop
from digest.storage.db.database import Database
from digest.storage.outbox import campaigns, gate
from digest.storage.outbox.campaigns import Campaign

BY_HAND = "held by hand"
_OVER = (CampaignState.SENT, CampaignState.CANCELLED)


def hold(database: Database, month: Month, reason: str | None = None) -> bool:
    """
    Hold the campaign of *month*: no further request goes out; those under way finish.

    Args:
        reason: None keeps the reason of a campaign that is already held; otherwise it becomes `held by hand`.

    Returns:
        Whether anything changed: it was not held, or for another reason.

    Raises:
        NotFound: *month* has no campaign.
        Conflict: The campaign is over.
    """

    def change(connection: Connection) -> bool:
        campaign = _unfinished(connection, month)
        if campaigns.lock_state(connection, campaign.id) is CampaignState.HELD:
            wanted = reason or (BY_HAND if campaign.is_only_planned else None)
            return wanted is not None and campaigns.change_reason(connection, campaign.id, wanted)
        campaigns.hold(connection, campaign.id, reason or BY_HAND, database.now(connection))
        return True

    return database.transact(change)


def resume(
    database: Database, month: Month, sending: Sending, workshop: Workshop | None = None, *, as_approved: bool = False
) -> bool:
    """
    Resume a held campaign. If the issue was assembled and approved again, pending deliveries get the corrected bytes.

    Args:
        workshop: Its files must still match the approved version; None skips this check.
        as_approved: Resume with the approved version even if files changed.

    Returns:
        Whether it continues with corrected bytes.

    Raises:
        NotFound: *month* has no campaign.
        Conflict: The campaign is over, another step comes first (named, with what has changed), or the database has
            lost requests.
    """

    def change(connection: Connection) -> bool:
        campaign = _unfinished(connection, month)
        if (reason := Guard(sending.high_water).why_not(connection)) is not None:
            raise Conflict(reason)
        files = workshop.files if workshop is not None else None
        row = require_sendable(connection, month, files, sending, as_approved=as_approved)
        if campaign.state is CampaignState.SENDING:
            return False
        corrected = continue_campaign(connection, campaign, row, database.now(connection))
        name = sending.transport(month).description.name
        gate.lock(connection, name)
        gate.write(connection, name, CLOSED)
        return corrected

    return database.transact(change)


def cancel(database: Database, month: Month) -> None:
    """
    Cancel the campaign of *month* permanently: pending deliveries are skipped; open requests still settle.

    Raises:
        NotFound: *month* has no campaign.
        Conflict: The campaign is sent.
    """

    def change(connection: Connection) -> None:
        campaign = campaigns.require(connection, month)
        if campaign.state is not CampaignState.CANCELLED:
            campaigns.cancel(connection, campaign.id, database.now(connection))

    database.transact(change)


def _unfinished(connection: Connection, month: Month) -> Campaign:
    campaign = campaigns.require(connection, month)
    if campaign.state in _OVER:
        raise Conflict(f"the campaign of {month} is over: it is {campaign.state}")
    return campaign
