"""Holding, resuming and cancelling a campaign. A claim looks at the campaign's state, so no worker has to be told."""

from sqlalchemy import Connection

from digest.delivery.breaker import OPEN
from digest.delivery.states import CampaignState
from digest.errors import Conflict
from digest.issue.issue import Document
from digest.months import Month
from digest.pipeline.approve import is_unchanged
from digest.pipeline.assemble import Workshop
from digest.pipeline.send import ready
from digest.pipeline.sending import Sending
from digest.pipeline.worker import found
from digest.storage import campaigns, gate, issues
from digest.storage.campaigns import Campaign
from digest.storage.database import Database

BY_HAND = "held by hand"
_OVER = (CampaignState.SENT, CampaignState.CANCELLED)


def hold(database: Database, month: Month, reason: str | None = None) -> bool:
    """
    Hold the campaign of *month*: no further request goes out; those under way are finished.

    Args:
        reason: None: the one that it is held for already, else `held by hand`.

    Returns:
        Whether that changed anything: it was not held, or for another reason.

    Raises:
        NotFound: It has none.
        Conflict: It is over.
    """

    def change(connection: Connection) -> bool:
        campaign = _unfinished(connection, month)
        if campaigns.state(connection, campaign.id) is CampaignState.HELD:
            return reason is not None and campaigns.reword(connection, campaign.id, reason)
        campaigns.hold(connection, campaign.id, reason or BY_HAND, database.now(connection))
        return True

    return database.transact(change)


def resume(database: Database, month: Month, sending: Sending, workshop: Workshop | None = None) -> bool:
    """
    Let a held campaign go on; if the issue was assembled and approved anew, whoever waits gets the corrected bytes.

    Args:
        workshop: Whose files must still say what is approved; None: what is approved goes on, whatever the files say.

    Returns:
        Whether it goes on with corrected bytes.

    Raises:
        NotFound: *month* has no campaign.
        Conflict: It is over; the corrected issue is not approved, or has other articles; or the files differ.
    """

    def change(connection: Connection) -> bool:
        campaign = _unfinished(connection, month)
        row = ready(connection, month, require_approval=sending.require_approval)
        if workshop is not None and not is_unchanged(workshop, row):
            raise Conflict(_edited(month))
        now = database.now(connection)
        corrected = row.hash != campaign.hash
        if corrected:
            _same_articles(month, issues.document(connection, campaign.hash), issues.document(connection, row.hash))
            campaigns.correct(connection, campaign.id, row.hash)
            issues.publish(connection, month, row.hash, now)
        if campaign.state is not CampaignState.SENDING:
            campaigns.set_state(connection, campaign.id, CampaignState.SENDING, reason=None, now=now)
            name = sending.transport(month).name
            gate.lock(connection, name)
            gate.write(connection, name, OPEN)
        return corrected

    return database.transact(change)


def cancel(database: Database, month: Month) -> None:
    """
    Cancel the campaign of *month* for ever: who waits is skipped; what is under way or in doubt settles.

    Raises:
        NotFound: It has none.
        Conflict: It is sent.
    """

    def change(connection: Connection) -> None:
        campaign = found(connection, month)
        if campaign.state is not CampaignState.CANCELLED:
            campaigns.cancel(connection, campaign.id, database.now(connection))

    database.transact(change)


def _unfinished(connection: Connection, month: Month) -> Campaign:
    campaign = found(connection, month)
    if campaign.state in _OVER:
        raise Conflict(f"the campaign of {month} is over: it is {campaign.state}")
    return campaign


def _edited(month: Month) -> str:
    return (
        f"the files of {month} differ from what is approved, so whoever waits would not get the correction: run "
        f"`digest assemble {month}`, `digest approve {month}` and `digest resume {month}` again; "
        f"or `digest resume {month} --as-approved`, if what was approved shall go on"
    )


def _same_articles(month: Month, old: Document, new: Document) -> None:
    before, after = ([article.slug for article in document.articles] for document in (old, new))
    if before != after or old.subject.keys() != new.subject.keys():
        raise Conflict(
            f"the issue of {month} has other articles or languages than its campaign: who gets what is decided "
            "already, so only their text may change; put the articles back, assemble and approve again"
        )
