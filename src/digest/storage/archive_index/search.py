"""Finding articles: by words, filters or both, with how many each filter would leave."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from digest.archive.query import Order, Query
from digest.archive.results import MARK, UNMARK, Hit, Results
from digest.archive.terms import SearchTerm, corrected, expression, terms_of
from digest.archive.understanding import SearchNames, understood
from digest.months import Month
from digest.storage.archive_index.rows import read_entry
from digest.storage.archive_index.schema import WEIGHTS

_SNIPPET_WORDS = 32
_HIT_COLUMNS = "id, rank, month, position, language, author_slug, research_type, year"
_HIT_TABLE = f"CREATE TEMP TABLE IF NOT EXISTS hit ({_HIT_COLUMNS.replace('id', 'id INTEGER PRIMARY KEY', 1)})"
_WITH_WORDS = f"SELECT rowid AS id, bm25(words, {', '.join(map(str, WEIGHTS))}) AS rank FROM words WHERE words MATCH ?"

Correct = Callable[[str], str | None]
Values = list[object]


@dataclass(frozen=True)
class _Search:
    query: Query
    match: str  # empty: every article
    among: str | None = None  # the articles that may be found, as JSON; None: every article

    def gather(self, connection: sqlite3.Connection) -> None:
        """Put what has the words into `hit`: they are looked for once, for count, page and filters together."""
        connection.execute(_HIT_TABLE)
        connection.execute("DELETE FROM temp.hit")
        values: Values = [self.match] if self.match else []
        only = ""
        if self.among is not None:
            only = "WHERE month || '/' || slug IN (SELECT value FROM json_each(?))"
            values.append(self.among)
        found = _WITH_WORDS if self.match else "SELECT id, 0 AS rank FROM article"
        connection.execute(
            f"INSERT INTO temp.hit SELECT {_HIT_COLUMNS} FROM ({found}) JOIN article USING (id) {only}", values
        )

    def conditions(self, leave_out: str = "") -> tuple[str, Values]:
        """What the filters ask of `article a`, without that named *leave_out*."""
        found = [one for name, *one in self._filters() if name != leave_out]
        return " AND ".join(["1", *(str(text) for text, _ in found)]), [v for _, values in found for v in values]

    def _filters(self) -> Iterator[tuple[str, str, Sequence[object]]]:
        query = self.query
        for name, column, values in (
            ("type", "a.research_type", query.types),
            ("author", "a.author_slug", query.authors),
            ("language", "a.language", query.languages),
        ):
            if values:
                yield name, f"{column} IN ({_marks(values)})", values
        if query.topics:
            inner = f"SELECT article FROM article_topic WHERE topic IN ({_marks(query.topics)})"
            yield "topic", f"a.id IN ({inner})", query.topics
        if query.first_year:
            yield "year", "a.year >= ?", (query.first_year,)
        if query.last_year:
            yield "year", "a.year <= ?", (query.last_year,)


@dataclass(frozen=True)
class _Searching:
    """A search under way: what stays the same while words are tried."""

    connection: sqlite3.Connection
    page_size: int
    among: str | None

    def found(self, query: Query, terms: list[SearchTerm], *, every: bool = True) -> Results:
        """What has the terms and passes the filters."""
        if query.text and not terms:
            return Results(query, (), 0)
        wanted = _Search(query, expression(terms, every=every), self.among)
        wanted.gather(self.connection)
        total = _count(self.connection, wanted)
        last_page = max(1, -(-total // self.page_size))
        wanted = replace(wanted, query=query.on_page(min(query.page, last_page)))
        hits = tuple(_page(self.connection, wanted, self.page_size)) if total else ()
        facets = _facets(self.connection, wanted)
        return Results(wanted.query, hits, total, facets, _names(self.connection, {*facets["author"], *query.authors}))

    def occur(self, terms: list[SearchTerm]) -> bool:
        """Whether any article has the terms, whatever the filters."""
        _Search(Query(), expression(terms), self.among).gather(self.connection)
        return self.connection.execute("SELECT 1 FROM temp.hit LIMIT 1").fetchone() is not None


def search(
    connection: sqlite3.Connection,
    query: Query,
    page_size: int,
    names: SearchNames,
    correct: Correct,
    among: Iterable[tuple[Month, str]] | None = None,
) -> Results:
    """Find what fits *query*.

    Words that name a topic or a type of research mean articles on it. If there are none, they are words like any other.
    Words that nothing has are corrected; if still nothing has all words, articles with some of them are found.

    Args:
        correct: The word of the archive that a word was probably meant to be; None if it is one of the archive's, or
            like none.
        among: Months and slugs of the only articles that may be found; None: every article.
    """
    query = understood(query, names)
    only = None if among is None else json.dumps([f"{month}/{slug}" for month, slug in among])
    return replace(_best(_Searching(connection, page_size, only), query, names, correct), asked=query)


def _best(searching: _Searching, query: Query, names: SearchNames, correct: Correct) -> Results:
    terms = terms_of(query.text)
    for some in (terms_of(query.text, names.topics), terms):
        found = searching.found(query, some)
        if found.total or not some or searching.occur(some):
            return found  # there are such articles, even if the filters leave none of them
    better = corrected(terms, correct)
    if better != terms:
        found = searching.found(replace(query, text=_text(better)), better)
        if found.total:
            return replace(found, is_corrected=True)
    found = searching.found(query, better, every=False)
    return replace(found, is_partial=bool(found.total) and len(terms) > 1)


def _count(connection: sqlite3.Connection, wanted: _Search) -> int:
    conditions, filters = wanted.conditions()
    count: int = connection.execute(f"SELECT count(*) FROM temp.hit a WHERE {conditions}", filters).fetchone()[0]
    return count


def _page(connection: sqlite3.Connection, wanted: _Search, size: int) -> Iterator[Hit]:
    conditions, filters = wanted.conditions()
    query = f"SELECT a.id FROM temp.hit a WHERE {conditions} ORDER BY {_order(wanted)} LIMIT ? OFFSET ?"
    rows = connection.execute(query, [*filters, size, (wanted.query.page - 1) * size])
    ids = [number for (number,) in rows]
    entries = dict(connection.execute(f"SELECT id, entry FROM article WHERE id IN ({_marks(ids)})", ids).fetchall())
    marked = _marked(connection, wanted.match, ids)
    for number in ids:
        entry = read_entry(entries[number])
        yield Hit(entry, *marked.get(number, (entry.title, entry.excerpt)))


def _order(wanted: _Search) -> str:
    newest = "a.month DESC, a.position"
    if wanted.query.order is Order.STUDY:
        return f"a.year IS NULL, a.year DESC, {newest}"
    return f"a.rank, {newest}" if wanted.query.order is Order.RELEVANCE else newest


def _marked(connection: sqlite3.Connection, match: str, ids: list[int]) -> dict[int, tuple[str, str]]:
    """Title and snippet of each of *ids*, with the words marked."""
    if not match:
        return {}
    query = f"""
        SELECT rowid, highlight(words, 0, ?, ?), snippet(words, 1, ?, ?, '…', {_SNIPPET_WORDS}),
               snippet(words, 2, ?, ?, '…', {_SNIPPET_WORDS})
        FROM words WHERE words MATCH ? AND rowid IN ({_marks(ids)})
    """
    rows = connection.execute(query, [*(MARK, UNMARK) * 3, match, *ids])
    return {number: (title, body if MARK in body or MARK not in more else more) for number, title, body, more in rows}


def _facets(connection: sqlite3.Connection, wanted: _Search) -> dict[str, dict[str, int]]:
    values_of = {
        "type": ("a.research_type", ""),
        "author": ("a.author_slug", ""),
        "language": ("a.language", ""),
        "year": ("CAST(a.year AS TEXT)", ""),
        "topic": ("t.topic", "CROSS JOIN article_topic t ON t.article = a.id"),
    }
    parts: list[str] = []
    values: Values = []
    for name, (column, join) in values_of.items():
        conditions, filters = wanted.conditions(leave_out=name)
        parts.append(
            f"SELECT '{name}' AS facet, {column} AS value, count(*) FROM temp.hit a {join}"
            f" WHERE {conditions} AND {column} != '' GROUP BY 2"
        )
        values += filters
    query = f"{' UNION ALL '.join(parts)} ORDER BY 1, 3 DESC, 2"
    facets: dict[str, dict[str, int]] = {name: {} for name in values_of}
    for name, value, count in connection.execute(query, values):
        facets[name][value] = count
    return facets


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
