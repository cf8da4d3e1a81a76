"""Which column of a list means what: our own lists, and those that other programs write."""

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from digest.subscribers.lists.cells import plain
from digest.subscribers.lists.exports import Export, recognise
from digest.subscribers.lists.fields import COLUMNS, Field
from digest.subscribers.lists.leaving import Meaning, hinted, suspected

__all__ = ["COLUMNS", "Field", "Layout", "LeavingColumn", "OnUnclear", "read_header"]


class OnUnclear(Enum):
    """What to do about an unclear value in a column that may say who has left."""

    STOP = "stop"  # import nothing until someone has checked the column
    REFUSE = "refuse"  # refuse the row
    IGNORE = "ignore"  # ignore the value; clear values still count


@dataclass(frozen=True)
class LeavingColumn:
    """A column that says, or may say, who has left; its position counts from 0."""

    name: str
    position: int
    meaning: Meaning
    on_unclear: OnUnclear


@dataclass(frozen=True)
class Layout:
    """What the header line of a list says.

    Attributes:
        format: Which program wrote the list; empty: any.
        width: Number of columns.
        positions: The column of each field, from 0.
        unused: Unused columns, each with the field that it probably means, or None.
        leaving: Columns that say who has left.
        others: Positions of columns without a meaning, which may still contain an unmistakable word.
        silent: What such a list lacks about people who have left; empty if nothing is known to be missing.
        placeholder: The domain of addresses that replace those of people who asked for deletion; empty if none.
    """

    format: str
    width: int
    positions: Mapping[Field, int]
    unused: Mapping[str, Field | None]
    leaving: tuple[LeavingColumn, ...] = ()
    others: tuple[int, ...] = ()
    silent: str = ""
    placeholder: str = ""

    def __contains__(self, field: Field) -> bool:
        return field in self.positions


_ALIASES = {
    Field.EMAIL: (
        "e mail", "mail", "email address", "e mail address", "courriel", "adresse courriel", "adresse de courriel",
        "adresse e mail", "adresse email",
    ),
    Field.NAME: ("full name", "display name", "nom complet", "nom"),
    Field.LANGUAGE: ("langue", "lang", "preferred language", "locale"),
    Field.TOPICS: ("topic", "sujets", "sujet", "themes", "theme"),
    Field.TAGS: ("tag", "labels", "label", "interests", "interets"),
    Field.NO_MATCH: ("no match",),
    Field.PAUSED_UNTIL: ("paused until", "pause until", "pause"),
    Field.SOURCE: ("consent source", "source du consentement", "provenance"),
    Field.DATE: ("consent date", "date du consentement", "date of consent"),
    Field.CONSENT_UNTIL: ("consent until",),
    Field.FIRST_NAME: ("first name", "firstname", "given name", "fname", "prenom"),
    Field.LAST_NAME: ("last name", "lastname", "surname", "family name", "lname", "nom de famille"),
}  # fmt: skip
_OURS = ("email", "name", "language", "topics", "source", "date", "tags")
_WORDS = {word: field for field, words in _ALIASES.items() for word in words} | {word: Field(word) for word in _OURS}


def read_header(names: Sequence[str], ignored: Collection[str] = ()) -> Layout:
    """
    Find the meaning of each column by its name in English or French, ignoring case, accents and hyphens.

    Args:
        ignored: Names of columns whose unclear values are known to say nothing about leaving.

    Raises:
        ValueError: No column has the address, two columns mean the same, or one of *ignored* can't be ignored.
    """
    words = [plain(name) for name in names]
    header = _Header(words, names, recognise(words))
    positions = header.positions()
    if Field.EMAIL not in positions:
        raise ValueError(_no_address(names))
    header.check_ignored(ignored, positions)
    taken = set(positions.values())
    leaving = tuple(header.leaving(taken, {plain(name) for name in ignored}))
    taken |= {column.position for column in leaving}
    return Layout(
        header.export.name,
        len(names),
        positions,
        header.unused(taken, positions),
        leaving,
        tuple(position for position in range(len(names)) if position not in taken),
        header.export.silent,
        header.export.placeholder,
    )


@dataclass(frozen=True)
class _Header:
    """The names of the columns, spelled by `plain` and as they are, and the program that they point at."""

    words: Sequence[str]
    names: Sequence[str]
    export: Export

    def positions(self) -> dict[Field, int]:
        known = {**_WORDS, **self.export.columns}
        found: dict[Field, int] = {}
        for position, word in enumerate(self.words):
            meant = None if word in self.export.leaving else known.get(word)
            if meant is None:
                continue
            if meant in found:
                there, here = self.names[found[meant]].strip(), self.names[position].strip()
                raise ValueError(f"the columns `{there}` and `{here}` both mean `{meant}`: rename one of them")
            found[meant] = position
        _part_names(self.words, found)
        return found

    def leaving(self, taken: Collection[int], ignored: Collection[str]) -> list[LeavingColumn]:
        found = []
        for position, word in enumerate(self.words):
            if position not in taken and (read := self._meaning(word, ignored)):
                found.append(LeavingColumn(self.names[position].strip(), position, *read))
        return found

    def _meaning(self, word: str, ignored: Collection[str]) -> tuple[Meaning, OnUnclear] | None:
        if sure := self.export.leaving.get(word):
            return sure, OnUnclear.REFUSE
        if word in self.export.harmless:
            return None
        if likely := suspected(word):
            return likely, OnUnclear.IGNORE if word in ignored else OnUnclear.STOP
        perhaps = hinted(word)
        return (perhaps, OnUnclear.IGNORE) if perhaps else None

    def check_ignored(self, ignored: Collection[str], positions: Mapping[Field, int]) -> None:
        for name in ignored:
            word = plain(name)
            if word not in self.words:
                raise ValueError(
                    f"--ignore-column {name}: there is no such column; the columns are {_listed(self.names)}"
                )
            if word in self.export.leaving:
                raise ValueError(
                    f"--ignore-column {name}: in an export of {self.export.name} this column says who has left, "
                    "so it cannot be ignored"
                )
            meant = next((meant for meant, place in positions.items() if self.words[place] == word), None)
            if meant:
                raise ValueError(f"--ignore-column {name}: `{meant}` is read from this column, so it cannot be ignored")

    def unused(self, taken: Collection[int], positions: Mapping[Field, int]) -> dict[str, Field | None]:
        return {
            name.strip(): None if self.export.name else _nearest(word, positions)
            for position, (name, word) in enumerate(zip(self.names, self.words, strict=True))
            if word and position not in taken
        }


def _part_names(words: Sequence[str], positions: dict[Field, int]) -> None:
    """In French, `nom` beside `prénom` is the family name."""
    name = positions.get(Field.NAME)
    if name is not None and words[name] == "nom" and Field.FIRST_NAME in positions:
        positions.setdefault(Field.LAST_NAME, positions.pop(Field.NAME))


def _nearest(word: str, taken: Mapping[Field, int]) -> Field | None:
    known = [known for known, field in _WORDS.items() if field not in taken]
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.75)
    return _WORDS[close[0]] if close else None


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name.strip()[:40]}`" for name in names[:20])


def _no_address(names: Sequence[str]) -> str:
    if any("@" in name for name in names):
        return "the first line must name the columns, but it contains an address: add a line `email,name` above it"
    return f"the first line must name the columns and include `email`; it has {_listed(names) or 'nothing'}"
