"""One cell of a list: from text to what it means. Each raises ValueError if it means nothing."""

import csv
import datetime as dt
import re
import unicodedata

from digest.months import Month
from digest.subscribers.signup import parse_name
from digest.subscribers.subscriber import NoMatch
from digest.topics import Taxonomy

_TIME = r"[T ]\d\d:?\d\d(?::?\d\d(?:[.,]\d+)?)?"
_ZONE = r" ?(?:Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)"
_DAY = re.compile(rf"(\d{{4}}-\d\d-\d\d|\d{{8}})(?:{_TIME}(?:{_ZONE})?)?", re.IGNORECASE | re.ASCII)


def plain(text: str) -> str:
    """A word without case, accents, hyphens and dots: how names of columns and words in them are compared."""
    letters = unicodedata.normalize("NFKD", text.strip().casefold())
    kept = "".join(" " if letter in "-_." else letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(kept.split())


def read_name(text: str) -> str:
    """A person's name, or the source of a consent; see `parse_name`."""
    return parse_name(text)


def read_topics(text: str, taxonomy: Taxonomy) -> frozenset[str]:
    """Slugs, names or aliases of topics, separated by `;`. Empty: every topic."""
    found = {word.strip(): taxonomy.resolve(word) for word in text.split(";") if word.strip()}
    unknown = [f"{word!r}" + _hint(taxonomy.nearest(word)) for word, slug in found.items() if slug is None]
    if unknown:
        remedy = "`digest topics` lists all topics" if ";" in text or "," not in text else "separate topics by `;`"
        raise ValueError(f"unknown topic {', '.join(unknown)}: {remedy}")
    return frozenset(slug for slug in found.values() if slug)


def read_tags(text: str, taxonomy: Taxonomy) -> tuple[frozenset[str], tuple[str, ...]]:
    """The topics among the words of another program, separated by `;` or `,`, perhaps quoted; and the other words."""
    separator = ";" if ";" in text else ","
    cells = next(csv.reader([" ".join(text.split())], delimiter=separator, skipinitialspace=True), [])
    words = [cell.strip() for cell in cells if cell.strip()]
    found = {word: taxonomy.resolve(word) for word in words}
    return (
        frozenset(slug for slug in found.values() if slug),
        tuple(word for word, slug in found.items() if slug is None),
    )


def read_language(text: str, languages: tuple[str, ...]) -> str:
    """One of *languages*; the first if empty. A region is ignored: `fr-CA` is `fr`."""
    language = text.strip().lower().replace("_", "-").split("-")[0]
    if language and language not in languages:
        raise ValueError(f"{text!r} is not one of {', '.join(languages)}")
    return language or languages[0]


def read_no_match(text: str) -> NoMatch:
    """`nothing` or `whole`; `nothing` if empty."""
    try:
        return NoMatch(text.strip().lower() or NoMatch.NOTHING)
    except ValueError:
        raise ValueError(f"{text!r} is neither `nothing` nor `whole`") from None


def read_month(text: str) -> Month | None:
    """A month, `YYYY-MM`; None if empty."""
    return Month.parse(text.strip()) if text.strip() else None


def read_date(text: str, today: dt.date | None = None) -> dt.date | None:
    """A day, `YYYY-MM-DD`, with or without a time and a zone; None if empty. Not after *today*, if that is given."""
    if not text.strip():
        return None
    found = _DAY.fullmatch(text.strip())
    try:
        date = dt.date.fromisoformat(found[1] if found else "")
    except ValueError:
        raise ValueError(f"{text!r} is not a date: write it as YYYY-MM-DD") from None
    if today and date > today + dt.timedelta(days=1):  # somewhere it is tomorrow already
        raise ValueError(f"{text!r} is in the future")
    return date


def _hint(nearest: str | None) -> str:
    return f" (did you mean {nearest}?)" if nearest else ""
