"""The words of a search: folded, quoted for the index, and what a sentence says of years."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from digest.archive.query import Query

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
_UNFOLDED = (("oe", "œ"), ("ae", "æ"), ("ss", "ß"))  # the index folds accents, but not these
_WORD = re.compile(r"[^\W_]+")
_PIECE = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
_PREFIX = 2  # letters: a shorter word has to occur as it is
_SINCE = re.compile(r"(?:\b(?:since|from|depuis|après|apres|after)\s+)((?:1[5-9]|20)\d\d)\b", re.IGNORECASE)
_UNTIL = re.compile(r"(?:\b(?:until|before|to|avant|jusqu['’]en)\s+)((?:1[5-9]|20)\d\d)\b", re.IGNORECASE)
_SPAN = re.compile(r"\b((?:1[5-9]|20)\d\d)\s*[-–—]\s*((?:1[5-9]|20)\d\d)\b")
_LITTLE = frozenset(
    {"a", "an", "and", "are", "as", "at", "by", "for", "how", "in", "is", "of", "on", "or", "the", "to", "what"}
    | {"au", "aux", "avec", "d", "dans", "de", "des", "du", "en", "est", "et", "l", "la", "le", "les", "ou", "par"}
    | {"pour", "which", "que", "qui", "sont", "sur", "un", "une", "who", "with"}
)


@dataclass(frozen=True)
class SearchTerm:
    """A word or quotation that has to occur, or must not.

    Attributes:
        words: One for a word, more for a quotation; folded.
        is_exact: Quoted: no longer word fits.
    """

    words: tuple[str, ...]
    is_exact: bool = False
    is_excluded: bool = False


def fold(text: str) -> str:
    """Lower case, without accents, ligatures taken apart: what spellings of one word share."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def words_of(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return _WORD.findall(fold(text))


def with_years(query: Query) -> Query:
    """The query with the years that its text names ("since 2020") as limits, where the reader has set none."""
    if query.first_year or query.last_year:
        return query
    text, first, last = query.text, None, None
    if span := _SPAN.search(text):
        text, first, last = _without(text, span), int(span[1]), int(span[2])
    if first is None and (since := _SINCE.search(text)):
        text, first = _without(text, since), int(since[1])
    if last is None and (until := _UNTIL.search(text)):
        text, last = _without(text, until), int(until[1])
    if first and last and first > last:
        first, last = last, first
    return replace(query, text=text, first_year=first, last_year=last)


def terms_of(text: str) -> list[SearchTerm]:
    """The terms of a search: words, "quotations", and -words that must not occur.

    Little words ("of", "les") are left out unless there is nothing else, or they are quoted.
    """
    found = list(_terms(text))
    telling = [term for term in found if term.is_exact or set(term.words) - _LITTLE]
    kept = telling if any(not term.is_excluded for term in telling) else found
    return kept if any(not term.is_excluded for term in kept) else []


def expression(terms: list[SearchTerm], *, every: bool = True) -> str:
    """The terms in the query language of the index; empty if there are none.

    Args:
        every: Each term has to occur; else any of them.

    Source: SQLite, "FTS5 Extension", 3: strings in quotes are never operators.
    """
    wanted = [_quoted(term) for term in terms if not term.is_excluded]
    if not wanted:
        return ""
    unwanted = " ".join(f"NOT {_quoted(term)}" for term in terms if term.is_excluded)
    joined = (" AND " if every else " OR ").join(wanted)
    return f"({joined}) {unwanted}".strip()


def corrected(terms: list[SearchTerm], correct: Callable[[str], str | None]) -> list[SearchTerm]:
    """The terms with each word that *correct* knows better replaced; quotations and exclusions stay as they are."""
    return [term if term.is_exact or term.is_excluded else _corrected(term, correct) for term in terms]


def _corrected(term: SearchTerm, correct: Callable[[str], str | None]) -> SearchTerm:
    return SearchTerm(tuple(correct(word) or word for word in term.words))


def _terms(text: str) -> Iterator[SearchTerm]:
    for match in _PIECE.finditer(text):
        minus, quotation, word = match.groups()
        words = tuple(words_of(quotation if quotation is not None else word))
        if not words:
            continue
        if quotation is not None or minus:
            yield SearchTerm(words, is_exact=quotation is not None, is_excluded=bool(minus))
        else:
            yield from (SearchTerm((one,)) for one in words)


def _quoted(term: SearchTerm) -> str:
    if term.is_exact or len(term.words) > 1:
        return f'"{" ".join(term.words)}"'
    (word,) = term.words
    spelled = [word, *(word.replace(apart, joined) for apart, joined in _UNFOLDED if apart in word)]
    star = "*" if len(word) >= _PREFIX else ""
    options = " OR ".join(f'"{one}"{star}' for one in spelled)
    return f"({options})" if len(spelled) > 1 else options


def _without(text: str, match: re.Match[str]) -> str:
    return " ".join((text[: match.start()] + " " + text[match.end() :]).split())
