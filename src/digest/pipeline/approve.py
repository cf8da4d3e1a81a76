"""An editor's word that the frozen bytes may be sent."""

from sqlalchemy import Connection

from digest.errors import Conflict, NotFound
from digest.issue.issue import IssueState
from digest.months import Month
from digest.pipeline.assemble import Workshop, check, frozen_or_refuse, gather
from digest.storage import calendar, issues
from digest.storage.database import Database
from digest.storage.issues import IssueRow


def approve(database: Database, workshop: Workshop, month: Month) -> IssueRow:
    """
    Approve the assembled issue of *month*; approving it again changes nothing.

    What is approved is what `preview` shows now: if rendering the files again gives other bytes than those that were
    frozen, because a file or a template has changed since, nothing is approved.

    Raises:
        NotFound: It is not assembled.
        Conflict: Files or templates have changed since, or an error stands in the way.
    """
    with database.read() as connection:
        row = assembled(connection, month)
        if row.state is IssueState.APPROVED:
            return row
    if frozen_or_refuse(check(workshop, month)).hash != row.hash:
        raise Conflict(_changed(month, "files or templates"))
    with database.write() as connection:
        issues.approve(connection, month, row.hash, database.now(connection))
        calendar.forget(connection, month)
        return assembled(connection, month)


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
    gathered = gather(workshop, row.month)
    if gathered.issue.source_hash != row.source_hash or gathered.errors:
        raise Conflict(_changed(row.month, "files"))


def _changed(month: Month, what: str) -> str:
    return (
        f"the {what} of {month} have changed since it was assembled: "
        f"run `digest assemble {month}`, look at it, and approve it again"
    )
