"""People whom a list names as gone: suppressed, and unsubscribed unless they signed up here themselves."""

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, exists, select

from digest.storage.db.upsert import insert_new, is_one_of
from digest.storage.people import subscribers
from digest.storage.tables.people import consent, subscriber, suppression
from digest.subscribers.consent import ConsentMethod
from digest.subscribers.lists.leaving import Departed
from digest.subscribers.subscriber import NewSubscriber
from digest.subscribers.suppression import Reason

_REASONS = {  # whoever never confirmed, or was deleted, has not said that they want no mail
    Departed.COMPLAINED: Reason.COMPLAINED,
    Departed.BLOCKED: Reason.MANUAL,
    Departed.CLEANED: Reason.BOUNCED,
    Departed.UNSUBSCRIBED: Reason.UNSUBSCRIBED,
}


def depart(connection: Connection, gone: Sequence[tuple[NewSubscriber, Departed]], now: dt.datetime) -> None:
    """
    Suppress people who are gone elsewhere; whoever came here by a list alone and unsubscribed there leaves here too.

    Nothing changes for people who have signed up here themselves: that is their latest word to us. An address that is
    suppressed already keeps its reason and date. Who is only absent there is not suppressed.
    """
    reasons = {person.address_hash: (person, _REASONS[why]) for person, why in gone if why in _REASONS}
    here = _here(connection, list(reasons))
    rows = []
    for address_hash, (person, reason) in reasons.items():
        number, by_own_act = here.get(address_hash, (None, False))
        if by_own_act:
            continue
        if number is not None and reason is Reason.UNSUBSCRIBED:
            subscribers.leave(connection, number, now=now)
            continue
        row = {"address_hash": address_hash, "address": person.address, "reason": reason, "created_at": now}
        rows.append(row)
    if rows:
        connection.execute(insert_new(connection, suppression), rows)


def _here(connection: Connection, hashes: Sequence[str]) -> Mapping[str, tuple[int, bool]]:
    """The ids of those of *hashes* who are subscribers, and whether they signed up here themselves."""
    if not hashes:
        return {}
    signed_up = exists().where(consent.c.subscriber_id == subscriber.c.id, consent.c.method == ConsentMethod.PAGE)
    query = select(subscriber.c.address_hash, subscriber.c.id, signed_up).where(
        is_one_of(connection, subscriber.c.address_hash, list(hashes))
    )
    return {address_hash: (number, bool(own)) for address_hash, number, own in connection.execute(query)}
