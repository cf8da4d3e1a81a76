"""What articles are listed by, and how many there are of each kind."""

from dataclasses import dataclass, field
from enum import StrEnum

from digest.archive.query import Order, Query


class Facet(StrEnum):
    """What articles are listed by."""

    TOPIC = "topic"
    TYPE = "type"
    AUTHOR = "author"

    @property
    def folder(self) -> str:
        """The path under which the lists of this kind are."""
        return f"/{self}s/"

    @property
    def order(self) -> Order:
        """The order in which readers find the articles: what an author wrote by issue, everything else by study."""
        return Order.ISSUE if self is Facet.AUTHOR else Order.STUDY

    def query(self, value: str) -> Query:
        """The search that finds the articles of the list."""
        queries = {
            Facet.TOPIC: Query(topics=(value,)),
            Facet.TYPE: Query(types=(value,)),
            Facet.AUTHOR: Query(authors=(value,)),
        }
        return queries[self]


@dataclass(frozen=True)
class Breakdown:
    """How many articles a list has.

    Attributes:
        topics, types: By slug, those with most articles first.
        years: By the year of the study, newest first. Articles without a year are not counted here.
        with_implications: How many have practice implications.
        first_month, last_month: The oldest and the newest issue, such as `2026-11`; empty if there are no articles.
    """

    total: int = 0
    topics: dict[str, int] = field(default_factory=dict)
    types: dict[str, int] = field(default_factory=dict)
    years: dict[int, int] = field(default_factory=dict)
    with_implications: int = 0
    first_month: str = ""
    last_month: str = ""
