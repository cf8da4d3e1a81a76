"""A transport that must not be used yet: it hands nothing over and says why."""

from collections.abc import Sequence

from digest.delivery.handover import Answer, Batch, Note, Report, Transport
from digest.errors import Refused


class BarredTransport:
    """
    Refuses to hand anything over. Evidence of earlier requests still comes from *behind*.

    Args:
        reason: Why, and what to do.
    """

    def __init__(self, behind: Transport, reason: str) -> None:
        self._behind = behind
        self._reason = reason
        self.description = behind.description

    def hand_over(self, batch: Batch, report: Report) -> Answer:  # noqa: ARG002
        """Raise `Refused`: the campaign is held, and nobody is rejected."""
        raise Refused(self._reason)

    def hand_over_note(self, note: Note) -> Answer:  # noqa: ARG002
        """Raise `Refused`: the notification waits."""
        raise Refused(self._reason)

    def evidence(self, deliveries: Sequence[int]) -> frozenset[int] | None:
        """See `Transport`."""
        return self._behind.evidence(deliveries)

    def finish(self) -> None:
        """See `Transport`."""
        self._behind.finish()
