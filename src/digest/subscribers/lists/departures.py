"""What the columns of a row together say about whether its person has left."""

from collections.abc import Sequence
from dataclasses import dataclass

from digest.subscribers.lists.formats import Layout, LeavingColumn, OnUnclear
from digest.subscribers.lists.leaving import UNCLEAR, UNMISTAKABLE, Departed, gravest

_REMEMBERED = 20_000  # different combinations of cells
_SHOWN = 60  # characters of an unclear value


@dataclass(frozen=True, slots=True)
class Standing:
    """Why a person has left, if any column says so; else which values are ambiguous.

    Attributes:
        problems: Why the row is refused.
        unclear: Columns and values that stop an import before it begins.
    """

    departed: Departed | None = None
    problems: tuple[str, ...] = ()
    unclear: tuple[tuple[str, str], ...] = ()


_STAYS = Standing()


class Departures:
    """Reads from the cells of a row whether its person has left. Results are cached."""

    def __init__(self, layout: Layout) -> None:
        self._columns = layout.leaving
        self._positions = [column.position for column in layout.leaving]
        self._others = layout.others
        self._format = layout.format
        self._placeholder = f"@{layout.placeholder}" if layout.placeholder else ""
        self._known: dict[tuple[str, ...], Standing] = {}

    def __call__(self, cells: Sequence[str]) -> Standing:
        standing = self._of_columns(cells) if self._columns else _STAYS
        others = [cells[position] for position in self._others]
        if any(others) and (word := gravest(_unmistakable(others))):
            return Standing(gravest(reason for reason in (standing.departed, word) if reason))
        return standing

    def of_address(self, address: str) -> Departed | None:
        """The reason if the address is a placeholder for someone who asked for deletion; else None."""
        return Departed.ABSENT if self._placeholder and address.endswith(self._placeholder) else None

    def _of_columns(self, cells: Sequence[str]) -> Standing:
        texts = tuple([cells[position] for position in self._positions])
        known = self._known.get(texts)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[texts] = self._read(texts)
        return known

    def _read(self, texts: Sequence[str]) -> Standing:
        said = [(column, text, column.meaning.verdict(text)) for column, text in zip(self._columns, texts, strict=True)]
        if departed := gravest(verdict for _, _, verdict in said if isinstance(verdict, Departed)):
            return Standing(departed)
        unclear = [(column, text) for column, text, verdict in said if verdict is UNCLEAR]
        return Standing(
            None,
            tuple(self._problem(*one) for one in unclear if one[0].on_unclear is not OnUnclear.IGNORE),
            tuple((column.name, text) for column, text in unclear if column.on_unclear is OnUnclear.STOP),
        )

    def _problem(self, column: LeavingColumn, text: str) -> str:
        where = f" in exports of {self._format}" if self._format else ""
        return f"{column.name}: {text[:_SHOWN]!r} is ambiguous{where}: this person may have unsubscribed"


def _unmistakable(texts: Sequence[str]) -> list[Departed]:
    words = [text.strip().casefold() for text in texts if text]
    return [UNMISTAKABLE[word] for word in words if word in UNMISTAKABLE]
