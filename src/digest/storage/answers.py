"""What became of each request. Matched by attempt, whenever it comes: nothing that is learnt late is thrown away.

An attempt that is proven accepted makes its batch accepted, whatever was decided about it meanwhile; if another attempt
had been accepted before, the members were handed over twice, and the batch says so.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, exists, select, update

from digest.delivery.states import ATTEMPT, AttemptState, BatchState, HandOver, Skipped, step
from digest.errors import NotFound
from digest.storage import batches
from digest.storage.tables import attempt, batch, delivery

_OPEN = (AttemptState.SENDING, AttemptState.IN_DOUBT)

# What every answer asks is composed once: composing costs more than asking.
_ATTEMPT: Select[Any] = (
    select(attempt.c.id, attempt.c.state, attempt.c.detail, attempt.c.batch_id)
    .where(attempt.c.id == bindparam("attempt"))
    .with_for_update()
)
_child = batch.alias("child")
_UNDER_WAY: Select[Any] = (
    select(attempt.c.id, attempt.c.batch_id)
    .join(batch, batch.c.id == attempt.c.batch_id)
    .where(
        attempt.c.id.in_(bindparam("attempts", expanding=True)),
        attempt.c.state == AttemptState.SENDING,
        batch.c.state == BatchState.SENDING,
        batch.c.attempt_id == attempt.c.id,
        ~exists().where(_child.c.parent_id == batch.c.id),
    )
    .with_for_update()
)
_BESIDE: Select[Any] = (  # where those wait who were dropped before: events come one by one, requests are for many
    select(batch.c.id)
    .where(
        batch.c.parent_id == bindparam("parent_id"),
        batch.c.split_by == bindparam("split_by"),
        batch.c.state == BatchState.WAITING,
        batch.c.attempt_id.is_(None),
        batch.c.first_delivery.is_(None),
    )
    .limit(1)
    .with_for_update()
)
_TAKEN_ATTEMPT = (
    update(attempt)
    .where(attempt.c.id == bindparam("which"))
    .values(state=AttemptState.ACCEPTED, finished_at=bindparam("now"), message_id=bindparam("message"))
)
_TAKEN_BATCH = update(batch).where(batch.c.id == bindparam("which")).values(state=BatchState.ACCEPTED)


@dataclass(frozen=True)
class Taken:
    """The provider took an attempt. `rejected`: deliveries that it refused, each with its reason."""

    attempt_id: int
    message_id: str | None
    rejected: Mapping[int, str]


def accepted_all(conn: Connection, answers: Iterable[Taken], now: dt.datetime) -> None:
    """Write down many acceptances; see `accepted`."""
    by_attempt = {answer.attempt_id: answer for answer in answers}
    plain = [number for number, answer in by_attempt.items() if not answer.rejected]
    found = conn.execute(_UNDER_WAY, {"attempts": plain}).all() if plain else []
    if found:
        said = [{"which": number, "now": now, "message": by_attempt[number].message_id} for number, _ in found]
        conn.execute(_TAKEN_ATTEMPT, said)
        conn.execute(_TAKEN_BATCH, [{"which": number} for _, number in found])
    for number in by_attempt.keys() - {number for number, _ in found}:
        one = by_attempt[number]
        accepted(conn, number, message_id=one.message_id, rejected=one.rejected, now=now)


def accepted(
    conn: Connection, attempt_id: int, *, message_id: str | None, rejected: Mapping[int, str], now: dt.datetime
) -> bool:
    """
    Write down that the provider took an attempt, from its answer or from later evidence. Twice changes nothing.

    Args:
        rejected: Deliveries that it refused, each with its reason.

    Returns:
        False if another attempt of the same people had been accepted before: they were handed over twice.

    Raises:
        NotFound: There is no such attempt.
    """
    row = _attempt(conn, attempt_id)
    if row.state is not AttemptState.ACCEPTED:
        values = {} if message_id is None else {"message_id": message_id}
        _set(conn, attempt_id, state=step(ATTEMPT, row.state, AttemptState.ACCEPTED), finished_at=now, **values)
    return _prove(conn, row.batch_id, attempt_id, rejected)


def not_accepted(
    conn: Connection,
    attempt_id: int,
    *,
    detail: str,
    now: dt.datetime,
    rejected: Mapping[int, str] | None = None,
) -> int | None:
    """
    Write down that an attempt was certainly not taken: the batch waits again. Twice changes nothing.

    Args:
        rejected: Deliveries that are refused for their own sake: they do not wait.

    Returns:
        How many were rejected; None if it was settled otherwise meanwhile: that stays, and only its detail tells.

    Raises:
        NotFound: There is no such attempt.
    """
    row = _attempt(conn, attempt_id)
    if row.state not in _OPEN:
        _remark(conn, row, f"not taken: {detail}")
        return None
    _set(conn, attempt_id, state=AttemptState.NOT_ACCEPTED, finished_at=now, detail=detail)
    home = batches.locked(conn, row.batch_id)
    refused = _reject_all(conn, home, rejected or {})
    if _is_latest(home, attempt_id):
        batches.release(conn, home)
    return refused


def in_doubt(
    conn: Connection,
    attempt_id: int,
    *,
    detail: str,
    now: dt.datetime,
    doubtful: Collection[int] | None = None,
) -> None:
    """
    Write down that nobody knows whether an attempt was taken: it is not handed over again until that is settled.

    Args:
        doubtful: Whom the doubt is about; the other members were certainly not taken and wait again. None: everybody.

    Raises:
        NotFound: There is no such attempt.

    If it was settled meanwhile that stays.
    """
    row = _attempt(conn, attempt_id)
    if row.state not in _OPEN:
        return
    _set(conn, attempt_id, state=AttemptState.IN_DOUBT, finished_at=now, detail=detail)
    home = batches.locked(conn, row.batch_id)
    if not _is_latest(home, attempt_id):
        return
    batches.change(conn, home.id, state=BatchState.IN_DOUBT)
    if doubtful is not None:
        _let_go(conn, home.id, attempt_id, [n for n in batches.members(conn, home.id) if n not in doubtful])


def reported(
    conn: Connection,
    attempt_id: int,
    answers: Mapping[int, str | None],
    *,
    lease_until: dt.datetime,
) -> bool:
    """
    Write down what became of single recipients of an attempt that goes on, and lengthen its lease.

    Args:
        answers: None for taken, else why it was refused.

    Returns:
        False if the attempt is no longer this worker's: nothing more of it may go out.

    Raises:
        NotFound: There is no such attempt.
    """
    row = _attempt(conn, attempt_id)
    home = batches.locked(conn, row.batch_id)
    _reject_all(conn, home, {number: reason for number, reason in answers.items() if reason is not None})
    # if the lease was lost meanwhile, somebody may have moved them to another batch
    for number, some in _by_batch(conn, [number for number, reason in answers.items() if reason is None]).items():
        _take_of(conn, number, attempt_id, some)
    _set(conn, attempt_id, lease_until=lease_until)
    return row.state is AttemptState.SENDING


def settle_by_evidence(
    conn: Connection, attempt_id: int, *, taken: Collection[int], detail: str, now: dt.datetime
) -> None:
    """
    Settle an open attempt of which it is known exactly who was taken: those are accepted, the others wait again.

    Args:
        taken: Deliveries; those of other batches are ignored.

    Raises:
        NotFound: There is no such attempt.

    If it was settled meanwhile that stays.
    """
    row = _attempt(conn, attempt_id)
    if row.state not in _OPEN:
        return
    everyone = batches.members(conn, row.batch_id)
    missing = [number for number in everyone if number not in taken]
    if missing == everyone:
        not_accepted(conn, attempt_id, detail=detail, now=now)
        return
    if missing:
        _let_go(conn, row.batch_id, attempt_id, missing)
    _set(conn, attempt_id, detail=detail)
    accepted(conn, attempt_id, message_id=None, rejected={}, now=now)


def halve(conn: Connection, attempt_id: int, *, detail: str, deeper: int, now: dt.datetime) -> None:
    """
    Put two waiting halves in the place of a batch that was refused as a whole.

    Args:
        deeper: 1 if this counts as one of the halvings that look for a culprit.

    Raises:
        NotFound: There is no such attempt.

    A batch of one, or one whose attempt was settled meanwhile, is left as `not_accepted` leaves it.
    """
    row = _attempt(conn, attempt_id)
    was_open = row.state in _OPEN
    not_accepted(conn, attempt_id, detail=detail, now=now)
    home = batches.locked(conn, row.batch_id)
    everyone = batches.members(conn, home.id)
    if not was_open or home.state is not BatchState.WAITING or len(everyone) < 2:  # noqa: PLR2004
        return
    depth = home.depth + deeper
    for half in (everyone[: len(everyone) // 2], everyone[len(everyone) // 2 :]):
        batches.move(conn, batches.locked(conn, home.id), half, parent_id=home.id, split_by=attempt_id, depth=depth)
    batches.change(conn, home.id, state=BatchState.ACCEPTED, first_delivery=None, last_delivery=None)


def put_off(conn: Connection, attempt_id: int, late: Collection[int], *, detail: str, now: dt.datetime) -> None:
    """
    Write down that an attempt was certainly not taken since some of its people have to wait: they go last of the
    campaign, in a batch of their own, and the others of theirs wait again as before.

    Args:
        late: Deliveries; those of other batches are ignored.

    Raises:
        NotFound: There is no such attempt.

    If it was settled otherwise meanwhile that stays.
    """
    row = _attempt(conn, attempt_id)
    not_accepted(conn, attempt_id, detail=detail, now=now)
    home = batches.locked(conn, row.batch_id)
    everyone = batches.members(conn, home.id)
    some = [number for number in everyone if number in late]
    if row.state not in _OPEN or home.state is not BatchState.WAITING or not some:
        return
    batches.move(conn, home, some, parent_id=home.id, split_by=attempt_id)
    if len(some) == len(everyone):
        batches.change(conn, home.id, state=BatchState.ACCEPTED, first_delivery=None, last_delivery=None)


def wait_again(conn: Connection, deliveries: Collection[int]) -> int:
    """
    Let accepted deliveries wait again: the provider took them and then dropped them unsent.

    Returns:
        How many wait now; deliveries that are not accepted are left as they are. Their campaign may have to go on.
    """
    moved = 0
    for home, some in _by_batch(conn, deliveries).items():
        row = batches.locked(conn, home)
        own = sorted(set(batches.members(conn, home)).intersection(some))
        if row.state is BatchState.ACCEPTED and own:
            # attempts before the one that was dropped were about them too
            came = {"parent_id": home, "split_by": (row.attempt_id or 0) - 1}
            beside = conn.execute(_BESIDE, came).scalar_one_or_none()
            batches.add(conn, row, beside or batches.insert_batch(conn, row, size=0, **came), own)
            moved += len(own)
    return moved


def resend(conn: Connection, attempt_id: int, *, detail: str, now: dt.datetime) -> bool:
    """Decide that an attempt in doubt goes again; False if it is not in doubt any more."""
    if _attempt(conn, attempt_id).state is not AttemptState.IN_DOUBT:
        return False
    not_accepted(conn, attempt_id, detail=detail, now=now)
    return True


def assume_sent(conn: Connection, attempt_id: int, *, detail: str, now: dt.datetime) -> bool:
    """Decide that an attempt in doubt was taken; False if it is not in doubt any more."""
    if _attempt(conn, attempt_id).state is not AttemptState.IN_DOUBT:
        return False
    _set(conn, attempt_id, detail=detail)
    accepted(conn, attempt_id, message_id=None, rejected={}, now=now)
    return True


def give_up(conn: Connection, attempt_id: int, *, detail: str, now: dt.datetime) -> bool:
    """Decide that an attempt in doubt is left alone: skipped; False if it is not in doubt any more."""
    row = _attempt(conn, attempt_id)
    if row.state is not AttemptState.IN_DOUBT:
        return False
    _set(conn, attempt_id, state=AttemptState.NOT_ACCEPTED, finished_at=now, detail=detail)
    home = batches.locked(conn, row.batch_id)
    if _is_latest(home, attempt_id):
        batches.change(conn, home.id, state=BatchState.SKIPPED, reason=Skipped.GIVEN_UP.value)
    return True


def _prove(conn: Connection, batch_id: int, attempt_id: int, rejected: Mapping[int, str]) -> bool:
    home = batches.locked(conn, batch_id)
    first = True
    if home.state is not BatchState.ACCEPTED:
        batches.change(conn, batch_id, state=BatchState.ACCEPTED, attempt_id=attempt_id, reason=None)
        _reject_all(conn, home, rejected)
    elif home.size and home.attempt_id != attempt_id:
        batches.change(conn, batch_id, duplicates=home.size)
        first = False
    # whoever was split off by this attempt, or after it, was in it
    query = select(batch.c.id).where(batch.c.parent_id == batch_id, batch.c.split_by >= attempt_id)
    return all([first, *(_prove(conn, child, attempt_id, rejected) for child in conn.execute(query).scalars().all())])


def _by_batch(conn: Connection, deliveries: Collection[int]) -> dict[int, list[int]]:
    homes: dict[int, list[int]] = {}
    for number, home in batches.batches_of(conn, deliveries).items():
        homes.setdefault(home, []).append(number)
    return dict(sorted(homes.items()))  # in one order, so that two transactions never wait for each other


def _take_of(conn: Connection, batch_id: int, attempt_id: int, some: Collection[int]) -> None:
    home = batches.locked(conn, batch_id)
    taken = sorted(set(batches.members(conn, batch_id)).intersection(some))
    if not taken or (home.state is BatchState.ACCEPTED and home.attempt_id == attempt_id):
        return
    if home.state is BatchState.ACCEPTED:
        batches.change(conn, batch_id, duplicates=batch.c.duplicates + len(taken))
    else:
        _take(conn, home, attempt_id, taken)


def _take(conn: Connection, home: Row[Any], attempt_id: int, taken: Sequence[int]) -> None:
    """Move members that were taken to the accepted batch of this attempt; the range goes on growing."""
    query = select(batch).where(
        batch.c.parent_id == home.id, batch.c.attempt_id == attempt_id, batch.c.state == BatchState.ACCEPTED
    )
    beside = conn.execute(query.order_by(batch.c.id.desc()).limit(1)).one_or_none()
    grows = beside is not None and beside.last_delivery is not None and home.first_delivery == beside.last_delivery + 1
    if beside is None or not grows or list(taken) != batches.members(conn, home.id)[: len(taken)]:
        # if the batch goes again already, that attempt is about them too
        latest = max(attempt_id, home.attempt_id or 0)
        values = {"parent_id": home.id, "split_by": latest, "attempt_id": attempt_id}
        batches.move(conn, home, taken, state=BatchState.ACCEPTED, **values)
        return
    batches.change(conn, beside.id, last_delivery=taken[-1], size=batch.c.size + len(taken))
    batches.shrink(conn, home, taken[-1] + 1, home.last_delivery, by=len(taken))


def _let_go(conn: Connection, batch_id: int, attempt_id: int, untouched: Sequence[int]) -> None:
    """Move members that were certainly not taken to a batch of their own, which waits."""
    if untouched:
        home = batches.locked(conn, batch_id)
        # earlier attempts were about them too
        values = {"parent_id": home.id, "split_by": attempt_id - 1}
        new = batches.move(conn, home, untouched, state=BatchState.IN_DOUBT, **values)
        batches.release(conn, batches.locked(conn, new))


def _is_latest(home: Row[Any], attempt_id: int) -> bool:
    return home.attempt_id == attempt_id and home.state in {BatchState.SENDING, BatchState.IN_DOUBT}


def _attempt(conn: Connection, attempt_id: int) -> Row[Any]:
    row = conn.execute(_ATTEMPT, {"attempt": attempt_id}).one_or_none()
    if row is None:
        raise NotFound(f"there is no attempt {attempt_id}")
    return row


def _remark(conn: Connection, row: Row[Any], remark: str) -> None:
    if remark not in (row.detail or ""):
        _set(conn, row.id, detail="; ".join(filter(None, [row.detail, remark])))


def _reject_all(conn: Connection, home: Row[Any], rejected: Mapping[int, str]) -> int:
    refused = sum(_reject(conn, home, number, reason) for number, reason in rejected.items())
    if refused:
        batches.change(conn, home.id, size=batch.c.size - refused)
    return refused


def _reject(conn: Connection, home: Row[Any], delivery_id: int, reason: str) -> int:
    mine = (delivery.c.id == delivery_id, *batches.inside(home), delivery.c.state.is_(None))
    return conn.execute(update(delivery).where(*mine).values(state=HandOver.REJECTED, reason=reason)).rowcount


def _set(conn: Connection, attempt_id: int, **values: Any) -> None:
    conn.execute(update(attempt).where(attempt.c.id == attempt_id).values(values))
