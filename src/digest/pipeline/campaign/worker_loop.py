"""A worker that runs until it is stopped: it sends every campaign that has begun."""

import logging
import threading
import traceback
from pathlib import Path

from digest.delivery.states import BatchState, CampaignState
from digest.errors import DigestError
from digest.months import Month
from digest.pipeline.campaign.context import Sending
from digest.pipeline.campaign.settle import settle
from digest.pipeline.campaign.worker import work
from digest.storage.db.database import Database
from digest.storage.outbox import campaigns, claiming
from digest.transports.redaction import redacted

_PAUSE = 2.0  # seconds between checks for work

log = logging.getLogger("digest.worker")


def run_forever(database: Database, sending: Sending, stop: threading.Event) -> None:
    """
    Hand over every campaign that is sending, and settle open attempts of the others, until *stop* is set.

    Errors of a campaign or of the database are logged and retried. So are bugs, since there are other campaigns and
    maybe no other worker.
    """
    while not stop.is_set():
        try:
            run_once(database, sending, stop)
        except DigestError as error:
            log.error("%s; trying again in %d seconds", error, _PAUSE)  # noqa: TRY400  its message says it all
        except Exception as fault:  # noqa: BLE001
            # its message may contain an address
            log.error("a fault of the program: %s; trying again in %d seconds", _where(fault), _PAUSE)  # noqa: TRY400
        stop.wait(_PAUSE)


def run_once(database: Database, sending: Sending, stop: threading.Event | None = None) -> None:
    """Do everything that is due now.

    Raises:
        DigestError: A campaign or the database failed.
    """
    for month in _months(database, CampaignState.SENDING):
        _hand_over(database, month, sending, stop)
    for state in (CampaignState.HELD, CampaignState.CANCELLED):
        for month in _months(database, state, still_open=True):
            settle(database, month, sending.transport(month), sending.resend_after, sending.lease)


def _hand_over(database: Database, month: Month, sending: Sending, stop: threading.Event | None) -> None:
    with database.read() as connection:
        campaign = campaigns.require(connection, month)
        idle = not claiming.any_in(connection, campaign.id, BatchState.WAITING)
        if not idle:
            log.info("%s: handing over, %d waiting", month, campaigns.balance(connection, campaign.id).waiting)
    state = work(database, month, sending, stop=stop)
    if idle and state is CampaignState.SENDING:
        return  # only deliveries in doubt are left, and that was logged
    with database.read() as connection:
        campaign = campaigns.require(connection, month)
        balance = campaigns.balance(connection, campaign.id)
    numbers = f"{balance.accepted} accepted, {balance.waiting} waiting, {balance.in_doubt} in doubt"
    if campaign.state is CampaignState.HELD:
        log.warning("%s: held: %s; %s", month, redacted(campaign.reason or ""), numbers)
    elif campaign.state is CampaignState.SENDING:
        log.info("%s: not finished: %s", month, numbers)
    else:
        log.info("%s: %s: %s", month, campaign.state, numbers)


def _months(database: Database, state: CampaignState, *, still_open: bool = False) -> list[Month]:
    with database.read() as connection:
        return [
            campaign.month
            for campaign in campaigns.in_state(connection, state)
            if not still_open or claiming.open_attempts(connection, campaign.id)
        ]


def _where(fault: Exception) -> str:
    last = traceback.extract_tb(fault.__traceback__)[-1]
    return f"{type(fault).__name__} in {last.name}, {Path(last.filename).name}:{last.lineno}"
