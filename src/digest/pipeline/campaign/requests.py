"""The requests of a worker: what its other threads do while the clerk writes."""

import datetime as dt
import queue
import threading
import time
from collections.abc import Mapping

from digest.delivery.handover import Answer, Batch, Recipient, Transport
from digest.errors import InDoubt, RequestStopped
from digest.issue.addresses import preferences_url, unsubscribe_url
from digest.issue.edition import Edition, EditionKey
from digest.issue.greeting import greeter
from digest.pipeline.campaign.context import Sending
from digest.pipeline.campaign.record import Done
from digest.pipeline.campaign.turn import Claimed, Message, PartialReport
from digest.storage.outbox.claiming import Claim

_GLANCE = 1.0  # seconds between checks whether the clerk is still there

Editions = Mapping[tuple[str, EditionKey], Edition]


class Requests:
    """Makes requests, in any number of threads at once, and reports to the clerk.

    Args:
        editions: Filled by the clerk before it hands out a batch that needs one.
        messages: To the clerk.
        ended: Set when the clerk has stopped and records nothing more.
    """

    def __init__(
        self,
        sending: Sending,
        transport: Transport,
        editions: Editions,
        messages: "queue.SimpleQueue[Message]",
        ended: threading.Event,
    ) -> None:
        self._sending = sending
        self._transport = transport
        self._editions = editions
        self._messages = messages
        self._ended = ended

    def hand_over(self, claimed: Claimed) -> None:
        """Make the request of a claimed batch and put its outcome into the queue; never raises."""
        outcome: Answer | BaseException
        claim, requested = claimed.claim, False
        try:
            batch = self._batch(claim, claimed.deadline)
            requested = True
            outcome = self._transport.hand_over(batch, lambda said: self._report(claim, claimed.began, said))
        except BaseException as error:  # noqa: BLE001  the clerk records every outcome
            outcome = error
        self._say(claimed, outcome, requested=requested)

    def _say(self, claimed: Claimed, outcome: Answer | BaseException, *, requested: bool) -> None:
        while True:
            try:
                self._messages.put(Done(claimed.claim, claimed.began, outcome, requested))
            except MemoryError:  # the clerk waits for this message
                time.sleep(_GLANCE)
            else:
                return

    def _report(self, claim: Claim, began: dt.datetime, said: Mapping[int, str | None]) -> None:
        report = PartialReport(claim, began, said)
        self._messages.put(report)
        while not report.committed.wait(_GLANCE):
            if self._ended.is_set():
                raise InDoubt("the worker stopped before it could record the results")
        if not report.goes_on:
            raise RequestStopped("the worker stops, the campaign is held or cancelled, or the lease had run out")

    def _batch(self, claim: Claim, deadline: float) -> Batch:
        """Build the batch of a claim: each recipient with a greeting and signed links."""
        base_url = self._sending.newsletter.base_url
        unsubscribe, preferences = unsubscribe_url(base_url, ""), preferences_url(base_url, "")
        unsubscribe_token = self._sending.unsubscribe_signer
        preferences_token = self._sending.preferences_signer(claim.origin.date)
        greet = greeter(claim.key.language, self._sending.renderer)
        deliveries, people, addresses, names = zip(*claim.recipients, strict=True)
        unsubscribe_urls = [unsubscribe + unsubscribe_token(person) for person in people]
        preferences_urls = [preferences + preferences_token(person) for person in people]
        columns = zip(deliveries, addresses, names, map(greet, names), unsubscribe_urls, preferences_urls, strict=True)
        recipients = list(map(Recipient._make, columns))
        return Batch(claim.attempt_id, self._editions[claim.issue_hash, claim.key], recipients, claim.origin, deadline)
