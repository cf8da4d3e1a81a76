"""JSON-LD of an article's page: the summary as an article about a study, in an issue of a periodical.

Source: JSON-LD 1.1; schema.org, "Article", "ScholarlyArticle", "PublicationIssue".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from digest.archive.citing.metas import PageCard
from digest.archive.citing.people import Person
from digest.archive.citing.reference import Reference, ReferenceKind
from digest.archive.credits import Credits
from digest.months import Month

Node: TypeAlias = "dict[str, Any]"

_TYPES = {ReferenceKind.CHAPTER: "Chapter", ReferenceKind.BOOK: "Book"}


@dataclass(frozen=True)
class IssueNode:
    """The issue that a summary appeared in, and its newsletter, with their addresses."""

    month: Month
    heading: str
    url: str
    newsletter: str
    home_url: str
    publisher: str


def linked_data(card: PageCard, reference: Reference, issue: IssueNode, credits: Credits) -> Node:  # noqa: A002
    """The graph of one article."""
    return _known(
        {
            "@context": "https://schema.org",
            "@type": "Article",
            "@id": card.url,
            "url": card.url,
            "mainEntityOfPage": card.url,
            "headline": card.title,
            "description": card.description,
            "inLanguage": card.language,
            "datePublished": card.published,
            "author": _author(card.author, credits) if card.author else None,
            "publisher": {"@type": "Organization", "name": issue.publisher},
            "image": card.image_url,
            "keywords": list(card.topics),
            "license": credits.licence,
            "isAccessibleForFree": True,
            "about": _study(reference) if reference.kind != ReferenceKind.SUMMARY else None,
            "isPartOf": {
                "@type": "PublicationIssue",
                "@id": issue.url,
                "url": issue.url,
                "name": issue.heading,
                "issueNumber": str(issue.month),
                "isPartOf": {
                    "@type": "Periodical",
                    "@id": issue.home_url,
                    "url": issue.home_url,
                    "name": issue.newsletter,
                },
            },
        }
    )


def script_text(node: Node) -> Markup:
    """The graph as JSON that can stand in a `<script>` element, whatever its texts contain."""
    return htmlsafe_json_dumps(node)


def _author(name: str, credits: Credits) -> Node:  # noqa: A002
    author = credits.author(name)
    return _known(
        {
            "@type": "Person",
            "@id": author.orcid_url,
            "name": author.name,
            "url": author.url,
            "sameAs": list(author.urls),
        }
    )


def _study(one: Reference) -> Node:
    first, _, last = one.pages.partition("–")
    return _known(
        {
            "@type": _TYPES.get(one.kind, "ScholarlyArticle"),
            "@id": one.url,
            "name": one.title,
            "author": [_person(person) for person in one.authors],
            "editor": [_person(person) for person in one.editors],
            "datePublished": str(one.year or ""),
            "inLanguage": one.language,
            "publisher": {"@type": "Organization", "name": one.publisher} if one.publisher else None,
            "isPartOf": _container(one),
            "pageStart": first or one.article_number,
            "pageEnd": last,
            "identifier": {"@type": "PropertyValue", "propertyID": "doi", "value": one.doi} if one.doi else None,
            "sameAs": one.url,
        }
    )


def _container(one: Reference) -> "Node | None":
    """The issue in its volume in its journal, as far as they are known; or the book."""
    if not one.container:
        return None
    if one.kind == ReferenceKind.CHAPTER:
        return {"@type": "Book", "name": one.container}
    node: Node = {"@type": "Periodical", "name": one.container}
    if one.volume:
        node = {"@type": "PublicationVolume", "volumeNumber": one.volume, "isPartOf": node}
    return {"@type": "PublicationIssue", "issueNumber": one.issue, "isPartOf": node} if one.issue else node


def _person(person: Person) -> Node:
    if person.is_group:
        return {"@type": "Organization", "name": person.inverted}
    names = {"familyName": person.family, "givenName": person.given, "honorificSuffix": person.suffix}
    return _known({"@type": "Person", "name": person.inverted, **names})


def _known(values: Mapping[str, Any]) -> Node:
    return {name: value for name, value in values.items() if value}
