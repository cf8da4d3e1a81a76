"""A subscriber list as CSV: from text to people, and back."""

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from digest.errors import InvalidAddress
from digest.months import Month
from digest.subscribers.address import parse_address
from digest.subscribers.subscriber import NewSubscriber, NoMatch, Preferences, Subscriber
from digest.topics import Taxonomy

COLUMNS = ("email", "name", "language", "topics", "no_match", "paused_until", "source", "date")
T = TypeVar("T")
_PREFERENCES = ("name", "language", "topics", "no_match", "paused_until")
_NAME_LENGTH = 200


@dataclass(frozen=True)
class Row:
    """One row of a list: a person, or what is wrong with it. `line` counts from 1, the header included."""

    line: int
    person: NewSubscriber | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class RowRules:
    """What a row is read against.

    Attributes:
        identify: From an address to its hash.
        source, date: For rows that name none.
    """

    taxonomy: Taxonomy
    languages: tuple[str, ...]
    identify: Callable[[str], str]
    source: str = ""
    date: dt.date | None = None


def read_rows(lines: Iterable[str], rules: RowRules) -> Iterator[Row]:
    """
    Read a list row by row, in constant memory.

    Args:
        lines: The file's lines with their ends (opened with newline=""); a byte order mark is skipped.

    Raises:
        ValueError: There is no header line, or it has no column `email`.

    Columns are found by name, whatever their order and case; unknown ones are ignored. The separator is a comma,
    a semicolon or a tab, whichever the header holds.
    """
    stream = iter(lines)
    header = next(stream, "").lstrip("\ufeff")
    separator = max(",;\t", key=header.count)
    names = [name.strip().lower() for name in next(csv.reader([header], delimiter=separator), [])]
    if "email" not in names:
        raise ValueError("the first line must name the columns, one of them `email`")
    reader = csv.reader(stream, delimiter=separator, strict=True)
    line = 1
    while True:
        start = line + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            line = reader.line_num + 1
            yield Row(start, None, (f"not CSV: {error}: check the quotes",))
            continue
        line = reader.line_num + 1
        if any(cell.strip() for cell in cells[len(names) :]):
            yield Row(start, None, (f"{len(cells)} cells under {len(names)} columns: quote cells with a separator",))
        elif any(cell.strip() for cell in cells):
            yield read_person(dict(zip(names, cells, strict=False)), rules, start)


def read_person(cells: Mapping[str, str], rules: RowRules, line: int = 1) -> Row:
    """Read the cells of one row by column name; missing and empty ones take their defaults."""
    values = {name: cell.strip() for name, cell in cells.items()}
    problems: list[str] = []

    def read(column: str, parse: Callable[[str], T], default: T) -> T:
        try:
            return parse(values[column]) if values.get(column) else default
        except (ValueError, InvalidAddress) as error:
            problems.append(f"{column}: {error}")
            return default

    address = read("email", parse_address, "")
    if not values.get("email"):
        problems.append("email: empty")
    name = read("name", _name, "")
    preferences = Preferences(
        topics=read("topics", lambda text: _topics(text, rules.taxonomy), frozenset()),
        language=read("language", lambda text: _language(text, rules.languages), rules.languages[0]),
        no_match=read("no_match", _no_match, NoMatch.NOTHING),
        paused_until=read("paused_until", Month.parse, None),
    )
    given_on = read("date", _date, rules.date)
    source = read("source", _name, rules.source)
    if problems:
        return Row(line, None, tuple(problems))
    said = frozenset(name for name in _PREFERENCES if name in values)
    return Row(line, NewSubscriber(address, rules.identify(address), name, preferences, source, given_on, says=said))


def _name(text: str) -> str:
    name = " ".join(text.split())
    if len(name) > _NAME_LENGTH or not name.isprintable():
        raise ValueError(f"longer than {_NAME_LENGTH} characters, or holds control characters")
    return name


def _topics(text: str, taxonomy: Taxonomy) -> frozenset[str]:
    found = {word.strip(): taxonomy.resolve(word) for word in text.split(";") if word.strip()}
    unknown = [f"{word!r}" + _hint(taxonomy.nearest(word)) for word, slug in found.items() if slug is None]
    if unknown:
        raise ValueError(f"unknown topic {', '.join(unknown)}: `digest topics` lists them")
    return frozenset(slug for slug in found.values() if slug)


def _hint(nearest: str | None) -> str:
    return f" (did you mean {nearest}?)" if nearest else ""


def _language(text: str, languages: tuple[str, ...]) -> str:
    language = text.lower().replace("_", "-").split("-")[0]
    if language not in languages:
        raise ValueError(f"{text!r} is none of {', '.join(languages)}")
    return language


def _no_match(text: str) -> NoMatch:
    try:
        return NoMatch(text.lower())
    except ValueError:
        raise ValueError(f"{text!r} is neither `nothing` nor `whole`") from None


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date: write it as YYYY-MM-DD") from None


def to_row(subscriber: Subscriber) -> Mapping[str, str]:
    """The row that `read_rows` reads back as this person."""
    chosen = subscriber.preferences
    return {
        "email": subscriber.address,
        "name": subscriber.name,
        "language": chosen.language,
        "topics": ";".join(sorted(chosen.topics)),
        "no_match": chosen.no_match.value,
        "paused_until": str(chosen.paused_until or ""),
        "source": subscriber.source,
        "date": subscriber.given_on.isoformat() if subscriber.given_on else "",
    }
