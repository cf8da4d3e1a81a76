"""Consent: the proof that a person wants the mail, or that the law takes it so for a while."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class ConsentKind(StrEnum):
    """What the law calls it (CASL, s. 10)."""

    EXPRESS = "express"  # the person said so; holds until withdrawn
    IMPLIED = "implied"  # follows from a relationship, and ends with it: two years, or six months after an inquiry


class ConsentMethod(StrEnum):
    """How a consent came in."""

    PAGE = "page"  # a page of the site, confirmed by mail
    IMPORT = "import"  # a row of a list
    ADDED = "added"  # by hand


@dataclass(frozen=True)
class ConsentWording:
    """The exact words that a person agreed to.

    Attributes:
        version: Names the text: another text has another version.
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
        network: Address of the caller, or None if it is not to be recorded.
    """

    page: str
    language: str
    network: str | None = None


@dataclass(frozen=True)
class Consent:
    """One consent as it was recorded. Times are UTC.

    Attributes:
        source: The page, or what the list says; empty: not said.
        given_on: Day of the consent; None: not said.
        expires_on: First day on which an implied consent holds no more; None: it does not end.
        wording, wording_version, language: What was agreed to, if it was said on a page.
        network: Address of the caller, if that is recorded and still kept.
        requested_at, confirmed_at: When a page was sent in, and when the link in the mail was used.
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
