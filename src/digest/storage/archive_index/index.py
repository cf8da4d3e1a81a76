"""The index as the pages use it: kept up with the published issues, whatever happens to its file."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from digest.archive.query import Query
from digest.archive.results import Results
from digest.archive.understanding import SearchNames
from digest.months import Month
from digest.storage import issues
from digest.storage.archive_index import file, filling, lists
from digest.storage.archive_index.facts import Facts, load_facts
from digest.storage.archive_index.file import DamagedIndexError, IndexFile
from digest.storage.archive_index.history import fingerprints, publication_of
from digest.storage.archive_index.search import search
from digest.storage.db.database import Database
from digest.topics import Taxonomy

_SHORT = 5  # letters: a longer word may have two slips
_SHORTEST = 4  # letters: three are mostly an abbreviation, which has no word like it


class ArchiveIndex:
    """The search index of the published issues; for any number of threads and processes.

    Args:
        path: Of its file, which may be deleted at any time.
    """

    def __init__(self, path: Path, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._names = SearchNames.of(taxonomy)
        named = json.dumps([asdict(topic) for topic in (*taxonomy.topics, *taxonomy.research_types)], default=dict)
        self._file = IndexFile(path, hashlib.sha256(named.encode()).hexdigest())
        self._vocabulary: tuple[str, dict[str, int]] = ("", {})
        self._facts: tuple[str, Facts] = ("", {})

    def catch_up(self, database: Database) -> str:
        """Bring the index to the state of the published issues; does nothing but two short queries if it has it.

        Returns:
            The version of that state: it differs whenever anything published has changed.

        Raises:
            StorageError: The database or the file can't be used.
        """
        with database.read() as connection:
            wanted = issues.archive_version(connection)
        try:
            return self._caught_up(database, wanted)
        except DamagedIndexError:
            return self._caught_up(database, wanted)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One moment of the index, for the functions of `lists`.

        Raises:
            StorageError: It can't be opened, or was damaged: then the next `catch_up` builds it again.
        """
        with self._file.read() as connection:
            yield connection

    def search(
        self,
        query: Query,
        page_size: int,
        among: Iterable[tuple[Month, str]] | None = None,
        *,
        marked: bool = True,
    ) -> Results:
        """See `digest.storage.archive_index.search.search`."""
        with self.read() as connection:
            facts = self._all_facts(connection)
            return search(
                connection,
                facts,
                query,
                page_size,
                self._names,
                lambda word: self._nearest(connection, word),
                among,
                marked=marked,
            )

    def _caught_up(self, database: Database, wanted: str) -> str:
        with self._file.read() as index:
            if file.version(index) == wanted:
                return wanted
        with self._file.write() as index, database.read() as connection:
            now = issues.archive_version(connection)
            known = lists.publications(index)
            for month, fingerprint in fingerprints(connection).items():
                if known.pop(str(month), None) != fingerprint:
                    filling.put(index, publication_of(connection, month), self._taxonomy)
            for old in known:
                filling.take_out(index, Month.parse(old))
            file.set_version(index, now)
        return now

    def _nearest(self, connection: sqlite3.Connection, word: str) -> str | None:
        """The most frequent word among those nearest to *word*; None if it begins one, or is near none."""
        words = self._words(connection)
        if len(word) < _SHORTEST or not word.isalpha() or any(one.startswith(word) for one in words):
            return None
        from rapidfuzz import process  # noqa: PLC0415  seldom needed
        from rapidfuzz.distance import OSA  # noqa: PLC0415

        slips = 1 if len(word) <= _SHORT else 2
        near = process.extract(word, words.keys(), scorer=OSA.distance, score_cutoff=slips, limit=20)
        best = min(near, key=lambda found: (found[1], -words[found[0]], found[0]), default=None)
        return best[0] if best else None

    def _all_facts(self, connection: sqlite3.Connection) -> Facts:
        """What a search has to know of every article, kept until the archive changes."""
        state = file.state(connection)
        kept, facts = self._facts
        if kept != state:
            facts = load_facts(connection)
            self._facts = (state, facts)
        return facts

    def _words(self, connection: sqlite3.Connection) -> dict[str, int]:
        """Every word of the archive with the number of articles that have it, kept until the archive changes."""
        version = file.version(connection)
        if self._vocabulary[0] != version or not version:
            rows = connection.execute("SELECT word, articles FROM spelling").fetchall()
            self._vocabulary = (version, dict(rows))
        return self._vocabulary[1]
