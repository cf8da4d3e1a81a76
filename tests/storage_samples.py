"""Frozen issues, people and campaigns for tests of what is stored."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from factories import NOON, NOVEMBER
from sqlalchemy import Connection

from digest.issue.edition import Edition, every_key
from digest.issue.issue import Document, FrozenIssue, WebArticle, WebNotice
from digest.months import Month
from digest.storage import issues
from digest.storage.outbox import campaigns
from digest.storage.outbox.campaigns import Campaign
from digest.storage.outbox.claiming import Claim, claim
from digest.storage.people import adding, subscribers
from digest.subscribers.subscriber import NewSubscriber, NoMatch, Preferences

LANGUAGES = ("en", "fr")
LEASE = dt.timedelta(minutes=5)


def make_frozen(*topics: Sequence[str], month: Month = NOVEMBER, word: str = "first") -> FrozenIssue:
    """An issue with one article for each of *topics*; another *word* makes other bytes."""
    articles = tuple(_article(number, tuple(chosen)) for number, chosen in enumerate(topics or [("empathy",)]))
    document = Document(
        month=str(month),
        subject={"en": f"Études: {word}", "fr": "Études"},
        introduction_html={"en": "<p>Hello</p>", "fr": "<p>Bonjour</p>"},
        articles=articles,
        notices=(WebNotice("A training", "<p>In May</p>", "https://example.org/", ("en",)),),
    )
    editions = tuple(
        Edition(
            key, f"Études {key}", "Soon", f"<p>{word} {key}</p>", f"{word} {key}", (("List-Id", "<a.b>"),), "0" * 16
        )
        for key in every_key(len(articles), LANGUAGES)
    )
    return FrozenIssue(month, f"source of {word}", document, editions)


def _article(number: int, topics: tuple[str, ...]) -> WebArticle:
    return WebArticle(
        slug=f"study-{number}",
        title=f"Study {number}",
        language="en",
        about="a study",
        html="<p>Body</p>",
        implications_html=None,
        citation=None,
        citation_html=None,
        doi=None,
        topics=topics,
        research_type=None,
        author=None,
    )


def make_person(
    name: str,
    *topics: str,
    language: str = "en",
    no_match: NoMatch = NoMatch.NOTHING,
    paused_until: Month | None = None,
    **changes: Any,
) -> NewSubscriber:
    """A person whose address and its hash follow from the name."""
    preferences = Preferences(frozenset(topics), language, no_match, paused_until)
    return NewSubscriber(
        f"{name}@example.org", f"hash of {name}", **{"name": name, "preferences": preferences} | changes
    )


def add_people(connection: Connection, *people: NewSubscriber) -> list[int]:
    """Add *people*; their ids, in order."""
    adding.add_many(connection, people, update=False, now=NOON)
    found = [subscribers.find(connection, person.address_hash) for person in people]
    return [person.id for person in found if person is not None]


def begin_campaign(
    connection: Connection, *people: NewSubscriber, frozen: FrozenIssue | None = None, batch_size: int = 2
) -> Campaign:
    """Add *people* and plan an issue for everybody: by default one article, about empathy."""
    add_people(connection, *people)
    frozen = frozen or make_frozen()
    issues.save(connection, frozen, NOON)
    return campaigns.plan(connection, frozen.month, frozen.hash, batch_size=batch_size, languages=LANGUAGES, now=NOON)


def claim_next(connection: Connection, campaign: Campaign, now: dt.datetime = NOON) -> Claim | None:
    """What a worker does before it makes a request."""
    claims = claim(connection, campaign.id, limit=1, owner="worker", lease=LEASE, now=now)
    return claims[0] if claims else None
