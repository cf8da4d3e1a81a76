"""How to hand over: the values of the configuration and what `bootstrap` wired."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from digest.delivery.handover import Transport
from digest.issue.newsletter import Newsletter
from digest.months import Month
from digest.pipeline.campaign.hands import Hands
from digest.pipeline.campaign.high_water import HighWater
from digest.rendering.environment import Renderer


@dataclass(frozen=True)
class Sending:
    """
    Attributes:
        sign: Makes the token of the unsubscribe link from a subscriber's id.
        preferences_signer: From the date of a mail, makes the same for the link to the preferences, which expires.
        wait: Sleeps for that many seconds.
        jitter: A random number, evenly from 0 to 1.
        in_flight: The most requests of one worker at once.
        rate: Recipients a second, of all workers together; 0: no limit.
        deadline: Seconds within which a request must end; less than *lease*.
        high_water: Keeps the newest attempt outside the database; None if the database can't lose commits.
        resend_after: How long a doubt waits for evidence before the batch goes again; None: a person decides.
        hands: Makes the threads for that many requests at once.
    """

    transport: Callable[[Month], Transport]
    newsletter: Newsletter
    renderer: Renderer
    sign: Callable[[int], str]
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
    hands: Callable[[int], Hands] = Hands

    @property
    def planned_batch_size(self) -> int:
        """The most members of a batch: no more than go in one second, so that a slow rate is even."""
        return min(self.batch_size, max(1, int(self.rate))) if self.rate else self.batch_size
