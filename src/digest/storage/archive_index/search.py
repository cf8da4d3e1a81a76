"""Finding articles: by words, filters or both, with how many each filter would leave."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from operator import attrgetter

from digest.archive.query import Order, Query
from digest.archive.results import MARK, UNMARK, Hit, Results
from digest.archive.terms import SearchTerm, corrected, expression, terms_of
from digest.archive.understanding import SearchNames, understood
from digest.months import Month
from digest.storage.archive_index.facts import ArticleFacts, Facts
from digest.storage.archive_index.rows import read_entry
from digest.storage.archive_index.schema import WEIGHTS

_SNIPPET_WORDS = 32
_FACETS = {
    "topic": attrgetter("topics"),
    "type": attrgetter("research_type"),
    "author": attrgetter("author_slug"),
    "language": attrgetter("language"),
    "year": attrgetter("year"),
}

Correct = Callable[[str], str | None]
Ranks = Mapping[int, float]


def search(
    connection: sqlite3.Connection,
    facts: Facts,
    query: Query,
    page_size: int,
    names: SearchNames,
    correct: Correct,
    among: Iterable[tuple[Month, str]] | None = None,
    *,
    marked: bool = True,
) -> Results:
    """Find what fits *query*.

    Words that name a topic or a type of research mean articles on it. If there are none, they are words like any other.
    Words that nothing has are corrected; if still nothing has all words, articles with some of them are found.

    Args:
        facts: Of every article of the index.
        correct: The word of the archive that a word was probably meant to be; None if it is one of the archive's, or
            like none.
        among: Months and slugs of the only articles that may be found; None: every article.
        marked: Whether hits show the words that were found; otherwise the beginning of the text.
    """
    query = understood(query, names)
    only = None if among is None else {(str(month), slug) for month, slug in among}
    seen = facts if only is None else {n: one for n, one in facts.items() if (one.month, one.slug) in only}
    return replace(_best(_Searching(connection, seen, page_size, marked), query, names, correct), asked=query)


@dataclass(frozen=True)
class _Searching:
    """A search under way: what stays the same while words are tried.

    Attributes:
        facts: Of the articles that may be found.
    """

    connection: sqlite3.Connection
    facts: Facts
    page_size: int
    marked: bool

    def found(self, query: Query, terms: list[SearchTerm], *, every: bool = True) -> Results:
        """What has the terms and passes the filters."""
        if query.text and not terms:
            return Results(query, (), 0)
        match = expression(terms, every=every)
        ranks = self._ranks(match)
        fitting, nearly = self._filtered(query, ranks)
        facets = {name: self._counts(name, [*fitting, *nearly.get(name, ())]) for name in _FACETS}
        last_page = max(1, -(-len(fitting) // self.page_size))
        query = query.on_page(min(query.page, last_page))
        ordered = sorted(fitting, key=self._place(query.order, ranks))
        start = (query.page - 1) * self.page_size
        hits = tuple(_hits(self.connection, match if self.marked else "", ordered[start : start + self.page_size]))
        authors = _names(self.connection, {*facets["author"], *query.authors})
        return Results(query, hits, len(fitting), facets, authors)

    def occur(self, terms: list[SearchTerm]) -> bool:
        """Whether any article has the terms, whatever the filters."""
        return bool(self._ranks(expression(terms)))

    def _ranks(self, match: str) -> Ranks:
        """The articles that have the words, with how well they fit: the lower, the better."""
        if not match:
            return dict.fromkeys(self.facts, 0.0)
        weights = ", ".join(map(str, WEIGHTS))
        query = f"SELECT rowid, bm25(words, {weights}) FROM words WHERE words MATCH ?"
        return {number: rank for number, rank in self.connection.execute(query, (match,)) if number in self.facts}

    def _filtered(self, query: Query, numbers: Iterable[int]) -> tuple[list[int], dict[str, list[int]]]:
        """The articles that pass all filters, and by filter those that fail only this one."""
        filters = dict(_filters(query))
        if not filters:
            return list(numbers), {}
        fitting: list[int] = []
        nearly: dict[str, list[int]] = {name: [] for name in filters}
        for number in numbers:
            failed = [name for name, fits in filters.items() if not fits(self.facts[number])]
            if not failed:
                fitting.append(number)
            elif len(failed) == 1:
                nearly[failed[0]].append(number)
        return fitting, nearly

    def _counts(self, name: str, numbers: Iterable[int]) -> dict[str, int]:
        values = map(_FACETS[name], map(self.facts.__getitem__, numbers))
        counts = Counter(chain.from_iterable(values) if name == "topic" else values)
        several = sorted(counts.items(), key=lambda one: (-one[1], str(one[0])))
        return {str(value): count for value, count in several if value}

    def _place(self, order: Order, ranks: Ranks) -> Callable[[int], tuple[object, ...]]:
        facts = self.facts
        if order is Order.STUDY:
            return lambda number: (-(facts[number].year or -1), facts[number].place)
        if order is Order.ISSUE:
            return lambda number: (facts[number].place,)
        return lambda number: (ranks[number], facts[number].place)


def _best(searching: _Searching, query: Query, names: SearchNames, correct: Correct) -> Results:
    terms = terms_of(query.text)
    for some in (terms_of(query.text, names.topics), terms):
        found = searching.found(query, some)
        if found.total or not some or searching.occur(some):
            return found  # there are such articles, even if the filters leave none of them
    better = corrected(terms, correct)
    meant = _text(better)
    for some in (terms_of(meant, names.topics), better) if better != terms else ():
        found = searching.found(replace(query, text=meant), some)
        if found.total:
            return replace(found, is_corrected=True)
    found = searching.found(query, better, every=False)
    return replace(found, is_partial=bool(found.total) and len(terms) > 1)


def _filters(query: Query) -> Iterator[tuple[str, Callable[[ArticleFacts], bool]]]:
    topics, types, authors, languages = map(frozenset, (query.topics, query.types, query.authors, query.languages))
    first, last = query.first_year, query.last_year
    if types:
        yield "type", lambda one: one.research_type in types
    if authors:
        yield "author", lambda one: one.author_slug in authors
    if languages:
        yield "language", lambda one: one.language in languages
    if topics:
        yield "topic", lambda one: not topics.isdisjoint(one.topics)
    if first or last:
        yield "year", lambda one: one.year is not None and (first or 0) <= one.year <= (last or one.year)


def _hits(connection: sqlite3.Connection, match: str, numbers: Sequence[int]) -> Iterator[Hit]:
    rows = connection.execute(f"SELECT id, entry FROM article WHERE id IN ({_marks(numbers)})", numbers)
    entries = {number: read_entry(text) for number, text in rows}
    marked = _marked(connection, match, numbers)
    for number in numbers:
        entry = entries[number]
        yield Hit(entry, *marked.get(number, (entry.title, entry.excerpt)))


def _marked(connection: sqlite3.Connection, match: str, numbers: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Title and snippet of each of *numbers*, with the words marked."""
    if not match:
        return {}
    query = f"""
        SELECT rowid, highlight(words, 0, ?, ?), snippet(words, 1, ?, ?, '…', {_SNIPPET_WORDS}),
               snippet(words, 2, ?, ?, '…', {_SNIPPET_WORDS})
        FROM words WHERE words MATCH ? AND rowid IN ({_marks(numbers)})
    """
    rows = connection.execute(query, [*(MARK, UNMARK) * 3, match, *numbers])
    return {number: (title, body if MARK in body or MARK not in more else more) for number, title, body, more in rows}


def _names(connection: sqlite3.Connection, authors: Iterable[str]) -> dict[str, str]:
    one = "SELECT json_extract(entry, '$.author') FROM article WHERE author_slug = ? LIMIT 1"
    found = {slug: connection.execute(one, (slug,)).fetchone() for slug in authors}
    return {slug: row[0] for slug, row in found.items() if row}


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _text(terms: list[SearchTerm]) -> str:
    """Terms as a reader would write them."""
    written = []
    for term in terms:
        words = " ".join(term.words)
        written.append(("-" if term.is_excluded else "") + (f'"{words}"' if term.is_exact else "-".join(term.words)))
    return " ".join(written)
