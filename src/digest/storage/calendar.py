"""The calendar: actions that happen once for each month, by whichever process wakes first."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, or_, select, update

from digest.months import Month
from digest.storage.db.upsert import insert_new
from digest.storage.tables.calendar import CalendarState, calendar, calendar_start


@dataclass(frozen=True)
class CalendarRow:
    """One action of one month. Times are UTC."""

    action: str
    month: Month
    state: CalendarState
    due_at: dt.datetime
    owner: str
    lease_until: dt.datetime
    reason: str | None  # why it is held
    done_at: dt.datetime | None


def begin(
    connection: Connection,
    action: str,
    month: Month,
    *,
    due_at: dt.datetime,
    owner: str,
    lease: dt.timedelta,
    now: dt.datetime,
    gone: str | None = None,
) -> bool:
    """
    Take the action of *month* until *lease* from now; the owner of a running lease renews it, and a held one is tried
    again.

    Args:
        gone: An owner that has certainly ended: its lease counts as run out.

    Returns:
        False if it is done, or leased by another owner whose lease has not run out. One that ends later than *lease*
        from now counts as run out: the clock was ahead then.
    """
    values = {"state": CalendarState.RUNNING, "due_at": due_at, "owner": owner, "lease_until": now + lease}
    added = connection.execute(insert_new(connection, calendar), {"action": str(action), "month": str(month), **values})
    if added.rowcount == 1:
        return True
    running = calendar.c.state == CalendarState.RUNNING
    owners = [owner] if gone is None else [owner, gone]
    lapsed = or_(calendar.c.lease_until <= now, calendar.c.lease_until > now + lease)
    mine_or_lapsed = and_(running, or_(calendar.c.owner.in_(owners), lapsed))
    taken = connection.execute(
        update(calendar)
        .where(_is(action, month), or_(mine_or_lapsed, calendar.c.state == CalendarState.HELD))
        .values(values)
    )
    return taken.rowcount == 1


def done(connection: Connection, action: str, month: Month, *, owner: str, now: dt.datetime) -> bool:
    """
    Mark the action as done, in the transaction of its effect.

    Returns:
        False if *owner* no longer has it: then the effect must be undone.
    """
    ended = connection.execute(
        update(calendar)
        .where(_is(action, month), calendar.c.state == CalendarState.RUNNING, calendar.c.owner == owner)
        .values(state=CalendarState.DONE, done_at=now, reason=None)
    )
    return ended.rowcount == 1


def hold(
    connection: Connection, action: str, month: Month, *, due_at: dt.datetime, reason: str, now: dt.datetime
) -> None:
    """Leave the action to a person, for *reason*; one that is done stays done."""
    values = {"state": CalendarState.HELD, "reason": reason}
    row = {"action": str(action), "month": str(month), "due_at": due_at, "owner": "", "lease_until": now, **values}
    connection.execute(insert_new(connection, calendar), row)
    connection.execute(
        update(calendar).where(_is(action, month), calendar.c.state != CalendarState.DONE).values(values)
    )


def forget(connection: Connection, month: Month) -> None:
    """Forget why actions of *month* are held: a person has acted, so the calendar decides again."""
    held = calendar.c.state == CalendarState.HELD
    connection.execute(delete(calendar).where(calendar.c.month == str(month), held))


def begun_at(connection: Connection, now: dt.datetime) -> dt.datetime:
    """When the calendar of this database was first asked, at the latest *now*: what was due before is not its job."""
    connection.execute(insert_new(connection, calendar_start), {"id": 1, "begun_at": now})
    ahead = calendar_start.c.begun_at > now  # as the clock was then
    connection.execute(update(calendar_start).where(ahead).values(begun_at=now))
    begun: dt.datetime = connection.execute(select(calendar_start.c.begun_at)).scalar_one()
    return begun


def find(connection: Connection, action: str, month: Month) -> CalendarRow | None:
    """The action of *month*, or None if nobody has begun it."""
    row = connection.execute(select(calendar).where(_is(action, month))).one_or_none()
    return None if row is None else _row(row._mapping)  # noqa: SLF001  public in spite of its name


def rows(connection: Connection, month: Month | None = None) -> list[CalendarRow]:
    """Every action that was begun or held, of one month or of all, newest month first, then by due time."""
    query = select(calendar).order_by(calendar.c.month.desc(), calendar.c.due_at, calendar.c.action)
    if month is not None:
        query = query.where(calendar.c.month == str(month))
    return [_row(row._mapping) for row in connection.execute(query)]  # noqa: SLF001


def _is(action: str, month: Month) -> ColumnElement[bool]:
    return and_(calendar.c.action == str(action), calendar.c.month == str(month))


def _row(values: RowMapping) -> CalendarRow:
    return CalendarRow(**{**values, "month": Month.parse(values["month"])})
