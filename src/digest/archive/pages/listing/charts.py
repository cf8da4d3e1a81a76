"""Small charts: how many articles there are of each topic, type of research, and year."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from digest.archive.pages.frame import NamedLink, Pages
from digest.archive.query import Query

_YEARS_SHOWN = 10
_BARS_SHOWN = 10


@dataclass(frozen=True)
class Bar:
    """A row of a chart.

    Attributes:
        share: Of the longest bar, in percent.
        is_rest: Whether it counts its year and all earlier ones.
    """

    link: NamedLink
    share: int
    is_rest: bool = False


def topic_bars(pages: Pages, query: Query, counts: Mapping[str, int]) -> tuple[Bar, ...]:
    """Topics, each with the search that finds its articles of *query*."""
    links = [
        NamedLink(pages.topic_name(slug), pages.path(replace(query, topics=(slug,)).address()), n)
        for slug, n in counts.items()
    ]
    return _scaled([Bar(link, 0) for link in links[:_BARS_SHOWN]])


def type_bars(pages: Pages, query: Query, counts: Mapping[str, int]) -> tuple[Bar, ...]:
    """Types of research, each with the search that finds its articles of *query*."""
    links = [
        NamedLink(pages.type_name(slug) or slug, pages.path(replace(query, types=(slug,)).address()), n)
        for slug, n in counts.items()
    ]
    return _scaled([Bar(link, 0) for link in links[:_BARS_SHOWN]])


def year_bars(pages: Pages, query: Query, years: Mapping[int, int]) -> tuple[Bar, ...]:
    """The newest years, and one bar for all earlier ones if there are many."""
    ordered = sorted(years, reverse=True)
    alone = ordered if len(ordered) <= _YEARS_SHOWN + 1 else ordered[:_YEARS_SHOWN]
    bars = [
        Bar(_counted(pages, replace(query, first_year=year, last_year=year), year, years[year]), 0) for year in alone
    ]
    rest = ordered[len(alone) :]
    if rest:
        count = sum(years[year] for year in rest)
        bars.append(Bar(_counted(pages, replace(query, last_year=rest[0]), rest[0], count), 0, is_rest=True))
    return _scaled(bars)


def _counted(pages: Pages, query: Query, year: int, count: int) -> NamedLink:
    return NamedLink(str(year), pages.path(query.address()), count)


def _scaled(bars: list[Bar]) -> tuple[Bar, ...]:
    longest = max((bar.link.count or 0 for bar in bars), default=1)
    return tuple(replace(bar, share=round(100 * (bar.link.count or 0) / longest)) for bar in bars)
