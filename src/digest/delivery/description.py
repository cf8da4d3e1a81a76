"""What a transport says about itself, so that nothing else has to know its name."""

from dataclasses import dataclass
from enum import StrEnum


class EventSource(StrEnum):
    """How reports about mail that was handed over reach us."""

    WEBHOOK = "webhook"  # the provider posts them
    PULLED = "pulled"  # we fetch them
    NONE = "none"


@dataclass(frozen=True)
class TransportDescription:
    """What one configured transport does.

    Attributes:
        name: The value of `delivery.transport`. It also names the circuit breaker that all workers share.
        destination: Completes "Send 2026-11 to 12 subscribers, ...": `through mail.example.org`.
        leaves_machine: Whether mail goes to real people, so that sample identities and http:// links are refused.
        one_by_one: Whether it reports each recipient, in order, before the next message goes out. Then at most one
            recipient of a lost attempt is in doubt: the first without a report. Otherwise nothing is reported, and
            the answer is about the whole batch.
        has_evidence: Whether `Transport.evidence` can say what an earlier attempt handed over.
        events: How later reports arrive, with this configuration.
        no_events: Why none arrive; empty unless `events` is NONE.
    """

    name: str
    destination: str
    leaves_machine: bool
    one_by_one: bool
    has_evidence: bool
    events: EventSource
    no_events: str = ""

    @property
    def no_evidence(self) -> str:
        """Why nothing more will be known about a request in doubt; empty if evidence may still arrive."""
        return "" if self.has_evidence or self.events is not EventSource.NONE else self.no_events
