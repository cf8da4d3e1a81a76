"""Dates, lists and lines of text, by the conventions of a language."""

import datetime as dt
import re
from collections.abc import Sequence
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from markupsafe import Markup

from digest.characters import visible
from digest.months import Month

# What makes a name look like two in an enumeration, in either language.
_JOINT = re.compile(r",|\b(?:and|or|et|ou)\b", re.IGNORECASE)
_FIRST = re.compile(r"^1\b")  # CLDR has no ordinal for the first of a month
_WORD = re.compile(r"[^\W\d_]+")
# Words of one of the two languages alone; "on", "a", "en" and "son" are words of both.
_LITTLE_WORDS = {
    "en": {"the", "of", "and", "in", "for", "with", "among", "between", "an", "to", "from", "by", "is", "are", "what"},
    "fr": {"le", "la", "les", "l", "du", "d", "des", "et", "une", "dans", "chez", "sur", "pour", "entre", "aux", "par"},
}
# English keeps the comma before "and"; French follows the usage of Canada.
_LOCALES = {"en": "en_US", "fr": "fr_CA"}
CATALOGUES = tuple(_LOCALES)  # the languages in which texts are composed


@cache
def locale(language: str) -> Locale:
    """The locale that mails and pages in *language* follow."""
    return Locale.parse(_LOCALES.get(language, language))


def language_of(text: str, default: str) -> str:
    """
    Guess from its little words whether *text* is English or French; *default* if they do not decide it.

    Args:
        default: A tag such as `fr-CA`.
    """
    words = _WORD.findall(text.casefold())
    counted = {language: sum(word in little for word in words) for language, little in _LITTLE_WORDS.items()}
    most = max(counted, key=lambda language: counted[language])
    is_clear = list(counted.values()).count(counted[most]) == 1
    return most if is_clear and most != default.partition("-")[0] else default


@cache
def direction(language: str) -> str:
    """The writing direction of *language*, a tag such as `fr-CA`: `rtl` or `ltr`."""
    try:
        order = locale(language.partition("-")[0]).character_order
    except (UnknownLocaleError, ValueError):
        return "ltr"
    return "rtl" if order == "right-to-left" else "ltr"


def language_attributes(language: str | None, around: str | None = None) -> Markup:
    """
    The attributes `lang` and `dir` of an element in *language*, each with a space before it.

    Args:
        around: The language of the page around it. If it is the same, or if *language* is None, there are none.
    """
    if not language or language == around:
        return Markup()
    return Markup(' lang="{}" dir="{}"').format(language, direction(language))


def month_name(month: Month, language: str) -> str:
    """Month and year in words: `November 2026`, `novembre 2026`."""
    return str(format_skeleton("yMMMM", month.first_day, locale=locale(language)))


def day_name(day: dt.date, language: str) -> str:
    """A day in words: `November 24, 2026`, `24 novembre 2026`, `1er novembre 2026`."""
    name = str(format_date(day, "long", locale=locale(language)))
    return _FIRST.sub("1er", name) if language == "fr" else name


def join_words(words: Sequence[str], language: str) -> str:
    """
    Join words as a list: `A, B, and C`, `A, B et C`; empty if there are no words.

    If a word contains a comma, "and" or "or", the words are separated by semicolons (`A and B; C`). If a word contains
    a semicolon, they are separated by dots.
    """
    if len(words) > 1 and any(";" in word for word in words):
        return " · ".join(words)
    if len(words) > 1 and any(_JOINT.search(word) for word in words):
        return "; ".join(words)
    return format_list(list(words), locale=locale(language))


def one_line(text: str) -> str:
    """
    Make *text* safe for a header, a subject or a greeting.

    Line breaks become spaces. Control characters and characters that reverse or hide text are removed. Everything that
    `digest.characters` allows in a name stays, such as joined letters, emoji and no-break spaces.
    """
    return visible(text)
