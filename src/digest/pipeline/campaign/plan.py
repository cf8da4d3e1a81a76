"""Planning who gets which edition, once a month, and starting a campaign that is only planned."""

import datetime as dt
from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from digest.delivery.next_step import Step, next_step
from digest.delivery.states import ONLY_PLANNED, CampaignState
from digest.errors import Conflict
from digest.months import Month
from digest.pipeline.campaign.context import Sending
from digest.pipeline.issue.approve import require_assembled
from digest.pipeline.issue.assemble import Workshop
from digest.pipeline.issue.facts import facts_of, refuse
from digest.pipeline.issue.files import Files
from digest.pipeline.issue.publish import publish
from digest.storage import issues
from digest.storage.db.database import Database
from digest.storage.issues import IssueRow
from digest.storage.outbox import campaigns
from digest.storage.outbox.campaigns import Audience, Campaign
from digest.storage.people.reachable import out_of_reach


def audience(database: Database, workshop: Workshop, month: Month, sending: Sending) -> Audience:
    """
    Count who would get which edition if the campaign began now; plan nothing.

    Raises:
        NotFound, Conflict: As `plan`; also if the campaign has begun, since its audience is frozen.
    """
    with database.read() as connection:
        if campaigns.find(connection, month):
            raise Conflict(f"the campaign of {month} has begun, its audience is frozen: see `digest status {month}`")
        row = require_sendable(connection, month, workshop.files, sending)
        today = database.now(connection).date()
        return campaigns.audience(connection, row.issue_hash, month, sending.newsletter.languages, today)


def not_planned(database: Database) -> Mapping[str, int]:
    """Count active people who would not be in a plan made now, by reason."""
    with database.read() as connection:
        return out_of_reach(connection, database.now(connection).date())


def plan(
    database: Database,
    workshop: Workshop,
    month: Month,
    sending: Sending,
    also: Callable[[Connection, dt.datetime], None] = lambda _connection, _now: None,
    *,
    only: bool = False,
    although_published: bool = False,
) -> Campaign:
    """
    Freeze the audience of *month* and publish its page, in one transaction.

    Args:
        also: Runs inside that transaction, so that it happens if and only if the campaign begins.
        only: Hold the campaign, so that no worker sends it before `start` or `resume`.
        although_published: Mail an issue that has been on the web without having been mailed.

    Returns:
        The campaign. If *month* already has one, that one, unchanged.

    Raises:
        NotFound: The issue is not assembled.
        Conflict: Another step comes first; the message names it and what has changed.
    """
    with database.write() as connection:
        now = database.now(connection)
        issues.find(connection, month, lock=True)  # first: whether another sender has begun is only sure afterwards
        if campaigns.find(connection, month) is None:
            row = require_sendable(connection, month, workshop.files, sending, lock=True)
            _begin(connection, row, sending, now, only=only, although_published=although_published)
        also(connection, now)
        campaign = campaigns.find(connection, month)
    assert campaign is not None
    return campaign


def _begin(
    connection: Connection, row: IssueRow, sending: Sending, now: dt.datetime, *, only: bool, although_published: bool
) -> None:
    """Plan the campaign of the issue and publish its page."""
    if row.published_at is not None and not although_published:
        raise Conflict(already_published(row.month, row.published_at.date()))
    languages = sending.newsletter.languages
    begun = campaigns.plan(
        connection, row.month, row.issue_hash, batch_size=sending.planned_batch_size, languages=languages, now=now
    )
    publish(connection, row.month, row.issue_hash, now)
    if only:
        campaigns.hold(connection, begun.id, ONLY_PLANNED, now)


def already_published(month: Month, day: dt.date) -> str:
    """Why an issue that is on the web is not mailed without a question."""
    return (
        f"{month} was published on the web on {day} without mailing: to mail it, run `digest send {month}` and "
        f"confirm, or add --published to --yes"
    )


def start(database: Database, workshop: Workshop, month: Month, sending: Sending) -> None:
    """
    Start the campaign of *month* if it is only planned; otherwise do nothing.

    Raises:
        Conflict: Another step comes first; the message names it and what has changed.
    """
    with database.write() as connection:
        campaign = campaigns.find(connection, month)
        if campaign is not None and campaign.is_only_planned:
            row = require_sendable(connection, month, workshop.files, sending, lock=True)
            continue_campaign(connection, campaign, row, database.now(connection))


def check_start(database: Database, workshop: Workshop, month: Month, sending: Sending) -> None:
    """Raise what `start` would raise; change nothing."""
    with database.read() as connection:
        require_sendable(connection, month, workshop.files, sending)


def require_sendable(
    connection: Connection,
    month: Month,
    files: Files | None,
    sending: Sending,
    *,
    as_approved: bool = False,
    lock: bool = False,
) -> IssueRow:
    """
    Return the issue's row if it may be sent now.

    Args:
        files: They must still match the approved version; None skips this check.
        as_approved: Accept the approved version even if files changed.
        lock: Lock the issue until the end of the transaction.

    Raises:
        NotFound: The issue is not assembled.
        Conflict: Another step comes first; the message names it and what has changed.
    """
    facts = facts_of(connection, month, require_approval=sending.require_approval, files=files, lock=lock)
    following = next_step(facts.with_approved_version if as_approved else facts)
    if following.step not in {Step.SEND, Step.RESUME, Step.WORK}:
        refuse(facts, following.advice)
    return require_assembled(connection, month)


def continue_campaign(connection: Connection, campaign: Campaign, row: IssueRow, now: dt.datetime) -> bool:
    """Continue a held campaign with the bytes of *row*; publish and return True if they were corrected."""
    corrected = row.issue_hash != campaign.issue_hash
    if corrected:
        campaigns.correct(connection, campaign.id, row.issue_hash)
        publish(connection, campaign.month, row.issue_hash, now)
    campaigns.set_state(connection, campaign.id, CampaignState.SENDING, reason=None, now=now)
    return corrected
