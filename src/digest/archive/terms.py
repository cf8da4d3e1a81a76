"""The words of a search: folded, and quoted for the index."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
_SPELLINGS = (
    *(("oe", "œ"), ("ae", "æ"), ("ss", "ß")),  # the index folds accents, but not these
    *(("behavior", "behaviour"), ("behaviour", "behavior"), ("counsell", "counsel"), ("ise", "ize"), ("ize", "ise")),
    *(("isation", "ization"), ("ization", "isation"), ("dropout", "drop out"), ("followup", "follow up")),
)
_WORD = re.compile(r"[^\W_]+")
_ENDING = re.compile(r"(?:(?<=...)(?:ie|[eiy])?s|(?<=...)(?:ie|[eiy]))$")
_APART = re.compile(r"[^\w-]+")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_PIECE = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
_NEAR = 2  # words between the parts of a compound, such as "alliance and outcome" for "alliance-outcome"
_PREFIX = 4  # letters: a shorter word has to occur as it is; "act" is not meant to find "activity"
_LITTLE_WORDS = """
    a about an and any are as at be been by can did do does for from has have how i in is it its my of on or than that
    the their there these they this to was we were what when where which who why with you your
    article articles find paper papers show studies study summaries summary

    au aux avec c ce ces cette comment d dans de des donc du elle en entre est et il ils j je l la le les leur leurs
    lors mais n ne nos notre ou par pas plus pour pourquoi qu quand que quel quelle quelles quels qui s sa sans se ses
    si son sont sur un une vos votre y etude etudes resume resumes
"""
LITTLE = frozenset(_LITTLE_WORDS.split())
"""Words that say nothing about a study, folded."""

Keys = Mapping[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class SearchTerm:
    """A word, a compound with hyphens, or a quotation that has to occur, or must not.

    Attributes:
        words: One for a word, more for a compound or quotation; folded.
        is_exact: Quoted: no longer word fits.
        topic: The words of the name of the topic that *words* name: an article on it fits as well. Empty: they name
            none.
    """

    words: tuple[str, ...]
    is_exact: bool = False
    is_excluded: bool = False
    topic: tuple[str, ...] = ()


def fold(text: str) -> str:
    """Lower case, without accents, ligatures taken apart: what spellings of one word share."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def words_of(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return _WORD.findall(fold(text))


def stem(word: str) -> str:
    """What singular and plural of a folded word share, in English and French, and both spellings of "randomised"."""
    return _ENDING.sub("", word.replace("isation", "ization").replace("ised", "ized"))


def terms_of(text: str, topics: Keys | None = None) -> list[SearchTerm]:
    """The terms of a search: words, "quotations", and -words that must not occur.

    Little words ("of", "les") are left out unless there is nothing else, or they are quoted.

    Args:
        topics: The words of the names of topics, by the stems of the words of all their names: words of the text that
            name a topic are one term.
    """
    found = list(_terms(text))
    telling = [term for term in found if term.is_exact or set(term.words) - LITTLE]
    kept = telling if any(not term.is_excluded for term in telling) else found
    if not any(not term.is_excluded for term in kept):
        return []
    return list(_named(kept, topics)) if topics else kept


def _named(terms: Sequence[SearchTerm], topics: Keys) -> Iterator[SearchTerm]:
    longest = max(map(len, topics), default=0)
    at = 0
    while at < len(terms):
        for end in range(min(len(terms), at + longest), at, -1):
            some = terms[at:end]
            words = tuple(word for term in some for word in term.words)
            topic = topics.get(tuple(map(stem, words)))
            if topic and not any(term.is_exact or term.is_excluded for term in some):
                yield SearchTerm(words, topic=topic)
                at = end
                break
        else:
            yield terms[at]
            at += 1


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
        if word and (doi := _DOI.search(word)):
            quotation = doi[0]
        words = tuple(words_of(quotation if quotation is not None else word))
        if not words:
            continue
        if quotation is not None or minus:
            yield SearchTerm(words, is_exact=quotation is not None, is_excluded=bool(minus))
        else:
            for part in _APART.split(word):
                if joined := tuple(words_of(part)):
                    yield SearchTerm(joined)


def _quoted(term: SearchTerm) -> str:
    phrase = f'"{" ".join(term.words)}"'
    if term.topic:
        return f'({phrase} OR names : "{" ".join(term.topic)}")'
    if term.is_exact or (term.is_excluded and len(term.words) > 1):
        return phrase
    if len(term.words) > 1:
        apart = " ".join(_spelled(word) for word in term.words)
        return f'(NEAR({apart}, {_NEAR}) OR "{"".join(term.words)}"*)'
    (word,) = term.words
    options = " OR ".join(_spelled(one) for one in _spellings(word))
    return f"({options})" if " OR " in options else options


def _spelled(word: str) -> str:
    return f'"{word}"*' if len(word) >= _PREFIX else f'"{word}"'


def _spellings(word: str) -> list[str]:
    return [word, *(word.replace(one, other) for one, other in _SPELLINGS if one in word)]
