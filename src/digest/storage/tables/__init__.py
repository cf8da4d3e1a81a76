"""Every table, by concept; importing this package registers all of them with `metadata`."""

from digest.storage.tables import issues, notifications, outbox, people
from digest.storage.tables.calendar import calendar
from digest.storage.tables.metadata import metadata

__all__ = ["calendar", "issues", "metadata", "notifications", "outbox", "people"]
