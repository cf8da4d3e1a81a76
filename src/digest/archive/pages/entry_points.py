"""The ways into the archive: topics, types of research and years, each with how many there are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from digest.archive.pages.frame import NamedLink, Pages


@dataclass(frozen=True)
class LinkGroup:
    """Topics of one group of the configuration.

    Attributes:
        name: Empty for topics that are no longer configured.
    """

    name: str
    links: tuple[NamedLink, ...]


@dataclass(frozen=True)
class Counts:
    """How many articles each topic and each type of research has, by slug, and how many issues each year has."""

    topics: Mapping[str, int]
    types: Mapping[str, int]
    years: Mapping[int, int]


def topic_groups(pages: Pages, counts: Mapping[str, int]) -> tuple[LinkGroup, ...]:
    """Every topic that has articles, in the groups and the order of the configuration."""
    taxonomy = pages.taxonomy
    names = {group.slug: pages.set(group.in_language(pages.language)) for group in taxonomy.groups}
    slugs: dict[str, list[str]] = {group: [] for group in [*names, ""]}
    groups = {topic.slug: topic.group for topic in taxonomy.topics}
    for slug in taxonomy.in_order(counts):
        slugs.get(groups.get(slug, ""), slugs[""]).append(slug)
    found = (LinkGroup(names.get(group, ""), _counted(pages, of, counts)) for group, of in slugs.items())
    return tuple(group for group in found if group.links)


def type_links(pages: Pages, counts: Mapping[str, int]) -> tuple[NamedLink, ...]:
    """Every type of research that has articles, in the order of the configuration; unknown ones last."""
    known = [one.slug for one in pages.taxonomy.research_types]
    slugs = sorted(counts, key=lambda slug: (known.index(slug) if slug in known else len(known), slug))
    links = (pages.type_link(slug) for slug in slugs)
    return tuple(NamedLink(one.name, one.path, counts[slug]) for slug, one in zip(slugs, links, strict=True) if one)


def year_links(pages: Pages, counts: Mapping[int, int]) -> tuple[NamedLink, ...]:
    """Years with the number of their issues, in the order given."""
    return tuple(NamedLink(str(year), pages.path(f"/{year}/"), count) for year, count in counts.items())


def _counted(pages: Pages, slugs: Iterable[str], counts: Mapping[str, int]) -> tuple[NamedLink, ...]:
    slugs = list(slugs)
    links = pages.topic_links(slugs)
    return tuple(NamedLink(one.name, one.path, counts[slug]) for slug, one in zip(slugs, links, strict=True))
