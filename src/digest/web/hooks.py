"""Receives SendGrid's events: checks size and time first, then the signature of the raw body, then everything else.

Only the signature proves that a request comes from SendGrid. The success response is sent after the events are
committed; if they are not, SendGrid retries for a day.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from digest.pipeline.campaign.receive_events import receive
from digest.pipeline.people.suppressions import Identify
from digest.storage.db.database import Database
from digest.transports.sendgrid.events import BadPost, TooManyEvents, read_post
from digest.web.bodies import Unreadable, read_body

LONGEST_BODY = 2 * 1024 * 1024  # bytes; SendGrid posts up to 768 kB
MOST_EVENTS = 10_000
SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"

_log = logging.getLogger(__name__)
_NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class SendgridHook:
    """What the route needs.

    Attributes:
        signed: Checks that a body with its signature and timestamp comes from SendGrid.
        soft_bounces: After soft bounces in this many campaigns in a row, an address is suppressed.
        installation: The name of the database. Events with another name have no effect.
        patience: Seconds to wait for the body of a request.
    """

    database: Database
    signed: Callable[[bytes, str, str], bool]
    identify: Identify
    soft_bounces: int
    installation: str
    patience: float = 30.0


def hook_routes(hook: SendgridHook) -> APIRouter:
    """The route of the events, relative to the path of the site."""
    router = APIRouter(redirect_slashes=False)

    @router.post("/hooks/sendgrid")
    async def events(request: Request) -> Response:
        if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
            return _said(415, "send the events uncompressed")
        try:
            body = await read_body(request, hook.patience, LONGEST_BODY)
        except Unreadable as error:
            return _said(error.status, str(error))
        signatures, timestamps = (request.headers.getlist(name) for name in (SIGNATURE, TIMESTAMP))
        if len(signatures) != 1 or len(timestamps) != 1:
            return _said(401, "the events must be signed, once")
        return await run_in_threadpool(_take, hook, body, signatures[0], timestamps[0])

    return router


def _take(hook: SendgridHook, body: bytes, signature: str, timestamp: str) -> Response:
    if not hook.signed(body, signature, timestamp):
        _log.warning("events rejected: not signed with the key in sendgrid.webhook_public_key, or too old")
        return _said(403, "invalid signature")
    try:
        post = read_post(body, installation=hook.installation, most=MOST_EVENTS)
    except BadPost as error:
        _log.warning("signed events rejected: %s", error)
        return _said(400, str(error))
    except TooManyEvents as error:
        return _said(413, str(error))
    received = receive(hook.database, post, identify=hook.identify, soft_bounces=hook.soft_bounces)
    if received.proven or received.waiting or received.suppressed:
        _log.info(
            "events: %d requests proved accepted, %d deliveries wait again, %d addresses suppressed",
            received.proven,
            received.waiting,
            received.suppressed,
        )
    return Response(status_code=204, headers=_NO_STORE)


def _said(status: int, text: str) -> Response:
    return Response(f"{text}\n", status, _NO_STORE, "text/plain")
