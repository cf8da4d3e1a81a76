"""Planning: who gets what, once a month."""

import datetime as dt
from collections.abc import Callable

from sqlalchemy import Connection

from digest.errors import Conflict
from digest.issue.issue import IssueState
from digest.months import Month
from digest.pipeline.approve import assembled, unchanged_or_refuse
from digest.pipeline.assemble import Workshop
from digest.pipeline.sending import Sending
from digest.storage import campaigns, issues
from digest.storage.campaigns import Audience, Campaign
from digest.storage.database import Database
from digest.storage.issues import IssueRow


def ready(connection: Connection, month: Month, *, require_approval: bool, lock: bool = False) -> IssueRow:
    """The issue's row, if it may be sent; with *lock* nobody else changes it before this transaction ends.

    Raises:
        NotFound: It is not assembled.
        Conflict: It is not approved, or its stored bytes were altered.
    """
    row = assembled(connection, month, lock=lock)
    if require_approval and row.state is not IssueState.APPROVED:
        raise Conflict(f"the issue of {month} is not approved: look at it with `digest preview {month}`, then approve")
    if not issues.verify(connection, row.hash):
        raise Conflict(f"the stored bytes of {month} are not those that were approved: assemble and approve it again")
    return row


def audience(database: Database, workshop: Workshop, month: Month, sending: Sending) -> Audience:
    """
    Who would get which edition if the campaign began now; plans nothing.

    Raises:
        NotFound, Conflict: As `plan`; also if the campaign has begun, since its audience is frozen.
    """
    with database.read() as connection:
        if campaigns.find(connection, month):
            raise Conflict(f"the campaign of {month} has begun, its audience is frozen: see `digest status {month}`")
        row = ready(connection, month, require_approval=sending.require_approval)
        unchanged_or_refuse(workshop, row)
        today = database.now(connection).date()
        return campaigns.audience(connection, row.hash, month, sending.newsletter.languages, today)


def plan(
    database: Database,
    workshop: Workshop,
    month: Month,
    sending: Sending,
    also: Callable[[Connection, dt.datetime], None] = lambda _connection, _now: None,
) -> Campaign:
    """
    Freeze the audience of *month* and publish its page, in one transaction.

    Args:
        also: Runs inside that transaction, so that it happens if and only if the campaign begins.

    Returns:
        The campaign; the same one, unchanged, if it has begun before.

    Raises:
        NotFound: The issue is not assembled.
        Conflict: It is not approved, or its files have changed since.
    """
    with database.write() as connection:
        now = database.now(connection)
        campaign = campaigns.find(connection, month)
        if campaign is None:
            row = ready(connection, month, require_approval=sending.require_approval, lock=True)
            unchanged_or_refuse(workshop, row)
            languages = sending.newsletter.languages
            campaign = campaigns.plan(
                connection, month, row.hash, batch_size=sending.planned_batch_size, languages=languages, now=now
            )
            issues.publish(connection, month, row.hash, now)
        also(connection, now)
    return campaign
