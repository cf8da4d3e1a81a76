"""Issues: frozen bytes under their hash, and how far each month has got."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from digest.content.article import Study
from digest.errors import Conflict, NotFound
from digest.issue.edition import Edition, EditionKey
from digest.issue.issue import Document, FrozenIssue, IssueState, WebArticle, WebNotice
from digest.months import Month
from digest.storage.db.upsert import insert_new
from digest.storage.tables import issues as tables
from digest.storage.tables.issues import archive_state, frozen_issue, issue, issue_topic, publication


@dataclass(frozen=True)
class IssueRow:
    """How far an issue has got. Times are UTC; `published_at` is that of the first publication.

    Attributes:
        sources: See `digest.issue.issue.FrozenIssue`.
        published_hash: Of the bytes that the web shows; None: it shows none.
    """

    month: Month
    state: IssueState
    issue_hash: str
    source_hash: str
    sources: Mapping[str, str]
    assembled_at: dt.datetime
    approved_at: dt.datetime | None
    published_at: dt.datetime | None
    published_hash: str | None


@dataclass(frozen=True)
class PublishedIssue:
    """An issue as the web shows it."""

    month: Month
    issue_hash: str
    published_at: dt.datetime
    document: Document


def save(connection: Connection, frozen: FrozenIssue, now: dt.datetime) -> bool:
    """
    Keep a frozen issue, and make it the one of its month, to be approved.

    Returns:
        Whether that changed anything: saving the same bytes again does not, and keeps their approval.
    """
    name = frozen.hash
    row = find(connection, frozen.month, lock=True)
    if row is not None and row.issue_hash == name:
        return False
    _keep(connection, frozen, name, now)
    values = {"state": IssueState.ASSEMBLED, "hash": name, "assembled_at": now, "approved_at": None}
    if row is None:
        connection.execute(issue.insert(), {"month": str(frozen.month), **values})
    else:
        connection.execute(update(issue).where(issue.c.month == str(frozen.month)).values(values))
    return True


def find(connection: Connection, month: Month, *, lock: bool = False) -> IssueRow | None:
    """
    Return the row of the issue of *month*: how far it has got. None if nothing is frozen yet.

    Args:
        lock: Lock the row until the end of the transaction.
    """
    query = _rows().where(issue.c.month == str(month))
    row = connection.execute(query.with_for_update(of=issue) if lock else query).one_or_none()
    return None if row is None else _issue_row(row)


def months(connection: Connection) -> list[IssueRow]:
    """Every issue, newest month first."""
    return [_issue_row(row) for row in connection.execute(_rows().order_by(issue.c.month.desc()))]


def approve(connection: Connection, month: Month, issue_hash: str, now: dt.datetime) -> None:
    """
    Approve the bytes of *month* that have *issue_hash*; approving them again changes nothing.

    Raises:
        NotFound: Nothing of *month* is assembled.
        Conflict: The issue has other bytes by now.
    """
    row = find(connection, month, lock=True)
    if row is None:
        raise NotFound(f"the issue of {month} is not assembled: run `digest assemble {month}`")
    if row.issue_hash != issue_hash:
        raise Conflict(f"the issue of {month} was assembled again since you looked at it: look again, then approve")
    connection.execute(
        update(issue)
        .where(issue.c.month == str(month), issue.c.hash == issue_hash, issue.c.state == IssueState.ASSEMBLED)
        .values(state=IssueState.APPROVED, approved_at=now)
    )


def publish(
    connection: Connection, month: Month, issue_hash: str, now: dt.datetime, appeared_at: dt.datetime | None = None
) -> None:
    """
    Show the bytes with *issue_hash* on the web as the issue of *month*. The day of the first publication stays.

    Args:
        appeared_at: Say that this was the first publication; None: it is *now*, if there was none before.

    Raises:
        NotFound: *month* has no issue, or no such bytes.
    """
    known = select(frozen_issue.c.hash).where(frozen_issue.c.hash == issue_hash, frozen_issue.c.month == str(month))
    changed = connection.execute(
        update(issue)
        .where(issue.c.month == str(month), known.exists())
        .values(published_hash=issue_hash, published_at=appeared_at or func.coalesce(issue.c.published_at, now))
    )
    if changed.rowcount == 0:
        raise NotFound(f"{month} has no such issue: run `digest assemble {month}`")
    _keep_publication(connection, month, issue_hash, now, appeared_at)
    connection.execute(update(archive_state).values(version=f"{now.isoformat()} {month} {issue_hash}"))


def _keep_publication(
    connection: Connection, month: Month, issue_hash: str, now: dt.datetime, appeared_at: dt.datetime | None
) -> None:
    of_month = publication.c.month == str(month)
    newest = select(publication.c.number, publication.c.hash).where(of_month).order_by(publication.c.number.desc())
    last = connection.execute(newest.limit(1)).one_or_none()
    if last is not None and appeared_at is not None:
        connection.execute(
            update(publication).where(of_month, publication.c.number == 1), {"published_at": appeared_at}
        )
    if last is None or last.hash != issue_hash:
        at = now if last else appeared_at or now
        values = {"month": str(month), "number": last.number + 1 if last else 1, "hash": issue_hash, "published_at": at}
        connection.execute(publication.insert(), values)


def archive_version(connection: Connection) -> str:
    """Of everything that the web shows: another one after each publication and withdrawal."""
    version: str = connection.execute(select(archive_state.c.version)).scalar_one()
    return version


def published_hashes(connection: Connection) -> dict[Month, str]:
    """The hash of every published issue, oldest month first."""
    query = select(issue.c.month, issue.c.published_hash).where(issue.c.published_hash.is_not(None))
    return {Month.parse(month): issue_hash for month, issue_hash in connection.execute(query.order_by(issue.c.month))}


def published(connection: Connection) -> list[PublishedIssue]:
    """Every published issue, newest month first."""
    return [_published(row) for row in connection.execute(_publications().order_by(issue.c.month.desc()))]


def published_one(connection: Connection, month: Month) -> PublishedIssue | None:
    """The published issue of *month*, or None."""
    row = connection.execute(_publications().where(issue.c.month == str(month))).one_or_none()
    return None if row is None else _published(row)


def document(connection: Connection, issue_hash: str) -> Document:
    """
    The issue as the web shows it.

    Raises:
        NotFound: There are no bytes with that hash.
    """
    return read_document(_frozen_row(connection, issue_hash).document)


def edition(connection: Connection, issue_hash: str, key: EditionKey) -> Edition:
    """
    One edition of a frozen issue.

    Raises:
        NotFound: There is none with that hash and key.
    """
    table = tables.edition
    where = (table.c.hash == issue_hash, table.c.language == key.language, table.c.mask == key.mask)
    row = connection.execute(select(table).where(*where)).one_or_none()
    if row is None:
        raise NotFound(f"there is no edition {key} of the issue with hash {issue_hash[:12]}")
    return _edition(row)


def editions(connection: Connection, issue_hash: str) -> list[Edition]:
    """All editions of a frozen issue, in the order in which they were frozen; empty if there is no such issue."""
    table = tables.edition
    return [
        _edition(row)
        for row in connection.execute(select(table).where(table.c.hash == issue_hash).order_by(table.c.position))
    ]


def has_editions(connection: Connection, issue_hash: str) -> bool:
    """Whether a frozen issue can be mailed: one that was only published on the web has no editions."""
    found = select(tables.edition.c.mask).where(tables.edition.c.hash == issue_hash).limit(1)
    return connection.execute(found).one_or_none() is not None


def verify(connection: Connection, issue_hash: str) -> bool:
    """
    Whether the stored bytes still have the hash under which they were frozen.

    Raises:
        NotFound: There are no bytes with that hash.
    """
    row = _frozen_row(connection, issue_hash)
    stored = FrozenIssue(
        Month.parse(row.month), row.source_hash, read_document(row.document), tuple(editions(connection, issue_hash))
    )
    return stored.hash == issue_hash


def _keep(connection: Connection, frozen: FrozenIssue, name: str, now: dt.datetime) -> None:
    row = {
        "hash": name,
        "month": str(frozen.month),
        "source_hash": frozen.source_hash,
        "sources": json.dumps(dict(frozen.sources), ensure_ascii=False) if frozen.sources else None,
        "document": json.dumps(asdict(frozen.document), ensure_ascii=False),
        "assembled_at": now,
    }
    connection.execute(insert_new(connection, frozen_issue), row)
    if frozen.editions:
        rows = [_edition_values(name, position, one) for position, one in enumerate(frozen.editions)]
        connection.execute(insert_new(connection, tables.edition), rows)
    topics = [  # without editions nobody is mailed, and there may be more articles than a mask has bits
        {"hash": name, "bit": 1 << position, "topic": topic}
        for position, article in enumerate(frozen.document.articles if frozen.editions else ())
        for topic in article.topics
    ]
    if topics:
        connection.execute(insert_new(connection, issue_topic), topics)


def _edition_values(name: str, position: int, one: Edition) -> dict[str, Any]:
    return {
        "hash": name,
        "language": one.key.language,
        "mask": one.key.mask,
        "position": position,
        "subject": one.subject,
        "preheader": one.preheader,
        "html": one.html,
        "text": one.text,
        "headers": json.dumps(one.headers, ensure_ascii=False),
        "nonce": one.nonce,
    }


def _edition(row: Row[Any]) -> Edition:
    headers = tuple((name, value) for name, value in json.loads(row.headers))
    key = EditionKey(row.language, row.mask)
    return Edition(key, row.subject, row.preheader, row.html, row.text, headers, row.nonce)


def _frozen_row(connection: Connection, name: str) -> Row[Any]:
    row = connection.execute(select(frozen_issue).where(frozen_issue.c.hash == name)).one_or_none()
    if row is None:
        raise NotFound(f"there is no frozen issue with hash {name[:12]}")
    return row


def _rows() -> Select[Any]:
    of_frozen = (frozen_issue.c.source_hash, frozen_issue.c.sources)
    return select(issue, *of_frozen).join(frozen_issue, frozen_issue.c.hash == issue.c.hash)


def _issue_row(row: Row[Any]) -> IssueRow:
    month, sources = Month.parse(row.month), json.loads(row.sources or "{}")
    times = (row.assembled_at, row.approved_at, row.published_at)
    return IssueRow(month, row.state, row.hash, row.source_hash, sources, *times, row.published_hash)


def _publications() -> Select[Any]:
    return select(issue.c.month, issue.c.published_hash, issue.c.published_at, frozen_issue.c.document).join(
        frozen_issue, frozen_issue.c.hash == issue.c.published_hash
    )


def _published(row: Row[Any]) -> PublishedIssue:
    return PublishedIssue(Month.parse(row.month), row.published_hash, row.published_at, read_document(row.document))


def read_document(text: str) -> Document:
    """A document from its JSON, of this version or an older one."""
    values = json.loads(text)
    articles = tuple(web_article(article) for article in values["articles"])
    # a document frozen by an older version has notices for all languages
    notices = tuple(WebNotice(**one | {"languages": tuple(one.get("languages", ()))}) for one in values["notices"])
    return Document(**values | {"articles": articles, "notices": notices})


def web_article(values: Mapping[str, Any]) -> WebArticle:
    """An article from its JSON, of this version or an older one."""
    study = values.get("study")
    fields = {"topics": tuple(values["topics"]), "study": _study(study) if study else None}
    return WebArticle(**{**values, **fields})


def _study(values: Mapping[str, Any]) -> Study:
    return Study(**{**values, "authors": tuple(values["authors"]), "editors": tuple(values["editors"])})
