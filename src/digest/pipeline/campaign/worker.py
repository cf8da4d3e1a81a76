"""A worker: hands over one campaign, with a clerk that writes and threads that make the requests."""

import datetime as dt
import threading
from collections.abc import Callable

from digest.delivery.states import CampaignState
from digest.months import Month
from digest.pipeline.campaign.clerk import Clerk
from digest.pipeline.campaign.context import Sending
from digest.pipeline.campaign.turn import Listener
from digest.storage.db.database import Database
from digest.storage.outbox import campaigns


def work(
    database: Database,
    month: Month,
    sending: Sending,
    progress: Callable[[int], None] = lambda _count: None,
    stop: threading.Event | None = None,
    pauses: Callable[[dt.datetime, str], None] = lambda _until, _reason: None,
) -> CampaignState:
    """
    Hand over the campaign of *month* until it is sent or held, or only deliveries in doubt are left.

    Other workers may do the same at the same time.

    Args:
        progress: Called now and then with the number of deliveries handed over.
        stop: When it is set, no new request goes out, and the worker finishes those under way.
        pauses: Called each time the breaker trips, with the end of the pause (UTC) and the reason.

    Returns:
        The campaign's state.

    Raises:
        NotFound: *month* has no campaign.
        StorageError: The database failed for so long that results could not be recorded; those requests are in doubt.
        Exception: A bug; what was under way was recorded first.
    """
    transport = sending.transport(month)
    try:
        with sending.threads(sending.in_flight) as threads:
            listener = Listener(progress, pauses)
            Clerk(database, month, sending, transport, threads, listener, stop or threading.Event()).run()
        with database.read() as connection:
            return campaigns.require(connection, month).state
    finally:
        transport.finish()
