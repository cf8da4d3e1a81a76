"""The balance of a campaign: everyone in the plan is in exactly one state."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Balance:
    """Numbers of deliveries. `skipped_because` splits `skipped` by reason."""

    planned: int = 0
    waiting: int = 0
    sending: int = 0
    accepted: int = 0
    in_doubt: int = 0
    rejected: int = 0
    skipped: int = 0
    skipped_because: Mapping[str, int] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether the parts add up to the plan."""
        parts = self.waiting, self.sending, self.accepted, self.in_doubt, self.rejected, self.skipped
        return self.planned == sum(parts) and self.skipped == sum(self.skipped_because.values())

    @property
    def open(self) -> int:
        """Deliveries that still keep the campaign from being `sent`."""
        return self.waiting + self.sending + self.in_doubt
