"""Everybody who is active, as the cells of a list."""

from collections.abc import Iterator
from itertools import islice

from sqlalchemy import Connection, String, cast, func, select

from digest.storage.subscribers import topics_of
from digest.storage.tables import consent, subscriber
from digest.subscribers.subscriber import State

_AT_ONCE = 1000  # rows in memory


def cells(conn: Connection) -> Iterator[tuple[str, ...]]:
    """Active people by id, in constant memory; cells in the order of `digest.subscribers.formats.COLUMNS`.

    Valid as long as the transaction.
    """
    s, theirs = subscriber.c, consent.alias("theirs")
    latest = select(func.max(theirs.c.id)).where(theirs.c.subscriber_id == s.id).correlate(subscriber)
    proven = subscriber.outerjoin(consent, consent.c.id == latest.scalar_subquery())
    query = (
        select(
            s.address, s.name, s.language, s.selection_id, cast(s.no_match, String), func.coalesce(s.paused_until, ""),
            func.coalesce(consent.c.source, ""), cast(consent.c.given_on, String), cast(s.consent_until, String),
        )
        .select_from(proven)
        .where(s.state == State.ACTIVE)
        .order_by(s.id)
    )  # fmt: skip
    rows = iter(conn.execute(query, execution_options={"yield_per": _AT_ONCE}))
    known: dict[int, str] = {}
    while chunk := list(islice(rows, _AT_ONCE)):
        new = {row[3] for row in chunk} - known.keys()
        if len(known) + len(new) > _AT_ONCE * 100:
            known, new = {}, {row[3] for row in chunk}
        found = topics_of(conn, new) if new else {}
        known |= {number: ";".join(sorted(found.get(number, ()))) for number in new}
        for address, name, language, selection, no_match, paused_until, source, given_on, until in chunk:
            yield (
                address, name, language, known[selection], no_match, paused_until, source, given_on or "", until or "",
            )  # fmt: skip
