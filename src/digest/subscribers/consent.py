"""Consent: the proof that a person wants the mail, or that the law assumes so for a while."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class ConsentKind(StrEnum):
    """What the law calls it (CASL, s. 10)."""

    EXPRESS = "express"  # the person agreed; valid until withdrawn
    IMPLIED = "implied"  # follows from a relationship, and ends with it: two years, or six months after an inquiry


class ConsentMethod(StrEnum):
    """How a consent was given."""

    PAGE = "page"  # a page of the site, confirmed by mail
    IMPORT = "import"  # a row of a list
    ADDED = "added"  # by hand


@dataclass(frozen=True)
class ConsentWording:
    """The exact words that a person agreed to.

    Attributes:
        version: Identifies the text: a different text has a different version.
    """

    text: str
    version: str
    language: str


@dataclass(frozen=True)
class ConsentOrigin:
    """Where a request came from.

    Attributes:
        page: Path of the page, without a token, such as `/subscribe`.
        language: Of the page.
        network: The caller's IP address, or None if it must not be recorded.
    """

    page: str
    language: str
    network: str | None = None


@dataclass(frozen=True)
class Consent:
    """One consent as it was recorded. Times are UTC.

    Attributes:
        source: The page, or the source in the list; empty if unknown.
        given_on: The day of the consent; None if unknown.
        expires_on: The day on which implied consent ends; None if it does not end.
        wording, wording_version, language: What the person agreed to, if on a page.
        network: The caller's IP address, if recorded and still kept.
        requested_at, confirmed_at: When the form was sent, and when the link in the mail was used.
    """

    kind: ConsentKind
    method: ConsentMethod
    source: str
    given_on: dt.date | None
    recorded_at: dt.datetime
    expires_on: dt.date | None = None
    wording: str | None = None
    wording_version: str | None = None
    language: str | None = None
    network: str | None = None
    requested_at: dt.datetime | None = None
    confirmed_at: dt.datetime | None = None
