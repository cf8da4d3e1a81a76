"""How many people chose what."""

from dataclasses import dataclass

from digest.storage.db.database import Database
from digest.storage.people import selections
from digest.topics import Taxonomy, Topic


@dataclass(frozen=True)
class TopicCount:
    """Exact numbers of people who can be mailed, for the operator alone: a small one may point at a person.

    Attributes:
        chosen_by: Who chose this topic.
        reaches: These, and everybody who chose none and so gets every topic.
    """

    topic: Topic
    chosen_by: int
    reaches: int


def topic_counts(database: Database, taxonomy: Taxonomy) -> list[TopicCount]:
    """Every topic with its numbers, in the order of the configuration."""
    with database.read() as connection:
        today = database.now(connection).date()
        chosen, everything = selections.topic_counts(connection, today), selections.everything_count(connection, today)
    return [
        TopicCount(topic, chosen.get(topic.slug, 0), chosen.get(topic.slug, 0) + everything)
        for topic in taxonomy.topics
    ]
