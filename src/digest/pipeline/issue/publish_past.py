"""Publishing a past month on the web as it appeared then, without mailing anyone."""

import datetime as dt
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from digest.errors import Conflict, RenderError
from digest.issue.checks import not_rendered, ordered
from digest.issue.checks.files.shelf import Shelf
from digest.issue.checks.past import relaxed
from digest.issue.findings import Finding
from digest.issue.issue import FrozenIssue
from digest.issue.render import freeze_for_web
from digest.issue.withdrawal import Withdrawal
from digest.months import Month
from digest.pipeline.issue.assemble import Gathered, Workshop, gather
from digest.pipeline.issue.publish import NOTHING, Withdrawing, publish
from digest.storage import calendar, issues
from digest.storage.db.database import Database
from digest.storage.issues import IssueRow
from digest.storage.outbox import campaigns

_MIDDAY = dt.time(12)
_DAY = dt.time(0, tzinfo=dt.UTC), dt.time(23, 59, tzinfo=dt.UTC)  # its first and its last minute


@dataclass(frozen=True)
class PastIssue:
    """A month that is on the web.

    Attributes:
        changed: False if the same pages were on the web before.
        articles: The number of its articles.
        findings: Warnings, including errors that only matter for an issue that is mailed.
    """

    month: Month
    issue_hash: str
    changed: bool
    published_at: dt.datetime
    articles: int
    findings: tuple[Finding, ...]
    withdrawn: tuple[Withdrawal, ...] = ()


def moment_of(day: dt.date, timezone: dt.tzinfo) -> dt.datetime:
    """A moment that is on *day* both in *timezone* and in UTC, so that every page and feed says the same day."""
    midday = dt.datetime.combine(day, _MIDDAY, timezone).astimezone(dt.UTC)
    first, last = (dt.datetime.combine(day, time) for time in _DAY)
    return min(max(midday, first), last)


def publish_past(
    database: Database,
    workshop: Workshop,
    month: Month,
    timezone: dt.tzinfo,
    *,
    day: dt.date | None = None,
    withdrawing: Withdrawing = NOTHING,
    shelf: Shelf | None = None,
) -> PastIssue:
    """
    Show the files of *month* on the web, in one transaction, as if they had been published on *day*.

    An issue that was assembled for mailing is shown as it is, unless files have changed since. Otherwise only the pages
    are rendered, so it may have any number of articles, and it must be assembled before it can be mailed.
    Safe to repeat: the same files change nothing.

    Args:
        day: In *timezone*; None: the first of the month, or what it was when the month was published before.
        shelf: All months, if they were read before.

    Raises:
        Conflict: The month has a campaign or has not begun, a file can't be shown, or the permalink of an article
            that was published would be lost.
        NotFound: An article to withdraw was never published.
    """
    gathered = _gather(workshop, month, shelf)
    with database.read() as connection:
        before = issues.find(connection, month)
        frozen = None if _is_assembled(connection, before, gathered) else _freeze(workshop, gathered)
    with database.write() as connection:
        now = database.now(connection)
        row = issues.find(connection, month, lock=True)
        _require_no_campaign(connection, month)
        if frozen is None and (row is None or before is None or row.issue_hash != before.issue_hash):
            raise Conflict(f"{month} was assembled by someone else at this moment: run the same command again")
        return _publish(
            connection, row, frozen, gathered, _appearance(month, row, day, timezone, now), now, withdrawing
        )


def _publish(
    connection: Connection,
    row: IssueRow | None,
    frozen: FrozenIssue | None,
    gathered: Gathered,
    appeared_at: dt.datetime | None,
    now: dt.datetime,
    withdrawing: Withdrawing,
) -> PastIssue:
    month = gathered.issue.month
    if frozen is not None and issues.save(connection, frozen, now):
        calendar.forget(connection, month)
    after = issues.find(connection, month)
    assert after is not None
    same_day = appeared_at is None or (row is not None and row.published_at == appeared_at)
    changed = not (row is not None and row.published_hash == after.issue_hash and same_day) or bool(withdrawing.slugs)
    withdrawn = publish(connection, month, after.issue_hash, now, withdrawing, appeared_at) if changed else ()
    shown = issues.find(connection, month)
    assert shown is not None
    assert shown.published_at is not None
    number = len(gathered.issue.articles)
    return PastIssue(month, after.issue_hash, changed, shown.published_at, number, gathered.findings, withdrawn)


def _gather(workshop: Workshop, month: Month, shelf: Shelf | None) -> Gathered:
    found = gather(workshop, month, shelf)
    gathered = replace(found, findings=ordered(relaxed(found.findings)))
    _refuse(month, gathered.errors)
    return gathered


def _freeze(workshop: Workshop, gathered: Gathered) -> FrozenIssue:
    try:
        return freeze_for_web(gathered.issue, workshop.renderer)
    except RenderError as error:
        raise _refusal(gathered.issue.month, (not_rendered(error),)) from error


def _refuse(month: Month, errors: tuple[Finding, ...]) -> None:
    if errors:
        raise _refusal(month, errors)


def _refusal(month: Month, errors: tuple[Finding, ...]) -> Conflict:
    listed = "\n  ".join(str(finding) for finding in errors)
    return Conflict(f"{month} can't be published:\n  {listed}")


def _is_assembled(connection: Connection, row: IssueRow | None, gathered: Gathered) -> bool:
    """Whether these files are assembled to be mailed."""
    same = row is not None and row.source_hash == gathered.issue.source_hash
    return same and row is not None and issues.has_editions(connection, row.issue_hash)


def _require_no_campaign(connection: Connection, month: Month) -> None:
    if campaigns.find(connection, month) is not None:
        raise Conflict(
            f"{month} has a campaign, which published it: to correct its page, run `digest assemble {month}` and "
            f"`digest approve {month}`"
        )


def _appearance(
    month: Month, row: IssueRow | None, day: dt.date | None, timezone: dt.tzinfo, now: dt.datetime
) -> dt.datetime | None:
    """When the issue is said to have appeared; None: as it was said before."""
    if day is None and row is not None and row.published_at is not None:
        return None
    wanted = day or month.first_day
    if wanted > now.astimezone(timezone).date():
        what = f"{wanted} has not come yet" if day else f"{month} has not begun yet"
        raise Conflict(f"{what}: an issue appears today or earlier; to publish {month} now, add --on {now:%Y-%m-%d}")
    return min(moment_of(wanted, timezone), now)
