"""The pages that list all topics, all types of research, and all authors."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from slugify import slugify

from digest.archive.pages.entry_points import LinkGroup, topic_groups, type_links
from digest.archive.pages.frame import Head, NamedLink, Pages
from digest.archive.pages.pagination import Pagination, paginate
from digest.archive.query import Query

AUTHORS_ON_A_PAGE = 50


@dataclass(frozen=True)
class TopicsPage:
    """Every topic, in the groups of the configuration and by the alphabet."""

    head: Head
    groups: tuple[LinkGroup, ...]
    letters: tuple[LinkGroup, ...]


@dataclass(frozen=True)
class DirectoryPage:
    """Names with the number of articles behind each."""

    head: Head
    links: tuple[NamedLink, ...]
    pagination: Pagination


def topics_page(pages: Pages, counts: Mapping[str, int], title: str, description: str) -> TopicsPage:
    """Every topic that is configured or has articles."""
    everything = {**dict.fromkeys(pages.taxonomy.slugs, 0), **counts}
    groups = topic_groups(pages, everything)
    letters = _letters([link for group in groups for link in group.links])
    return TopicsPage(pages.head_at(title, description, "/topics/"), groups, letters)


def types_page(pages: Pages, counts: Mapping[str, int], title: str, description: str) -> DirectoryPage:
    """Every type of research that is configured or has articles."""
    configured = (kind.slug for kind in pages.taxonomy.research_types)
    links = type_links(pages, {**dict.fromkeys(configured, 0), **counts})
    on_one_page = paginate(len(links), 1, max(1, len(links)), lambda _: "")
    return DirectoryPage(pages.head_at(title, description, "/types/"), links, on_one_page)


def authors_page(
    pages: Pages, authors: Mapping[str, tuple[str, int]], page: int, title: str, description: str
) -> DirectoryPage:
    """The authors of summaries, by family name."""
    links = [NamedLink(name, pages.path(f"/authors/{slug}/"), count) for slug, (name, count) in authors.items()]
    links.sort(key=lambda link: by_family_name(link.name))
    pagination = paginate(
        len(links), page, AUTHORS_ON_A_PAGE, lambda number: pages.path(Query(page=number).address("/authors/"))
    )
    shown = links[max(0, pagination.first_shown - 1) : pagination.last_shown]
    head = pages.head_at(title, description, Query(page=pagination.page).address("/authors/"))
    return DirectoryPage(head, tuple(shown), pagination)


def by_family_name(name: str) -> tuple[str, str]:
    """The key that sorts names by their last word, without degrees after a comma, and then by the others."""
    words = name.partition(",")[0].split()
    return slugify(words[-1]) if words else "", slugify(name)


def _letters(links: list[NamedLink]) -> tuple[LinkGroup, ...]:
    ordered = sorted(links, key=lambda link: slugify(link.name))
    return tuple(LinkGroup(letter, tuple(found)) for letter, found in groupby(ordered, lambda link: _letter(link.name)))


def _letter(name: str) -> str:
    first = slugify(name)[:1].upper()
    return first if first.isalpha() else "#"
