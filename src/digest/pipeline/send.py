"""Sending: plan once, then hand over until nothing is left."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from digest.delivery.handover import Batch, Recipient, Transport
from digest.delivery.states import CampaignState
from digest.errors import Conflict, NotAccepted, NotFound
from digest.issue.addresses import unsubscribe_url
from digest.issue.edition import Edition, EditionKey
from digest.issue.greeting import greeting
from digest.issue.issue import IssueState
from digest.issue.newsletter import Newsletter
from digest.months import Month
from digest.pipeline.approve import assembled, unchanged_or_refuse
from digest.pipeline.assemble import Workshop
from digest.pipeline.settle import settle
from digest.rendering.environment import Renderer
from digest.storage import campaigns, issues, outbox
from digest.storage.campaigns import Audience, Campaign
from digest.storage.database import Database
from digest.storage.issues import IssueRow
from digest.storage.outbox import Claim

_PATIENCE = 5  # refusals in a row before the campaign is held


@dataclass(frozen=True)
class Sending:
    """How to hand over: the values of the configuration and what `bootstrap` wired.

    Attributes:
        sign: From a subscriber's id to the token of the unsubscribe link.
        wait: Sleeps that many seconds; a worker waits for others this way.
    """

    transport: Callable[[Month], Transport]
    newsletter: Newsletter
    renderer: Renderer
    sign: Callable[[int], str]
    owner: str
    wait: Callable[[float], None]
    batch_size: int
    lease: dt.timedelta
    require_approval: bool


def ready(connection: Connection, month: Month, *, require_approval: bool) -> IssueRow:
    """The issue's row, if it may be sent.

    Raises:
        NotFound: It is not assembled.
        Conflict: It is not approved, or its stored bytes were altered.
    """
    row = assembled(connection, month)
    if require_approval and row.state is not IssueState.APPROVED:
        raise Conflict(f"the issue of {month} is not approved: look at it with `digest preview {month}`, then approve")
    if not issues.verify(connection, row.hash):
        raise Conflict(f"the stored bytes of {month} are not those that were approved: assemble and approve it again")
    return row


def audience(database: Database, month: Month, sending: Sending) -> Audience:
    """Who would get which edition now, without planning anything."""
    with database.read() as connection:
        row = ready(connection, month, require_approval=False)
        return campaigns.audience(connection, row.hash, month, sending.newsletter.languages)


def plan(
    database: Database,
    workshop: Workshop,
    month: Month,
    sending: Sending,
    also: Callable[[Connection, dt.datetime], None] = lambda _connection, _now: None,
) -> Campaign:
    """
    Freeze the audience of *month* and publish its page, in one transaction.

    Args:
        also: Runs inside that transaction, so that it happens if and only if the campaign begins.

    Returns:
        The campaign; the same one, unchanged, if it has begun before.

    Raises:
        NotFound: The issue is not assembled.
        Conflict: It is not approved, or its files have changed since.
    """
    with database.write() as connection:
        now = database.now(connection)
        campaign = campaigns.find(connection, month)
        if campaign is None:
            row = ready(connection, month, require_approval=sending.require_approval)
            unchanged_or_refuse(workshop, row)
            languages = sending.newsletter.languages
            campaign = campaigns.plan(
                connection, month, row.hash, batch_size=sending.batch_size, languages=languages, now=now
            )
            issues.publish(connection, month, row.hash, now)
        also(connection, now)
    return campaign


def work(
    database: Database, month: Month, sending: Sending, progress: Callable[[int], None] = lambda _count: None
) -> CampaignState:
    """
    Hand over the campaign of *month* until it is sent or held; other workers may do the same at the same time.

    Args:
        progress: Told how many deliveries were handed over, batch by batch.

    Returns:
        The campaign's state.

    Raises:
        NotFound: *month* has no campaign.
    """
    transport = sending.transport(month)
    try:
        worker = _Worker(database, month, sending, transport, progress)
        while worker.step():
            pass
        return worker.campaign().state
    finally:
        transport.finish()


class _Worker:
    def __init__(
        self,
        database: Database,
        month: Month,
        sending: Sending,
        transport: Transport,
        progress: Callable[[int], None],
    ) -> None:
        self._database = database
        self._month = month
        self._sending = sending
        self._transport = transport
        self._progress = progress
        self._editions: dict[tuple[str, EditionKey], Edition] = {}
        self._refusals = 0

    def campaign(self) -> Campaign:
        with self._database.read() as connection:
            return found(connection, self._month)

    def step(self) -> bool:
        """Do one thing; False if nothing is left that this worker could do."""
        settle(self._database, self._month, self._transport)
        claim = self._claim()
        if claim is not None:
            self._hand_over(claim)
            return True
        with self._database.write() as connection:
            campaign = found(connection, self._month)
            if campaign.state is not CampaignState.SENDING:
                return False
            if campaigns.finish_if_done(connection, campaign.id, self._database.now(connection)):
                return False
            if not outbox.open_attempts(connection, campaign.id):
                return True  # a batch came back meanwhile
        self._sending.wait(1.0)  # another worker is at it: it finishes, or its lease runs out
        return True

    def _claim(self) -> Claim | None:
        with self._database.write() as connection:
            campaign = found(connection, self._month)
            if campaign.state is not CampaignState.SENDING:
                return None
            now = self._database.now(connection)
            owner, lease = self._sending.owner, self._sending.lease
            claim = outbox.claim(connection, campaign.id, owner=owner, lease=lease, now=now)
            if claim is not None and (claim.hash, claim.key) not in self._editions:
                self._editions[claim.hash, claim.key] = issues.edition(connection, claim.hash, claim.key)
            return claim

    def _hand_over(self, claim: Claim) -> None:
        batch = self._batch(claim)
        try:
            answer = self._transport.hand_over(batch, lambda _answers: None)
        except NotAccepted as refusal:
            self._give_back(claim, refusal)
            return
        with self._database.write() as connection:
            now = self._database.now(connection)
            outbox.accepted(
                connection, claim.attempt_id, message_id=answer.message_id, rejected=answer.rejected, now=now
            )
        self._refusals = 0
        self._progress(len(batch.recipients))

    def _give_back(self, claim: Claim, refusal: NotAccepted) -> None:
        self._refusals += 1
        with self._database.write() as connection:
            now = self._database.now(connection)
            outbox.not_accepted(connection, claim.attempt_id, detail=str(refusal), now=now)
            if self._refusals >= _PATIENCE:
                campaign = found(connection, self._month)
                campaigns.set_state(connection, campaign.id, CampaignState.HELD, reason=str(refusal), now=now)
                return
        self._sending.wait(refusal.retry_after if refusal.retry_after is not None else 2.0**self._refusals / 4)

    def _batch(self, claim: Claim) -> Batch:
        base_url = self._sending.newsletter.base_url
        language = claim.key.language
        recipients = [
            Recipient(
                delivery_id=delivery,
                address=address,
                name=name,
                greeting=greeting(name, language, self._sending.renderer),
                unsubscribe_url=unsubscribe_url(base_url, self._sending.sign(subscriber)),
            )
            for delivery, subscriber, address, name in claim.recipients
        ]
        return Batch(claim.attempt_id, self._editions[claim.hash, claim.key], recipients)


def found(connection: Connection, month: Month) -> Campaign:
    """The campaign of *month*.

    Raises:
        NotFound: There is none.
    """
    campaign = campaigns.find(connection, month)
    if campaign is None:
        raise NotFound(f"{month} has no campaign: run `digest send {month}`")
    return campaign
