"""Campaigns: an audience frozen into batches and deliveries, once a month, and its progress."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Row, and_, case, exists, func, insert, literal, or_, select, update

from digest.delivery.balance import Balance
from digest.delivery.states import BATCH, CAMPAIGN, ONLY_PLANNED, BatchState, CampaignState, HandOver, Skipped, step
from digest.errors import NotFound
from digest.issue.edition import EditionKey
from digest.months import Month
from digest.storage import installation
from digest.storage.db.types import BigKey
from digest.storage.db.upsert import insert_new
from digest.storage.outbox.audience import people, snapshot
from digest.storage.people.reachable import out_of_reach
from digest.storage.tables.outbox import batch, campaign, counter, delivery

_DELIVERIES = "delivery"  # the counter's name
_CLOSED = (BatchState.ACCEPTED, BatchState.SKIPPED)


@dataclass(frozen=True)
class Campaign:
    """The sending of one issue. Times are UTC; `planned` counts deliveries, including skipped ones."""

    id: int
    month: Month
    issue_hash: str
    state: CampaignState
    reason: str | None  # why it is held
    planned: int
    installation: str  # in the Message-IDs of its mails
    created_at: dt.datetime
    finished_at: dt.datetime | None

    @property
    def is_only_planned(self) -> bool:
        """Whether it is held because nobody has started it yet."""
        return self.state is CampaignState.HELD and self.reason == ONLY_PLANNED


@dataclass(frozen=True)
class Audience:
    """Numbers of people: by edition, by the reason they are skipped, and by the reason they are not planned."""

    editions: dict[EditionKey, int]
    skipped: dict[Skipped, int]
    not_planned: Mapping[str, int] = field(default_factory=dict)

    @property
    def planned(self) -> int:
        return sum(self.editions.values()) + sum(self.skipped.values())


@dataclass(frozen=True)
class _Group:
    """The people of one edition, consecutive in the snapshot."""

    language: str
    mask: int
    first: int  # place in the snapshot
    people: int
    number: int  # of its first batch

    def batches(self, size: int) -> list[int]:
        """The sizes of its batches: full ones, then the rest."""
        full, rest = divmod(self.people, size)
        return [size] * full + [rest] * (rest > 0)


def audience(
    connection: Connection,
    issue_hash: str,
    month: Month,
    languages: Sequence[str],
    today: dt.date,
) -> Audience:
    """Count who would get which edition if the issue were sent now; plan nothing. See `plan`."""
    rows = people(issue_hash, month, languages, today).subquery("people")
    columns = (rows.c.language, rows.c.mask, rows.c.reason)
    editions: dict[EditionKey, int] = {}
    skipped: Counter[Skipped] = Counter()
    for language, mask, reason, number in connection.execute(select(*columns, func.count()).group_by(*columns)):
        if reason is None:
            editions[EditionKey(languages[language], mask)] = number
        else:
            skipped[Skipped(reason)] += number
    return Audience(editions, dict(skipped), out_of_reach(connection, today))


def plan(
    connection: Connection,
    month: Month,
    issue_hash: str,
    *,
    batch_size: int,
    languages: Sequence[str],
    now: dt.datetime,
) -> Campaign:
    """
    Freeze the audience of an issue: a delivery for everyone active and not suppressed, in batches of one edition.

    People who are paused in *month*, or who want no issue without a matching article, get a skipped delivery.

    Args:
        issue_hash: The hash of the frozen issue; its editions must be stored.
        batch_size: The most members of a batch; from 1.
        languages: The languages of the editions. A person with another language gets the first.

    Returns:
        The campaign, which is `sending`. If *month* already has a campaign, that one, unchanged.
    """
    values = {
        "month": str(month),
        "hash": issue_hash,
        "state": CampaignState.SENDING,
        "planned": 0,
        "installation": installation.read(connection),
        "created_at": now,
    }
    campaign_id = connection.execute(
        insert_new(connection, campaign).values(values).returning(campaign.c.id)
    ).scalar_one_or_none()
    if campaign_id is not None:
        planned = _take_snapshot(connection, issue_hash, month, languages, now.date())
        groups = _groups(connection, languages, batch_size)
        before = _take_numbers(connection, planned)
        _insert_batches(connection, campaign_id, groups, batch_size, before)
        _insert_deliveries(connection, campaign_id, before)
        snapshot.drop(connection)
        connection.execute(update(campaign).where(campaign.c.id == campaign_id).values(planned=planned))
    found = find(connection, month)
    assert found is not None
    return found


def find(connection: Connection, month: Month) -> Campaign | None:
    """The campaign of *month*, or None if it has not begun."""
    row = connection.execute(select(campaign).where(campaign.c.month == str(month))).one_or_none()
    return None if row is None else _campaign(row)


def months(connection: Connection) -> frozenset[Month]:
    """Every month that has a campaign."""
    return frozenset(Month.parse(month) for month in connection.execute(select(campaign.c.month)).scalars())


def require(connection: Connection, month: Month) -> Campaign:
    """
    Return the campaign of *month*.

    Raises:
        NotFound: *month* has no campaign.
    """
    found = find(connection, month)
    if found is None:
        raise NotFound(f"{month} has no campaign: run `digest send {month}`")
    return found


def lock_state(connection: Connection, campaign_id: int) -> CampaignState:
    """Lock a campaign until the end of the transaction, and return its state."""
    query = select(campaign.c.state).where(campaign.c.id == campaign_id).with_for_update()
    found: CampaignState = connection.execute(query).scalar_one()
    return found


def in_state(connection: Connection, state: CampaignState) -> list[Campaign]:
    """Every campaign in *state*, oldest month first."""
    query = select(campaign).where(campaign.c.state == state).order_by(campaign.c.month)
    return [_campaign(row) for row in connection.execute(query)]


def sending_or_planned(connection: Connection) -> list[Campaign]:
    """Every campaign that `send` would continue without `resume`, oldest month first."""
    only_planned = and_(campaign.c.state == CampaignState.HELD, campaign.c.reason == ONLY_PLANNED)
    wanted = or_(campaign.c.state == CampaignState.SENDING, only_planned)
    return [_campaign(row) for row in connection.execute(select(campaign).where(wanted).order_by(campaign.c.month))]


def set_state(
    connection: Connection, campaign_id: int, new: CampaignState, *, reason: str | None, now: dt.datetime
) -> None:
    """
    Hold, resume, finish or cancel a campaign. *reason* says why it is held; None otherwise.

    Raises:
        NotFound: There is no such campaign.
        Conflict: It can't go from its state to *new*.
    """
    query = select(campaign.c.state).where(campaign.c.id == campaign_id).with_for_update()
    old = connection.execute(query).scalar_one_or_none()
    if old is None:
        raise NotFound(f"there is no campaign {campaign_id}")
    finished_at = now if new in {CampaignState.SENT, CampaignState.CANCELLED} else None
    values = {"state": step(CAMPAIGN, old, new), "reason": reason, "finished_at": finished_at}
    connection.execute(update(campaign).where(campaign.c.id == campaign_id).values(values))


def hold(connection: Connection, campaign_id: int, reason: str, now: dt.datetime) -> None:
    """Hold a campaign that is sending; one that is only planned gets *reason*, any other stays as it is."""
    if lock_state(connection, campaign_id) is CampaignState.SENDING:
        set_state(connection, campaign_id, CampaignState.HELD, reason=reason, now=now)
    else:
        only_planned = (campaign.c.state == CampaignState.HELD, campaign.c.reason == ONLY_PLANNED)
        connection.execute(update(campaign).where(campaign.c.id == campaign_id, *only_planned).values(reason=reason))


def change_reason(connection: Connection, campaign_id: int, reason: str) -> bool:
    """Change the reason for which a campaign is held; False if it has that reason already or is not held."""
    held = (campaign.c.id == campaign_id, campaign.c.state == CampaignState.HELD, campaign.c.reason != reason)
    return connection.execute(update(campaign).where(*held).values(reason=reason)).rowcount == 1


def reopen(connection: Connection, campaign_id: int, reason: str, now: dt.datetime) -> None:
    """Hold a campaign that is sending, or that was sent and has deliveries waiting again."""
    if lock_state(connection, campaign_id) in {CampaignState.SENDING, CampaignState.SENT}:
        set_state(connection, campaign_id, CampaignState.HELD, reason=reason, now=now)


def finish_if_done(connection: Connection, campaign_id: int, now: dt.datetime) -> bool:
    """Mark a sending campaign as sent if nothing is waiting, sending or in doubt; return whether it did."""
    still_open = exists().where(batch.c.campaign_id == campaign_id, batch.c.state.not_in(_CLOSED))
    ended = connection.execute(
        update(campaign)
        .where(campaign.c.id == campaign_id, campaign.c.state == CampaignState.SENDING, ~still_open)
        .values(state=CampaignState.SENT, finished_at=now)
    )
    return ended.rowcount == 1


def balance(connection: Connection, campaign_id: int) -> Balance:
    """
    Count the deliveries in each state. Use a transaction of `Database.read`, which sees one moment.

    Raises:
        NotFound: There is no such campaign.
    """
    planned = connection.execute(select(campaign.c.planned).where(campaign.c.id == campaign_id)).scalar_one_or_none()
    if planned is None:
        raise NotFound(f"there is no campaign {campaign_id}")
    columns = (batch.c.state, batch.c.reason)
    sizes = select(*columns, func.sum(batch.c.size)).where(batch.c.campaign_id == campaign_id).group_by(*columns)
    counts: Counter[str] = Counter()
    because: Counter[str] = Counter()
    for state, reason, size in connection.execute(sizes):
        counts[state.value] += int(size)
        if state is BatchState.SKIPPED:
            because[reason] += int(size)
    own = select(delivery.c.state, delivery.c.reason, func.count()).where(
        delivery.c.campaign_id == campaign_id, delivery.c.state.is_not(None)
    )
    for state, reason, number in connection.execute(own.group_by(delivery.c.state, delivery.c.reason)):
        counts[state.value] += number
        if state is HandOver.SKIPPED:
            because[reason] += number
    return Balance(planned, **{state.value: counts[state.value] for state in HandOver}, skipped_because=dict(because))


def duplicates(connection: Connection, campaign_id: int) -> int:
    """Count deliveries that are proven to have been handed over twice."""
    query = select(func.coalesce(func.sum(batch.c.duplicates), 0)).where(batch.c.campaign_id == campaign_id)
    return int(connection.execute(query).scalar_one())


def cancel(connection: Connection, campaign_id: int, now: dt.datetime) -> None:
    """
    Cancel a campaign: waiting deliveries are skipped; those under way or in doubt still settle.

    Raises:
        NotFound: There is no such campaign.
        Conflict: The campaign is already over.
    """
    waiting = (batch.c.campaign_id == campaign_id, batch.c.state == BatchState.WAITING)
    # locks batches before the campaign, like everything that records an answer
    connection.execute(select(batch.c.id).where(*waiting).order_by(batch.c.id).with_for_update())
    set_state(connection, campaign_id, CampaignState.CANCELLED, reason=None, now=now)
    values = {"state": step(BATCH, BatchState.WAITING, BatchState.SKIPPED), "reason": Skipped.CANCELLED.value}
    connection.execute(update(batch).where(*waiting).values(values))


def correct(connection: Connection, campaign_id: int, issue_hash: str) -> None:
    """Give waiting deliveries the editions of another frozen issue, which must have the same articles."""
    connection.execute(update(campaign).where(campaign.c.id == campaign_id).values(hash=issue_hash))


def _take_snapshot(connection: Connection, name: str, month: Month, languages: Sequence[str], today: dt.date) -> int:
    rows = people(name, month, languages, today).subquery("people")
    # the order of the batches, and of the indexes that the deliveries go into
    ordered = select(rows).order_by(rows.c.reason, rows.c.language, rows.c.mask, rows.c.subscriber_id)
    snapshot.create(connection)
    connection.execute(insert(snapshot).from_select(["subscriber_id", "language", "mask", "reason"], ordered))
    planned: int = connection.execute(select(func.coalesce(func.max(snapshot.c.place), 0))).scalar_one()
    return planned


def _groups(connection: Connection, languages: Sequence[str], batch_size: int) -> list[_Group]:
    first = func.min(snapshot.c.place)
    query = (
        select(snapshot.c.language, snapshot.c.mask, first, func.count())
        .where(snapshot.c.reason.is_(None))
        .group_by(snapshot.c.language, snapshot.c.mask)
        .order_by(first)
    )
    groups: list[_Group] = []
    number = 1
    for language, mask, place, size in connection.execute(query):
        groups.append(_Group(languages[language], mask, place, size, number))
        number += len(groups[-1].batches(batch_size))
    return groups


def _take_numbers(connection: Connection, count: int) -> int:
    """Reserve *count* consecutive delivery ids, which are never used again; return the id before the first."""
    connection.execute(insert_new(connection, counter).values(name=_DELIVERIES, value=0))
    taken = update(counter).where(counter.c.name == _DELIVERIES).values(value=counter.c.value + count)
    last: int = connection.execute(taken.returning(counter.c.value)).scalar_one()
    return last - count


def _insert_batches(
    connection: Connection, campaign_id: int, groups: Sequence[_Group], batch_size: int, before: int
) -> None:
    rows = [
        {
            "campaign_id": campaign_id,
            "number": group.number + place,
            "language": group.language,
            "mask": group.mask,
            "size": size,
            "state": BatchState.WAITING,
            "first_delivery": before + group.first + place * batch_size,
            "last_delivery": before + group.first + place * batch_size + size - 1,
        }
        for group in groups
        for place, size in enumerate(group.batches(batch_size))
    ]
    if rows:
        connection.execute(insert(batch), rows)


def _insert_deliveries(connection: Connection, campaign_id: int, before: int) -> None:
    columns = ["id", "campaign_id", "subscriber_id", "state", "reason"]
    state = case((snapshot.c.reason.is_not(None), literal(HandOver.SKIPPED.value)))
    number = literal(before, BigKey) + snapshot.c.place
    mine = literal(campaign_id, BigKey)
    query = select(number, mine, snapshot.c.subscriber_id, state, snapshot.c.reason).order_by(snapshot.c.place)
    connection.execute(insert(delivery).from_select(columns, query))


def _campaign(row: Row[tuple[object, ...]]) -> Campaign:
    values = dict(row._mapping)  # noqa: SLF001  public in spite of its name
    issue_hash = values.pop("hash")
    return Campaign(**{**values, "month": Month.parse(row.month), "issue_hash": issue_hash})
