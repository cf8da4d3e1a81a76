"""The facts from which `next_step` decides, read from the database and the editor's files."""

from sqlalchemy import Connection

from digest.delivery.next_step import Facts
from digest.delivery.states import CampaignState
from digest.errors import Conflict, NotFound
from digest.issue.issue import IssueState
from digest.months import Month
from digest.pipeline.issue.changes import changes
from digest.pipeline.issue.files import Files
from digest.pipeline.issue.publish import lost_articles
from digest.storage import issues
from digest.storage.issues import IssueRow
from digest.storage.outbox import campaigns
from digest.storage.outbox.campaigns import Campaign

_OVER = (CampaignState.SENT, CampaignState.CANCELLED)


def facts_of(
    connection: Connection, month: Month, *, require_approval: bool, files: Files | None = None, lock: bool = False
) -> Facts:
    """
    Return the facts about *month*.

    Args:
        files: The files to compare the issue with; None: don't look for changes.
        lock: Lock the issue until the end of the transaction.
    """
    row, campaign = issues.find(connection, month, lock=lock), campaigns.find(connection, month)
    state = campaign.state if campaign else None
    if row is None:
        return Facts(month, IssueState.COLLECTING, state, require_approval=require_approval)
    is_over, is_sending = state in _OVER, state is CampaignState.SENDING
    has_editions = campaign is not None or issues.has_editions(connection, row.issue_hash)
    only_page = is_over or not has_editions
    return Facts(
        month,
        row.state,
        state,
        is_only_planned=campaign is not None and campaign.is_only_planned,
        is_corrected=_is_corrected(row, campaign, is_over=is_over),
        changes=() if files is None or is_sending else changes(files, row, only_files=only_page),
        obstacles=() if files is None or is_over or is_sending else files.obstacles,
        lost=_lost(connection, row),
        published_on=row.published_at.date() if row.published_at and campaign is None else None,
        has_editions=has_editions,
        has_other_articles=_has_other_articles(connection, row, campaign),
        is_intact=is_over or is_sending or issues.verify(connection, row.issue_hash),
        require_approval=require_approval,
    )


def refuse(facts: Facts, advice: str) -> None:
    """
    Refuse with *advice*.

    Raises:
        NotFound: The month is not assembled.
        Conflict: Another step comes first.
    """
    raise (NotFound if facts.issue is IssueState.COLLECTING else Conflict)(advice)


def _is_corrected(row: IssueRow, campaign: Campaign | None, *, is_over: bool) -> bool:
    if campaign is None:
        return False
    return row.issue_hash != (row.published_hash if is_over else campaign.issue_hash)


def _lost(connection: Connection, row: IssueRow) -> tuple[str, ...]:
    if row.published_hash in {None, row.issue_hash}:
        return ()
    return lost_articles(connection, row.month, row.issue_hash)


def _has_other_articles(connection: Connection, row: IssueRow, campaign: Campaign | None) -> bool:
    if campaign is None or campaign.state is not CampaignState.HELD or row.issue_hash == campaign.issue_hash:
        return False
    old, new = issues.document(connection, campaign.issue_hash), issues.document(connection, row.issue_hash)
    before, after = ([article.slug for article in document.articles] for document in (old, new))
    return before != after or old.subject.keys() != new.subject.keys()
