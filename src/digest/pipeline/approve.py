"""An editor's word that the frozen bytes may be sent."""

from dataclasses import dataclass

from sqlalchemy import Connection

from digest.delivery.states import CampaignState
from digest.errors import Conflict, NotFound
from digest.issue.issue import IssueState
from digest.months import Month
from digest.pipeline.assemble import Workshop, check, frozen_or_refuse, gather
from digest.storage import calendar, campaigns, issues
from digest.storage.database import Database
from digest.storage.issues import IssueRow


@dataclass(frozen=True)
class Approval:
    """What `approve` did.

    Attributes:
        row: The issue, approved.
        changed: False if the same bytes were approved before.
        campaign: How the campaign of the month stands; None if it has not begun.
    """

    row: IssueRow
    changed: bool
    campaign: CampaignState | None


def approve(database: Database, workshop: Workshop, month: Month) -> Approval:
    """
    Approve the assembled issue of *month*; approving it again changes nothing.

    What is approved is what `preview` shows now: if rendering the files again gives other bytes than those that were
    frozen, because a file or a template has changed since, nothing is approved. If the issue was sent before, its
    page on the web is corrected; nobody is mailed again.

    Raises:
        NotFound: It is not assembled.
        Conflict: Files or templates have changed since, or an error stands in the way.
    """
    with database.read() as connection:
        row = assembled(connection, month)
    if frozen_or_refuse(check(workshop, month)).hash != row.hash:
        raise Conflict(_changed(month, "files or templates"))
    with database.write() as connection:
        now = database.now(connection)
        before = assembled(connection, month, lock=True)
        issues.approve(connection, month, row.hash, now)
        campaign = campaigns.find(connection, month)
        changed = before.state is not IssueState.APPROVED
        if changed:
            calendar.forget(connection, month)
            if campaign:
                issues.publish(connection, month, row.hash, now)
        return Approval(assembled(connection, month), changed, campaign.state if campaign else None)


def assembled(connection: Connection, month: Month, *, lock: bool = False) -> IssueRow:
    """The issue's row; with *lock* nobody else changes it before this transaction ends.

    Raises:
        NotFound: The issue is not assembled.
    """
    row = issues.status(connection, month, lock=lock)
    if row is None:
        raise NotFound(f"the issue of {month} is not assembled: run `digest assemble {month}`")
    return row


def unchanged_or_refuse(workshop: Workshop, row: IssueRow) -> None:
    """Make sure that what was frozen is still what the editor's files say.

    Raises:
        Conflict: An article, the issue file or the newsletter's configuration was changed, added or removed, or an
            article that was added can't be read.
    """
    if not is_unchanged(workshop, row):
        raise Conflict(_changed(row.month, "files or settings"))


def is_unchanged(workshop: Workshop, row: IssueRow) -> bool:
    """Whether the editor's files of that month still say what was frozen; see `unchanged_or_refuse`."""
    gathered = gather(workshop, row.month)
    return gathered.issue.source_hash == row.source_hash and not gathered.errors


def _changed(month: Month, what: str) -> str:
    return (
        f"the {what} of {month} have changed since it was assembled: "
        f"run `digest assemble {month}`, look at it, and approve it again"
    )
