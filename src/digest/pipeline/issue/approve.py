"""Approving the frozen bytes of an issue for sending."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection

from digest.delivery.next_step import changed_advice, only_published_advice
from digest.errors import Conflict, NotFound
from digest.issue.issue import IssueState
from digest.issue.withdrawal import Withdrawal
from digest.months import Month
from digest.pipeline.issue.assemble import Workshop, check, frozen_or_refuse
from digest.pipeline.issue.facts import facts_of
from digest.pipeline.issue.publish import NOTHING as WITHDRAW_NOTHING
from digest.pipeline.issue.publish import Withdrawing, publish
from digest.storage import calendar, issues
from digest.storage.db.database import Database
from digest.storage.issues import IssueRow
from digest.storage.outbox import campaigns


@dataclass(frozen=True)
class Approval:
    """What `approve` did.

    Attributes:
        row: The issue, approved.
        changed: False if the same bytes were approved before.
        is_published: Whether these bytes are on the web, because the campaign of the month has begun.
        withdrawn: The articles that were withdrawn.
    """

    row: IssueRow
    changed: bool
    is_published: bool
    withdrawn: tuple[Withdrawal, ...] = ()


def approve(
    database: Database, workshop: Workshop, month: Month, withdrawing: Withdrawing = WITHDRAW_NOTHING
) -> Approval:
    """
    Approve the assembled issue of *month*. Approving it again changes nothing.

    Only what `preview` shows now can be approved. If a file or a template has changed since, so that rendering again
    gives other bytes than the frozen ones, nothing is approved. If the issue was sent before, its
    page on the web is corrected; nobody is mailed again.

    Args:
        withdrawing: Articles that were mailed and are no longer in the issue.

    Raises:
        NotFound: It is not assembled, or an article to withdraw was never published.
        Conflict: Files, settings or templates have changed since, there is an error, or the permalink of an
            article that was mailed would be lost.
    """
    with database.read() as connection:
        row = require_assembled(connection, month)
        facts = facts_of(connection, month, require_approval=True, files=workshop.files)
    if not facts.has_editions:
        raise Conflict(only_published_advice(facts))
    if facts.changes:
        raise Conflict(changed_advice(facts))
    if frozen_or_refuse(check(workshop, month)).hash != row.issue_hash:
        raise Conflict(
            f"the templates of {month}, or the program, have changed since it was assembled: run "
            f"`digest assemble {month}`, look at it with `digest preview {month}`, and approve it again"
        )
    with database.write() as connection:
        return record_approval(connection, month, row.issue_hash, database.now(connection), withdrawing)


def record_approval(
    connection: Connection,
    month: Month,
    issue_hash: str,
    now: dt.datetime,
    withdrawing: Withdrawing = WITHDRAW_NOTHING,
) -> Approval:
    """
    Approve the bytes of *month* that have *issue_hash*, and publish them if the campaign has begun; looks at no file.

    Raises:
        NotFound, Conflict: As `approve`.
    """
    before = require_assembled(connection, month, lock=True)
    issues.approve(connection, month, issue_hash, now)
    changed = before.state is not IssueState.APPROVED
    if changed:
        calendar.forget(connection, month)
    if campaigns.find(connection, month) is None:
        _require_nothing_to_withdraw(before, withdrawing)
        return Approval(require_assembled(connection, month), changed, is_published=False)
    withdrawn = publish(connection, month, issue_hash, now, withdrawing)
    return Approval(require_assembled(connection, month), changed, is_published=True, withdrawn=withdrawn)


def _require_nothing_to_withdraw(row: IssueRow, withdrawing: Withdrawing) -> None:
    month = row.month
    if withdrawing.slugs and row.published_hash:
        raise Conflict(f"{month} was published without mailing: `digest publish {month}` takes --withdraw and --reason")
    if withdrawing.slugs:
        raise Conflict(f"nothing of {month} was sent, so there is nothing to withdraw: leave --withdraw out")


def require_assembled(connection: Connection, month: Month, *, lock: bool = False) -> IssueRow:
    """Return the issue's row; with *lock*, lock it until the end of the transaction.

    Raises:
        NotFound: The issue is not assembled.
    """
    row = issues.find(connection, month, lock=lock)
    if row is None:
        raise NotFound(f"the issue of {month} is not assembled: run `digest assemble {month}`")
    return row
