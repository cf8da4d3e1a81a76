"""Subscribers as rows of an exported list."""

from collections.abc import Iterator
from itertools import islice

from sqlalchemy import Connection, String, cast, func, select

from digest.storage.people.selections import topics_of
from digest.storage.tables.people import consent, subscriber, suppression
from digest.subscribers.subscriber import State, standing

_AT_ONCE = 1000  # rows in memory


def cells(connection: Connection, *, everybody: bool = False) -> Iterator[tuple[str, ...]]:
    """Yield a row for each person, by id, in constant memory. Cells are those of `subscribers.lists.fields.COLUMNS`.

    Args:
        everybody: Include people who can't be mailed, and add a cell with the state, as `import` reads it.

    Valid as long as the transaction.
    """
    s, theirs = subscriber.c, consent.alias("theirs")
    latest = select(func.max(theirs.c.id)).where(theirs.c.subscriber_id == s.id).correlate(subscriber)
    proven = subscriber.outerjoin(consent, consent.c.id == latest.scalar_subquery())
    known = proven.outerjoin(suppression, suppression.c.address_hash == s.address_hash)
    query = select(
        s.address, s.name, s.language, s.selection_id, cast(s.no_match, String), func.coalesce(s.paused_until, ""),
        func.coalesce(consent.c.source, ""), cast(consent.c.given_on, String), cast(s.consent_until, String),
        s.state, suppression.c.reason,
    ).select_from(known).order_by(s.id)  # fmt: skip
    if not everybody:
        query = query.where(s.state == State.ACTIVE, suppression.c.reason.is_(None))
    rows = iter(connection.execute(query, execution_options={"yield_per": _AT_ONCE}))
    topics_known: dict[int, str] = {}
    while chunk := list(islice(rows, _AT_ONCE)):
        new = {row[3] for row in chunk} - topics_known.keys()
        if len(topics_known) + len(new) > _AT_ONCE * 100:
            topics_known, new = {}, {row[3] for row in chunk}
        found = topics_of(connection, new) if new else {}
        topics_known |= {number: ";".join(sorted(found.get(number, ()))) for number in new}
        for row in chunk:
            address, name, language, selection, no_match, paused_until, source, given_on, until, state, reason = row
            topics = topics_known[selection]
            cells = address, name, language, topics, no_match, paused_until, source, given_on or "", until or ""
            yield (*cells, standing(state, reason)) if everybody else cells
