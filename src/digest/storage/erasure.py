"""What the outbox knows of a person, and erasing them: what is theirs goes, what is about the mailing stays."""

import datetime as dt

from sqlalchemy import Connection, delete, select, update

from digest.delivery.notifications import NotificationKind
from digest.delivery.states import CampaignState
from digest.storage import notifications
from digest.storage.outbox import members
from digest.storage.people import address_changes, consents, signups, suppressions
from digest.storage.tables.outbox import campaign, delivery
from digest.storage.tables.people import subscriber


def erase(connection: Connection, address_hash: str, now: dt.datetime) -> bool:
    """
    Erase the person with that address, their requests and their mails. Repeating it changes nothing.

    Deliveries stay without a subscriber, so that every balance holds; consents stay under the hash; the hash is
    suppressed, so that no list brings the person back.

    Returns:
        False if nothing was known of that address.
    """
    query = select(subscriber.c.id).where(subscriber.c.address_hash == address_hash)
    number = connection.execute(query).scalar_one_or_none()
    requests = signups.forget_address(connection, address_hash)
    notifications.forget_address(connection, address_hash)
    if number is None and not requests and suppressions.find(connection, address_hash) is None:
        return False
    if number is not None:
        _take_out(connection, number, address_hash)
    address_changes.forget_address(connection, address_hash, now)
    suppressions.forget_address(connection, address_hash, now)
    return True


def deliveries_of(connection: Connection, subscriber_id: int) -> list[tuple[str, str, str | None]]:
    """Month, state and reason of each delivery to a person that is still linked to them, oldest first."""
    query = (
        select(campaign.c.month, delivery.c.id, delivery.c.state, delivery.c.reason)
        .join(delivery, delivery.c.campaign_id == campaign.c.id)
        .where(delivery.c.subscriber_id == subscriber_id)
        .order_by(campaign.c.month)
    )
    rows = connection.execute(query).all()
    shared = members.states_of(connection, [row.id for row in rows if row.state is None])
    return [(row.month, *(shared[row.id] if row.state is None else (str(row.state), row.reason))) for row in rows]


def forget_recipients(connection: Connection, before: dt.datetime) -> int:
    """Take the person out of the deliveries of campaigns that ended before then; how many."""
    ended = campaign.c.state.in_([CampaignState.SENT, CampaignState.CANCELLED])
    old = select(campaign.c.id).where(ended, campaign.c.finished_at < before)
    named = (delivery.c.campaign_id.in_(old), delivery.c.subscriber_id.is_not(None))
    return connection.execute(update(delivery).where(*named).values(subscriber_id=None)).rowcount


def _take_out(connection: Connection, subscriber_id: int, address_hash: str) -> None:
    # naming the campaigns lets the unique index find the rows: it begins with the campaign
    theirs = (delivery.c.campaign_id.in_(select(campaign.c.id)), delivery.c.subscriber_id == subscriber_id)
    connection.execute(update(delivery).where(*theirs).values(subscriber_id=None))
    consents.detach(connection, subscriber_id, address_hash)
    for change in address_changes.of_person(connection, subscriber_id):
        # both addresses may have a subscription and mails of their own by now
        notifications.forget_about(connection, change.address_hash, NotificationKind.ADDRESS, change.id)
        if change.old_address_hash is not None and change.done_at is not None:
            notifications.forget_about(connection, change.old_address_hash, NotificationKind.ADDRESS_CHANGED, change.id)
            notifications.forget_until(connection, change.old_address_hash, change.done_at)
            signups.forget_until(connection, change.old_address_hash, change.done_at)
    address_changes.forget_person(connection, subscriber_id)
    connection.execute(delete(subscriber).where(subscriber.c.id == subscriber_id))
