"""What the sentence of a reader says of years, types of research and topics."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from digest.archive.query import Query
from digest.archive.terms import LITTLE, Keys, fold, stem, words_of
from digest.topics import Taxonomy, Term

_SINCE = re.compile(r"(?:\b(?:since|from|depuis|après|apres|after)\s+)((?:1[5-9]|20)\d\d)\b", re.IGNORECASE)
_UNTIL = re.compile(r"(?:\b(?:until|before|to|avant|jusqu['’]en)\s+)((?:1[5-9]|20)\d\d)\b", re.IGNORECASE)
_SPAN = re.compile(r"\b((?:1[5-9]|20)\d\d)\s*[-–—]\s*((?:1[5-9]|20)\d\d)\b")
_RUN = re.compile(r'-?"[^"]*"|(?:^|(?<=\s))-\S+')  # quotations and exclusions: they are left as they are
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class SearchNames:
    """The names that a search knows.

    Attributes:
        topics: The words of a topic's name, by the stems of the telling words of each of its names. A name of one word
            is left out: it is found like any word.
        types: Slugs by the stems of the words of each name with which theirs begin: "meta-analysis" is also the
            beginning of "meta-analysis of associations".
    """

    topics: Keys
    types: Keys

    @classmethod
    def of(cls, taxonomy: Taxonomy) -> "SearchNames":
        topics = {
            key: tuple(words_of(topic.name.get("en") or topic.slug))
            for topic in reversed(taxonomy.topics)
            for key in (tuple(stem(word) for word in words if word not in LITTLE) for words in _names(topic))
            if len(key) > 1
        }
        stems = {kind.slug: [tuple(map(stem, words)) for words in _names(kind)] for kind in taxonomy.research_types}
        types = {
            key: tuple(slug for slug, keys in stems.items() if any(one[: len(key)] == key for one in keys))
            for keys in stems.values()
            for key in keys
        }
        return cls(topics, types)


def understood(query: Query, names: SearchNames) -> Query:
    """The query with the years and types of research that its text names as filters, where the reader has set none."""
    return with_types(with_years(query), names)


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


def with_types(query: Query, names: SearchNames) -> Query:
    """The query with the types of research that its text names ("meta-analyses on ...") as a filter."""
    if query.types:
        return query
    text, slugs = query.text, list[str]()
    for start, end, found in reversed(list(_types(text, names))):
        text = f"{text[:start]} {text[end:]}"
        slugs.extend(found)
    return replace(query, text=_trimmed(text), types=tuple(dict.fromkeys(slugs))) if slugs else query


def _types(text: str, names: SearchNames) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Where the text names types of research, and which."""
    left_alone = [match.span() for match in _RUN.finditer(text)]
    words = [word for word in _WORD.finditer(text) if not any(a <= word.start() < b for a, b in left_alone)]
    stems = [stem(fold(word[0])) for word in words]
    longest = max(map(len, names.types), default=0)
    at = 0
    while at < len(words):
        for end in range(min(len(words), at + longest), at, -1):
            if found := names.types.get(tuple(stems[at:end])):
                yield words[at].start(), words[end - 1].end(), found
                at = end
                break
        else:
            at += 1


def _trimmed(text: str) -> str:
    """The text without little words at its ends."""
    words = text.split()
    while words and fold(words[0]) in LITTLE:
        words.pop(0)
    while words and fold(words[-1]) in LITTLE:
        words.pop()
    return " ".join(words)


def _names(one: Term) -> Iterator[list[str]]:
    for name in (*one.name.values(), *getattr(one, "aliases", ())):
        if words := words_of(name):
            yield words


def _without(text: str, match: re.Match[str]) -> str:
    return " ".join((text[: match.start()] + " " + text[match.end() :]).split())
