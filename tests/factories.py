"""Makers of values for tests: every part has a plain default."""

import datetime as dt
from typing import Any

from digest.content.article import Article
from digest.content.issue_file import IssueFile
from digest.delivery.description import EventSource, TransportDescription
from digest.delivery.handover import MailOrigin
from digest.errors import Place
from digest.issue.edition import Edition, EditionKey
from digest.issue.headers import edition_headers
from digest.issue.issue import Issue
from digest.issue.newsletter import Newsletter
from digest.issue.placeholders import GREETING_HTML, GREETING_TEXT, UNSUBSCRIBE_HTML, UNSUBSCRIBE_TEXT, placeholder
from digest.months import Month
from digest.topics import ResearchType, Taxonomy, Term, Topic

NOVEMBER = Month(2026, 11)
NONCE = "0123456789abcdef"
NOON = dt.datetime(2026, 11, 10, 12, 0, tzinfo=dt.UTC)
ORIGIN = MailOrigin("0123456789abcdef", NOON, "2026-11")


def make_description(name: str, *, one_by_one: bool = False) -> TransportDescription:
    """Describe a transport of a test, which can't tell later what it took."""
    return TransportDescription(
        name,
        "to a test",
        leaves_machine=True,
        one_by_one=one_by_one,
        has_evidence=False,
        events=EventSource.NONE,
        no_events="tests have no events",
    )


def make_taxonomy() -> Taxonomy:
    names = {
        "empathy": "Empathie",
        "adherence": "Adhésion",
        "attachment": "Attachement",
        "training": "Formation",
    }
    topics = tuple(
        Topic(slug, {"en": slug.capitalize(), "fr": french}, "process", ("Adherance",) if slug == "adherence" else ())
        for slug, french in names.items()
    )
    return Taxonomy(topics, (Term("process", {"en": "Process"}),), (ResearchType("survey", {"en": "Survey"}),))


def make_newsletter(**changes: Any) -> Newsletter:
    values: dict[str, Any] = {
        "title": {"en": "Research Digest", "fr": "Bulletin de recherche"},
        "base_url": "https://digest.example.org",
        "list_id": "digest.example.org",
        "from_name": "Réseau de recherche",
        "from_address": "digest@example.org",
        "postal_address": ("100 Example Street", "Ottawa"),
        "contact": "editor@example.org",
        "reply_to": "editor@example.org",
    }
    return Newsletter(**values | changes)


def make_article(slug: str = "a-study", **changes: Any) -> Article:
    values: dict[str, Any] = {
        "slug": slug,
        "month": NOVEMBER,
        "title": f"What {slug} found",
        "body": f"Body of {slug}.",
        "about": {"en": f"the study {slug}"},
        "place": Place(f"articles/{NOVEMBER}/{slug}.md"),
        "source": f"source of {slug}",
        "implications": "Ask about it.",
        "topics": ("empathy",),
        "research_type": "survey",
        "citation": "Ant, A. (2020). A study. Journal, 1, 1-2. https://doi.org/10.1000/x",
        "author": "Dr. B. Bee",
    }
    return Article(**values | changes)


def make_issue(*articles: Article, month: Month = NOVEMBER, **newsletter: Any) -> Issue:
    return Issue(month, articles or (make_article(),), IssueFile(month), make_newsletter(**newsletter))


FIRST_IN_ENGLISH = EditionKey("en", 1)


def make_edition(key: EditionKey = FIRST_IN_ENGLISH, **changes: Any) -> Edition:
    subject = "Research Digest, November 2026: l’œuvre"
    values: dict[str, Any] = {
        "key": key,
        "subject": subject,
        "preheader": "This month",
        "html": f'<p>{placeholder(NONCE, GREETING_HTML)}</p><a href="{placeholder(NONCE, UNSUBSCRIBE_HTML)}">x</a>',
        "text": f"{placeholder(NONCE, GREETING_TEXT)}\n\n{placeholder(NONCE, UNSUBSCRIBE_TEXT)}\n",
        "headers": edition_headers(make_newsletter(), NOVEMBER, subject, key.language, NONCE),
        "nonce": NONCE,
    }
    return Edition(**values | changes)
