"""What a column of a list can hold."""

from enum import StrEnum


class Field(StrEnum):
    """What a column can say of a person; the first nine are the columns of our own lists."""

    EMAIL = "email"
    NAME = "name"
    LANGUAGE = "language"
    TOPICS = "topics"  # separated by `;`, every one known
    NO_MATCH = "no_match"
    PAUSED_UNTIL = "paused_until"
    SOURCE = "source"
    DATE = "date"
    CONSENT_UNTIL = "consent_until"  # of an implied consent
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    TAGS = "tags"  # words of another program; those that are topics are taken
    CONFIRMED = "confirmed"  # date, where `date` is empty


COLUMNS = tuple(Field)[:9]
STATUS_COLUMN = "status"  # of a list that also holds people who can't be mailed
