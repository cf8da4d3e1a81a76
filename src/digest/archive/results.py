"""What a search of the archive found."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from digest.archive.entries import ArchiveEntry
from digest.archive.query import Query

MARK, UNMARK = "\ue000", "\ue001"  # around a word that was found; no published text holds them


@dataclass(frozen=True)
class Hit:
    """An article that was found.

    Attributes:
        title, snippet: With `MARK` and `UNMARK` around each word that was found. Without words, the snippet is the
            beginning of the text.
    """

    entry: ArchiveEntry
    title: str
    snippet: str


@dataclass(frozen=True)
class Results:
    """What a search found.

    Attributes:
        query: What was searched: as *asked*, with corrected words, and the page that there is.
        total: Hits on all pages.
        facets: By filter (topic, type, author, language, year) how many articles each value would leave, if that filter
            were set to it alone.
        authors: The names of the authors in the facets and filters, by slug.
        asked: As the search was understood: with the years and types of research that the text names as filters.
        is_corrected: Whether a word was replaced by one that the archive knows.
        is_partial: Whether only some of the words occur, since nothing has all of them.
    """

    query: Query
    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    authors: Mapping[str, str] = field(default_factory=dict)
    asked: Query = field(default_factory=Query)
    is_corrected: bool = False
    is_partial: bool = False
