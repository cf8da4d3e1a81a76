"""When the calendar acts: from a rule and a month to an instant."""

import calendar
import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from digest.months import Month

_NTH = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Action(StrEnum):
    """What the calendar does to an issue, in the order in which it happens."""

    ASSEMBLE = "assemble"
    SEND = "send"


@dataclass(frozen=True)
class ScheduleRule:
    """A day of the month and an hour of it.

    Attributes:
        day: 1 to 31, where a shorter month takes its last day; or "first tuesday" to "fourth ...", "last friday".
        hour: 0 to 23, in the schedule's time zone.
    """

    day: int | str
    hour: int


@dataclass(frozen=True)
class Schedule:
    """The rules of every action.

    Attributes:
        lead: How many months the issue's month is after the month in which the actions happen: -1, 0 or 1.
        grace: How late a missed action may still happen without a person.
    """

    rules: dict[Action, ScheduleRule]
    timezone: ZoneInfo
    lead: int
    grace: dt.timedelta

    def due_at(self, action: Action, month: Month) -> dt.datetime:
        """
        Return when *action* is due for the issue of *month*, in UTC.

        If daylight saving skips the hour, the action is due after the change. If it repeats the hour, the action is due
        the first time.
        """
        rule = self.rules[action]
        day = _day(rule.day, month.shift(-self.lead))
        local = dt.datetime.combine(day, dt.time(rule.hour), tzinfo=self.timezone)
        return local.astimezone(dt.UTC)

    def latest(self, action: Action, now: dt.datetime) -> Month:
        """Return the newest month for which *action* is due at *now*."""
        month = Month.of(now.astimezone(self.timezone).date()).shift(self.lead + 1)
        while self.due_at(action, month) > now:
            month = month.shift(-1)
        return month


def _day(day: int | str, month: Month) -> dt.date:
    if isinstance(day, int):
        return month.first_day.replace(day=min(day, calendar.monthrange(month.year, month.number)[1]))
    which, name = day.split()
    weekday = _WEEKDAYS.index(name)
    weeks = calendar.monthcalendar(month.year, month.number)
    days = [week[weekday] for week in weeks if week[weekday]]
    return month.first_day.replace(day=days[_NTH[which]])
