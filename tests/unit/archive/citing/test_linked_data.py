"""JSON-LD expands to the graph that is meant: an article about a study, in an issue of a periodical."""

import json
from typing import Any

import pytest
from pyld import jsonld

from digest.archive.citing.linked_data import IssueNode, linked_data, script_text
from digest.archive.citing.metas import PageCard
from digest.archive.citing.people import Person
from digest.archive.citing.reference import Reference, ReferenceKind
from digest.archive.credits import Author, Credits
from digest.months import Month

# What schema.org's own context says of the terms that pages use: its names are terms, these of addresses and dates.
_ADDRESSES = ("about", "image", "isPartOf", "license", "mainEntityOfPage", "publisher", "sameAs", "url")
CONTEXT = {
    "@context": {
        "@vocab": "http://schema.org/",
        **{name: {"@id": f"http://schema.org/{name}", "@type": "@id"} for name in _ADDRESSES},
        "datePublished": {"@id": "http://schema.org/datePublished", "@type": "http://schema.org/Date"},
    }
}
PERMALINK = "https://digest.example.org/2026-11/empathy/"
CARD = PageCard(
    title="Empathy counts",
    description="Clients do better.",
    url=PERMALINK,
    site_name="The Digest",
    language="en",
    published="2026-11-24",
    author="Maya Okafor",
    topics=("Empathy", "Training"),
    image_url=f"{PERMALINK}card.png?v=1",
    image_text="Empathy counts · The Digest",
)
ISSUE = IssueNode(
    Month(2026, 11),
    "What the therapist brings",
    "https://digest.example.org/2026-11/",
    "The Digest",
    "https://digest.example.org/",
    "The Network",
)
STUDY = Reference(
    ReferenceKind.ARTICLE,
    "Therapist empathy",
    (Person("Elliott", "R."), Person("Health Institute")),
    year=2018,
    container="Psychotherapy",
    volume="55",
    issue="4",
    pages="399–410",
    doi="10.1037/pst0000175",
    url="https://doi.org/10.1037/pst0000175",
    language="en",
)
PERIODICAL = {"@type": "Periodical", "name": "J"}
ORCID = "https://orcid.org/0000-0002-1825-0097"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
CREDITS = Credits(LICENCE, (Author("Maya Okafor", "0000-0002-1825-0097", "https://example.org/maya"),))


def expanded(reference: Reference = STUDY, people: Credits = CREDITS) -> dict[str, Any]:
    """The one node of the expanded graph, with the names of schema.org without their address."""

    def load(url: str, options: object) -> dict[str, Any]:
        assert url == "https://schema.org"
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": CONTEXT}

    data = json.loads(script_text(linked_data(CARD, reference, ISSUE, people)))
    [node] = jsonld.expand(data, {"documentLoader": load})
    return _short(node)


def _short(value: Any) -> Any:
    """Without the wrapping of expansion: single values alone, literals and addresses as text."""
    if isinstance(value, list):
        short = [_short(one) for one in value]
        return short[0] if len(short) == 1 else short
    if not isinstance(value, dict):
        return value.removeprefix("http://schema.org/") if isinstance(value, str) else value
    if "@value" in value:
        return value["@value"]
    if set(value) == {"@id"}:
        return value["@id"]
    return {name.removeprefix("http://schema.org/"): _short(one) for name, one in value.items()}


def test_summary_is_an_article_in_an_issue_of_a_periodical():
    node = expanded()

    assert {name: node[name] for name in ("@id", "@type", "headline", "inLanguage", "datePublished")} == {
        "@id": PERMALINK,
        "@type": "Article",
        "headline": "Empathy counts",
        "inLanguage": "en",
        "datePublished": "2026-11-24",
    }
    assert node["keywords"] == ["Empathy", "Training"]
    assert node["image"] == f"{PERMALINK}card.png?v=1"
    assert node["publisher"] == {"@type": "Organization", "name": "The Network"}
    assert node["isPartOf"] == {
        "@id": "https://digest.example.org/2026-11/",
        "@type": "PublicationIssue",
        "url": "https://digest.example.org/2026-11/",
        "name": "What the therapist brings",
        "issueNumber": "2026-11",
        "isPartOf": {
            "@id": "https://digest.example.org/",
            "@type": "Periodical",
            "url": "https://digest.example.org/",
            "name": "The Digest",
        },
    }


def test_summary_is_about_the_study():
    assert expanded()["about"] == {
        "@id": "https://doi.org/10.1037/pst0000175",
        "@type": "ScholarlyArticle",
        "name": "Therapist empathy",
        "author": [
            {"@type": "Person", "name": "Elliott, R.", "familyName": "Elliott", "givenName": "R."},
            {"@type": "Organization", "name": "Health Institute"},
        ],
        "datePublished": "2018",
        "inLanguage": "en",
        "isPartOf": {
            "@type": "PublicationIssue",
            "issueNumber": "4",
            "isPartOf": {
                "@type": "PublicationVolume",
                "volumeNumber": "55",
                "isPartOf": {"@type": "Periodical", "name": "Psychotherapy"},
            },
        },
        "pageStart": "399",
        "pageEnd": "410",
        "identifier": {"@type": "PropertyValue", "propertyID": "doi", "value": "10.1037/pst0000175"},
        "sameAs": "https://doi.org/10.1037/pst0000175",
    }


def test_author_is_identified_by_orcid_and_the_licence_is_named():
    node = expanded()

    assert node["author"] == {
        "@id": ORCID,
        "@type": "Person",
        "name": "Maya Okafor",
        "url": "https://example.org/maya",
        "sameAs": [ORCID, "https://example.org/maya"],
    }
    assert node["license"] == LICENCE


def test_nothing_is_said_that_is_not_configured():
    node = expanded(people=Credits())

    assert node["author"] == {"@type": "Person", "name": "Maya Okafor"}
    assert "license" not in node


@pytest.mark.parametrize(
    ("reference", "kind", "container"),
    [
        (Reference(ReferenceKind.CHAPTER, "A", container="A book"), "Chapter", {"@type": "Book", "name": "A book"}),
        (Reference(ReferenceKind.BOOK, "A", publisher="A press"), "Book", None),
        (
            Reference(ReferenceKind.ARTICLE, "A", container="J"),
            "ScholarlyArticle",
            {"@type": "Periodical", "name": "J"},
        ),
        (Reference(ReferenceKind.OTHER, "Lee (2019). A"), "ScholarlyArticle", None),
    ],
)
def test_study_has_the_type_of_its_publication(reference: Reference, kind: str, container: object):
    about = expanded(reference)["about"]

    assert (about["@type"], about.get("isPartOf")) == (kind, container)


def test_summary_of_no_study_is_about_none():
    assert "about" not in expanded(Reference(ReferenceKind.SUMMARY, "Empathy counts"))


def test_text_cannot_end_the_script_element():
    evil = Reference(ReferenceKind.ARTICLE, "</script><!--<script> & \u2028")

    text = script_text(linked_data(CARD, evil, ISSUE, CREDITS))

    assert "<" not in text
    assert json.loads(text)["about"]["name"] == "</script><!--<script> & \u2028"
