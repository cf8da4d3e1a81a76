"""The other articles of the library, besides the month that is being checked."""

from dataclasses import dataclass

from digest.content.article import Article
from digest.months import Month


@dataclass(frozen=True)
class Shelf:
    """Every article that loads, and the months that have a folder."""

    articles: tuple[Article, ...] = ()
    months: frozenset[Month] = frozenset()

    def before(self, month: Month) -> tuple[Article, ...]:
        """The articles of earlier months."""
        return tuple(article for article in self.articles if article.month < month)

    def holds(self, month: Month, slug: str) -> bool:
        """Whether the article exists; with an empty *slug*, whether the month exists."""
        if not slug:
            return month in self.months
        return any(article.month == month and article.slug == slug for article in self.articles)
