"""An editor's word that the frozen bytes may be sent."""

from sqlalchemy import Connection

from digest.errors import Conflict, NotFound
from digest.issue.issue import IssueState
from digest.months import Month
from digest.pipeline.assemble import Workshop, gather
from digest.storage import campaigns, issues
from digest.storage.database import Database
from digest.storage.issues import IssueRow


def approve(database: Database, workshop: Workshop, month: Month) -> IssueRow:
    """
    Approve the assembled issue of *month*; approving it again changes nothing.

    Raises:
        NotFound: It is not assembled.
        Conflict: The files have changed since, or its campaign has begun.
    """
    with database.write() as connection:
        row = assembled(connection, month)
        if row.state is IssueState.APPROVED and campaigns.find(connection, month):
            return row
        unchanged_or_refuse(workshop, row)
        if row.state is not IssueState.APPROVED:
            issues.approve(connection, month, row.hash, database.now(connection))
        return assembled(connection, month)


def assembled(connection: Connection, month: Month) -> IssueRow:
    """The issue's row.

    Raises:
        NotFound: The issue is not assembled.
    """
    row = issues.status(connection, month)
    if row is None:
        raise NotFound(f"the issue of {month} is not assembled: run `digest assemble {month}`")
    return row


def unchanged_or_refuse(workshop: Workshop, row: IssueRow) -> None:
    """Make sure that what was frozen is still what the editor's files say.

    Raises:
        Conflict: An article, the issue file or the newsletter's configuration was changed, added or removed.
    """
    if gather(workshop, row.month).issue.source_hash != row.source_hash:
        raise Conflict(
            f"the files of {row.month} have changed since it was assembled: "
            f"run `digest assemble {row.month}`, look at it, and approve it again"
        )
