"""Publishing an issue without breaking a link: an article that leaves it must be withdrawn."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from digest.characters import line_fault
from digest.delivery.next_step import lost_advice
from digest.errors import Conflict, NotFound
from digest.issue.issue import WebArticle
from digest.issue.withdrawal import Withdrawal
from digest.months import Month
from digest.storage import issues, withdrawals
from digest.storage.outbox import campaigns


@dataclass(frozen=True)
class Withdrawing:
    """What an editor withdraws: articles by slug, and the reason that readers see (see `Withdrawal.reason`)."""

    slugs: tuple[str, ...] = ()
    reason: Mapping[str, str] = field(default_factory=dict)


NOTHING = Withdrawing()


def publish(
    connection: Connection,
    month: Month,
    issue_hash: str,
    now: dt.datetime,
    withdrawing: Withdrawing = NOTHING,
    appeared_at: dt.datetime | None = None,
) -> tuple[Withdrawal, ...]:
    """
    Show the bytes with *issue_hash* on the web as the issue of *month*; what was withdrawn and is in them is back.

    Args:
        appeared_at: See `digest.storage.issues.publish`.

    Returns:
        What was withdrawn.

    Raises:
        NotFound: A slug to withdraw was never published in *month*.
        Conflict: A slug to withdraw is still in the issue, its reason can't be shown, or an article that was published
            would be lost.
    """
    _require_reason(withdrawing)
    document = issues.document(connection, issue_hash)
    public = withdrawals.public_articles(connection, month)
    kept = [article.slug for article in document.articles]
    done = tuple(_withdrawal(month, slug, public, kept, withdrawing.reason, now) for slug in withdrawing.slugs)
    for one in done:
        withdrawals.save(connection, one)
    withdrawals.remove(connection, month, kept)
    lost = lost_articles(connection, month, issue_hash)
    if lost:
        raise Conflict(lost_advice(month, lost, is_mailed=campaigns.find(connection, month) is not None))
    issues.publish(connection, month, issue_hash, now, appeared_at)
    return done


def lost_articles(connection: Connection, month: Month, issue_hash: str) -> tuple[str, ...]:
    """Slugs of published articles that are neither in the bytes with *issue_hash* nor withdrawn."""
    kept = {article.slug for article in issues.document(connection, issue_hash).articles}
    withdrawn = {one.slug for one in withdrawals.of_month(connection, month)}
    return tuple(sorted(withdrawals.public_articles(connection, month).keys() - kept - withdrawn))


def _withdrawal(
    month: Month,
    slug: str,
    public: Mapping[str, WebArticle],
    kept: list[str],
    reason: Mapping[str, str],
    now: dt.datetime,
) -> Withdrawal:
    if slug in kept:
        raise Conflict(
            f"{slug} is still part of {month}: delete articles/{month}/{slug}.md, run `digest assemble {month}`, "
            "then approve again"
        )
    if slug not in public:
        raise NotFound(f"no article {slug} of {month} was published: correct the slug, or leave --withdraw out")
    article = public[slug]
    return Withdrawal(month, slug, article.title, article.language, reason, now)


def _require_reason(withdrawing: Withdrawing) -> None:
    if withdrawing.slugs and not withdrawing.reason:
        raise Conflict("say why: --withdraw needs --reason, which readers see")
    for text in withdrawing.reason.values():
        if fault := line_fault(text):
            raise Conflict(f"the reason has {fault.what}: {fault.remedy}")
