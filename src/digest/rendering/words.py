"""Words as a language puts them: months, enumerations, and text that fits on one line."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from babel import Locale
from babel.dates import format_skeleton
from babel.lists import format_list

from digest.months import Month

# English keeps the comma before "and"; French follows the usage of Canada.
_LOCALES = {"en": "en_US", "fr": "fr_CA"}
_BREAKS = re.compile(r"[ \t\r\n\v\f\x1c-\x1f\x85\u2028\u2029]+")
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_ZERO_WIDTH = frozenset("\u200b\u2060\ufeff")


@cache
def locale(language: str) -> Locale:
    """The locale whose conventions mails and pages in *language* follow."""
    return Locale.parse(_LOCALES.get(language, language))


def month_name(month: Month, language: str) -> str:
    """Month and year in words: `November 2026`, `novembre 2026`."""
    return str(format_skeleton("yMMMM", month.first_day, locale=locale(language)))


def join_words(words: Sequence[str], language: str) -> str:
    """An enumeration: `A, B, and C`, `A, B et C`; empty if there are no words."""
    return format_list(list(words), locale=locale(language))


def one_line(text: str) -> str:
    """
    Make *text* fit for a header, a subject or a greeting.

    Every line break becomes a space. Other control characters, and marks that reverse or hide what stands beside them,
    are taken out; letters of right-to-left scripts, joined emoji and no-break spaces stay.
    """
    if text.isprintable() and "  " not in text:
        return text.strip()  # nearly every text, and there are a million of them in a campaign
    flat = _BREAKS.sub(" ", text)
    kept = (c for c in flat if unicodedata.category(c) not in {"Cc", "Cs"} and c not in _BIDI and c not in _ZERO_WIDTH)
    return _BREAKS.sub(" ", "".join(kept)).strip()
