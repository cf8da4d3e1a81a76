"""Parts that many rows share, read once and cached: preferences, and proof of consent."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Generic, TypeVar

from digest.subscribers.consent import ConsentKind
from digest.subscribers.lists import cells as cell
from digest.subscribers.lists.formats import Field, Layout
from digest.subscribers.lists.formulas import unguarded
from digest.subscribers.lists.leaving import UNMISTAKABLE, Departed, gravest
from digest.subscribers.subscriber import Preferences
from digest.topics import Taxonomy

_REMEMBERED = 20_000  # different parts, such as sets of topics
_WISHES = (Field.TOPICS, Field.TAGS, Field.LANGUAGE, Field.NO_MATCH, Field.PAUSED_UNTIL)
_PROOF = (Field.SOURCE, Field.DATE, Field.CONFIRMED, Field.CONSENT_UNTIL)
T = TypeVar("T")


@dataclass(frozen=True)
class Wishes:
    """What a person wants: how the row says it, and which words of another program are no topics.

    Attributes:
        says: See `NewSubscriber`.
        departed: Set if one of these words says that the person is gone.
    """

    problems: tuple[str, ...] = ()
    preferences: Preferences = field(default_factory=Preferences)
    says: frozenset[str] = frozenset()
    tags: tuple[str, ...] = ()
    departed: Departed | None = None


@dataclass(frozen=True)
class Proof:
    """Where and when a person agreed, and for how long."""

    problems: tuple[str, ...] = ()
    source: str = ""
    given_on: dt.date | None = None
    kind: ConsentKind = ConsentKind.EXPRESS
    until: dt.date | None = None


class Remembered(Generic[T]):
    """Reads some cells of a row, with a cache."""

    def __init__(self, layout: Layout, fields: Sequence[Field], read: Callable[[Sequence[str]], T]) -> None:
        self._pick = picker(layout, fields)
        self._read = read
        self._known: dict[tuple[str, ...], T] = {}

    def __call__(self, cells: Sequence[str]) -> T:
        texts = self._pick(cells)
        known = self._known.get(texts)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[texts] = self._read(texts)
        return known


def picker(layout: Layout, fields: Sequence[Field]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Picks the cells of *fields*. Fields without a column get the cell after the last, which is empty."""
    return itemgetter(*(layout.positions.get(one, layout.width) for one in fields))


def wishes_of(layout: Layout, taxonomy: Taxonomy, languages: tuple[str, ...]) -> Remembered[Wishes]:
    """A reader of what people want."""
    says = _says(layout)

    def read(texts: Sequence[str]) -> Wishes:
        topics, tags, language, no_match, paused_until = texts
        problems: list[str] = []
        tagged, others = _try(problems, Field.TAGS, cell.read_tags, tags, taxonomy) or (frozenset(), ())
        departed = gravest(UNMISTAKABLE[tag.casefold()] for tag in others if tag.casefold() in UNMISTAKABLE)
        chosen = _try(problems, Field.TOPICS, cell.read_topics, topics, taxonomy)
        speaks = _try(problems, Field.LANGUAGE, cell.read_language, language, languages)
        otherwise = _try(problems, Field.NO_MATCH, cell.read_no_match, no_match)
        month = _try(problems, Field.PAUSED_UNTIL, cell.read_month, paused_until)
        if problems:
            return Wishes(tuple(problems), departed=departed)
        wanted = Preferences(chosen | tagged, speaks, otherwise, month)
        return Wishes((), wanted, says | {Field.TOPICS.value} if tagged else says, others, departed)

    return Remembered(layout, _WISHES, read)


def proof_of(layout: Layout, source: str, date: dt.date | None, today: dt.date | None) -> Remembered[Proof]:
    """A reader of proofs; *source* and *date* are the defaults."""

    def read(texts: Sequence[str]) -> Proof:
        named, given, confirmed, until = texts
        problems: list[str] = []
        where = _try(problems, Field.SOURCE, cell.read_name, unguarded(named)) or source
        on = _try(problems, Field.DATE, cell.read_date, given if given.strip() else confirmed, today) or date
        ends = _try(problems, Field.CONSENT_UNTIL, cell.read_date, until)
        problems += [] if problems else _unproven(where, on)
        kind = ConsentKind.IMPLIED if ends else ConsentKind.EXPRESS
        return Proof(tuple(problems), where, on, kind, ends)

    return Remembered(layout, _PROOF, read)


def _try(problems: list[str], name: Field, read: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return read(*arguments)
    except ValueError as error:
        problems.append(f"{name}: {error}")
        return None


def _unproven(source: str, given_on: dt.date | None) -> Iterator[str]:
    if not source:
        yield "source: empty: say where this person agreed, here or with --source"
    if not given_on:
        yield "date: empty: say when this person agreed, here or with --date"


def _says(layout: Layout) -> frozenset[str]:
    preferences = (Field.LANGUAGE, Field.TOPICS, Field.NO_MATCH, Field.PAUSED_UNTIL)
    words = [one.value for one in preferences if one in layout]
    named = any(one in layout for one in (Field.NAME, Field.FIRST_NAME, Field.LAST_NAME))
    return frozenset([*words, Field.NAME.value] if named else words)
