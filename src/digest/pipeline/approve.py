"""An editor's word that the frozen bytes may be sent."""

from dataclasses import dataclass

from sqlalchemy import Connection

from digest.delivery.next_step import changed_advice
from digest.errors import Conflict, NotFound
from digest.issue.issue import IssueState
from digest.months import Month
from digest.pipeline.assemble import Workshop, check, frozen_or_refuse
from digest.pipeline.facts import facts_of
from digest.storage import calendar, campaigns, issues
from digest.storage.database import Database
from digest.storage.issues import IssueRow


@dataclass(frozen=True)
class Approval:
    """What `approve` did.

    Attributes:
        row: The issue, approved.
        changed: False if the same bytes were approved before.
        is_published: Whether the web shows these bytes, since the campaign of the month has begun.
    """

    row: IssueRow
    changed: bool
    is_published: bool


def approve(database: Database, workshop: Workshop, month: Month) -> Approval:
    """
    Approve the assembled issue of *month*; approving it again changes nothing.

    What is approved is what `preview` shows now: if rendering the files again gives other bytes than those that were
    frozen, because a file or a template has changed since, nothing is approved. If the issue was sent before, its
    page on the web is corrected; nobody is mailed again.

    Raises:
        NotFound: It is not assembled.
        Conflict: Files, settings or templates have changed since, or an error stands in the way.
    """
    with database.read() as connection:
        row = assembled(connection, month)
        facts = facts_of(connection, month, require_approval=True, files=workshop.files)
    if facts.changes:
        raise Conflict(changed_advice(facts))
    if frozen_or_refuse(check(workshop, month)).hash != row.hash:
        raise Conflict(
            f"the templates of {month}, or the program, have changed since it was assembled: run "
            f"`digest assemble {month}`, look at it with `digest preview {month}`, and approve it again"
        )
    with database.write() as connection:
        now = database.now(connection)
        before = assembled(connection, month, lock=True)
        issues.approve(connection, month, row.hash, now)
        has_begun = campaigns.find(connection, month) is not None
        changed = before.state is not IssueState.APPROVED
        if changed:
            calendar.forget(connection, month)
            if has_begun:
                issues.publish(connection, month, row.hash, now)
        return Approval(assembled(connection, month), changed, has_begun)


def assembled(connection: Connection, month: Month, *, lock: bool = False) -> IssueRow:
    """The issue's row; with *lock* nobody else changes it before this transaction ends.

    Raises:
        NotFound: The issue is not assembled.
    """
    row = issues.status(connection, month, lock=lock)
    if row is None:
        raise NotFound(f"the issue of {month} is not assembled: run `digest assemble {month}`")
    return row
