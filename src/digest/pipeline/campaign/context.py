"""How to hand over: the values of the configuration and what `bootstrap` wired."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from digest.delivery.handover import Transport
from digest.issue.newsletter import Newsletter
from digest.months import Month
from digest.pipeline.campaign.high_water import HighWater
from digest.pipeline.campaign.threads import RequestThreads
from digest.rendering.environment import Renderer


@dataclass(frozen=True)
class Sending:
    """
    Attributes:
        transport: Opens the transport for the campaign of a month.
        unsubscribe_signer: Makes the token of the unsubscribe link from a subscriber's id. It never expires.
        preferences_signer: Takes the date of a mail, and returns a function that makes the token of its preferences
            link from a subscriber's id. It expires.
        owner: The name of this process, from `digest.pipeline.process.this_process`.
        wait: Sleeps for that many seconds.
        jitter: A random number, evenly from 0 to 1.
        in_flight: The most requests of one worker at once.
        rate: Recipients a second, of all workers together; 0: no limit.
        deadline: Seconds within which a request must end; less than *lease*.
        high_water: Keeps the newest attempt outside the database; None if the database can't lose commits.
        resend_after: How long a doubt waits for evidence before the batch goes again; None: a person decides.
        threads: Makes the threads for that many requests at a time.
    """

    transport: Callable[[Month], Transport]
    newsletter: Newsletter
    renderer: Renderer
    unsubscribe_signer: Callable[[int], str]
    preferences_signer: Callable[[dt.datetime], Callable[[int], str]]
    owner: str
    wait: Callable[[float], None]
    jitter: Callable[[], float]
    batch_size: int
    in_flight: int
    rate: float
    deadline: float
    lease: dt.timedelta
    resend_after: dt.timedelta | None
    require_approval: bool
    high_water: HighWater | None
    threads: Callable[[int], RequestThreads] = RequestThreads

    @property
    def planned_batch_size(self) -> int:
        """The most members of a batch: no more than go in one second, so that a slow rate is even."""
        return min(self.batch_size, max(1, int(self.rate))) if self.rate else self.batch_size
