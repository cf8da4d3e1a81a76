"""What the functions about subscribers work with."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from digest.issue.consent import consent_wording
from digest.issue.newsletter import Newsletter
from digest.rendering.environment import Renderer
from digest.subscribers.consent import ConsentWording
from digest.tokens import LIFETIMES, Keys, Purpose, dated_signer


@dataclass(frozen=True)
class PeopleContext:
    """How subscribers are identified, what they agree to, and how their links are made.

    Attributes:
        identify: Hashes an address.
        record_network: Whether the network address of a sign-up goes into the consent record.
        remember: Called with the hash and the time of each erasure, so that a restored backup can be repaired.
    """

    identify: Callable[[str], str]
    newsletter: Newsletter
    renderer: Renderer
    keys: Keys
    record_network: bool = False
    remember: Callable[[str, dt.datetime], None] = lambda _hash, _time: None

    def wording(self, language: str) -> ConsentWording:
        """What a person agrees to by signing up in *language*."""
        return consent_wording(self.newsletter, language, self.renderer)

    def link(self, purpose: Purpose, subject: int, now: dt.datetime) -> str:
        """The token of a link made *now*, which ends after its usual time."""
        return self.link_until(purpose, subject, now + LIFETIMES[purpose])

    def link_until(self, purpose: Purpose, subject: int, end: dt.datetime) -> str:
        """The token of a link that ends at *end*."""
        return dated_signer(self.keys.sign, purpose)(subject, int(end.timestamp()))
