"""People who left another program, according to an imported list: suppresses and unsubscribes them.

People who signed up here themselves are not affected.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, exists, select

from digest.storage.db.upsert import is_one_of
from digest.storage.people import subscribers, suppressions
from digest.storage.tables.people import consent, subscriber
from digest.subscribers.consent import ConsentMethod
from digest.subscribers.lists.leaving import Departed
from digest.subscribers.subscriber import NewSubscriber
from digest.subscribers.suppression import Reason

_REASONS = {  # people who never confirmed, or were deleted, have not said that they want no mail
    Departed.COMPLAINED: Reason.COMPLAINED,
    Departed.BLOCKED: Reason.MANUAL,
    Departed.CLEANED: Reason.BOUNCED,
    Departed.UNSUBSCRIBED: Reason.UNSUBSCRIBED,
}


def depart(connection: Connection, gone: Sequence[tuple[NewSubscriber, Departed]], now: dt.datetime) -> None:
    """
    Suppress people who left another program. Someone who unsubscribed there, and is here only through a list, is
    unsubscribed here too.

    Nothing changes for people who signed up here themselves, since that is their latest decision. An address that is
    already suppressed keeps its reason and date. People who never confirmed there, or were deleted, are not suppressed.
    """
    reasons = {person.address_hash: (person, _REASONS[why]) for person, why in gone if why in _REASONS}
    here = _here(connection, list(reasons))
    suppressing: dict[str, tuple[str, Reason]] = {}
    for address_hash, (person, reason) in reasons.items():
        number, by_own_act = here.get(address_hash, (None, False))
        if by_own_act:
            continue
        if number is not None and reason is Reason.UNSUBSCRIBED:
            subscribers.leave(connection, number, now=now)
            continue
        suppressing[address_hash] = (person.address, reason)
    suppressions.add_all(connection, suppressing, now)


def _here(connection: Connection, hashes: Sequence[str]) -> Mapping[str, tuple[int, bool]]:
    """The subscribers among *hashes*: id, and whether they signed up here themselves."""
    if not hashes:
        return {}
    signed_up = exists().where(consent.c.subscriber_id == subscriber.c.id, consent.c.method == ConsentMethod.PAGE)
    query = select(subscriber.c.address_hash, subscriber.c.id, signed_up).where(
        is_one_of(connection, subscriber.c.address_hash, list(hashes))
    )
    return {address_hash: (number, bool(own)) for address_hash, number, own in connection.execute(query)}
