"""Which column of a list means what: our own lists, and those that other programs write."""

import difflib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    UNSUBSCRIBED = "unsubscribed"  # not empty: the person has left there
    CLEANED = "cleaned"  # not empty: the mailbox refused mail there
    SUBSCRIBED = "subscribed"  # false: the person gets no mail there
    DELETED = "deleted"  # not empty: the person is no longer there
    STATUS = "status"  # how the person stands there, in a word


COLUMNS = tuple(Field)[:9]


@dataclass(frozen=True)
class Layout:
    """What the header line of a list says.

    Attributes:
        format: Which program wrote the list; empty: any.
        width: Number of columns.
        positions: Which column holds what, counted from 0.
        unused: Columns that nothing is read from; each with the one that it was probably meant to be, or None.
    """

    format: str
    width: int
    positions: Mapping[Field, int]
    unused: Mapping[str, Field | None]

    def __contains__(self, field: Field) -> bool:
        return field in self.positions


@dataclass(frozen=True)
class _Format:
    name: str
    marks: frozenset[str]  # one of these columns gives it away
    columns: Mapping[str, Field]


_ALIASES = {
    Field.EMAIL: (
        "e mail", "mail", "email address", "e mail address", "courriel", "adresse courriel", "adresse de courriel",
        "adresse e mail", "adresse email",
    ),
    Field.NAME: ("full name", "display name", "nom complet", "nom"),
    Field.LANGUAGE: ("langue", "lang", "preferred language", "locale"),
    Field.TOPICS: ("topic", "sujets", "sujet", "themes", "theme"),
    Field.TAGS: ("tag", "labels", "label", "interests", "interets"),
    Field.NO_MATCH: ("no match",),
    Field.PAUSED_UNTIL: ("paused until", "pause until", "pause"),
    Field.SOURCE: ("consent source", "source du consentement", "provenance"),
    Field.DATE: ("consent date", "date du consentement", "date of consent"),
    Field.CONSENT_UNTIL: ("consent until",),
    Field.FIRST_NAME: ("first name", "firstname", "given name", "fname", "prenom"),
    Field.STATUS: ("statut", "subscription status"),
    Field.LAST_NAME: ("last name", "lastname", "surname", "family name", "lname", "nom de famille"),
}  # fmt: skip
_OURS = ("email", "name", "language", "topics", "source", "date", "tags", "status")
_WORDS = {word: field for field, words in _ALIASES.items() for word in words} | {word: Field(word) for word in _OURS}
_FORMATS = (
    # Mailchimp: "Export audience" makes one file of those subscribed, and others of those who are not
    _Format(
        "Mailchimp",
        frozenset({"leid", "euid", "member rating", "optin time"}),
        {
            "optin time": Field.DATE,
            "confirm time": Field.CONFIRMED,
            "unsub time": Field.UNSUBSCRIBED,
            "clean time": Field.CLEANED,
        },
    ),
    # Ghost: the export of all members
    _Format(
        "Ghost",
        frozenset({"subscribed to emails"}),
        {
            "created at": Field.DATE,
            "subscribed to emails": Field.SUBSCRIBED,
            "deleted at": Field.DELETED,
        },
    ),
    # SendGrid Marketing Campaigns: when a contact was made there is not when a person agreed
    _Format("SendGrid", frozenset({"contact id", "alternate emails"}), {}),
)


def read_header(names: Sequence[str]) -> Layout:
    """
    Find out which column means what, by its name in English or French, whatever its case, accents and hyphens.

    Raises:
        ValueError: No column holds the address, or two columns mean the same.
    """
    plain = [_plain(name) for name in names]
    found = next((one for one in _FORMATS if not one.marks.isdisjoint(plain)), _Format("", frozenset(), {}))
    words = {**_WORDS, **found.columns}
    positions: dict[Field, int] = {}
    for position, word in enumerate(plain):
        field = words.get(word)
        if field is None:
            continue
        if field in positions:
            there, here = names[positions[field]].strip(), names[position].strip()
            raise ValueError(f"the columns `{there}` and `{here}` both mean `{field}`: leave one of them out")
        positions[field] = position
    if Field.EMAIL not in positions:
        raise ValueError(_no_address(names))
    _part_names(plain, positions)
    unused = {
        name.strip(): None if found.name else _nearest(word, positions)
        for position, (name, word) in enumerate(zip(names, plain, strict=True))
        if word and position not in positions.values()
    }
    return Layout(found.name, len(names), positions, unused)


def _part_names(plain: Sequence[str], positions: dict[Field, int]) -> None:
    """In French, `nom` beside `prénom` is the family name."""
    name = positions.get(Field.NAME)
    if name is not None and plain[name] == "nom" and Field.FIRST_NAME in positions:
        positions.setdefault(Field.LAST_NAME, positions.pop(Field.NAME))


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.strip().casefold())
    return " ".join("".join(" " if letter in "-_." else letter for letter in letters if letter.isascii()).split())


def _nearest(word: str, taken: Mapping[Field, int]) -> Field | None:
    known = [known for known, field in _WORDS.items() if field not in taken]
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.75)
    return _WORDS[close[0]] if close else None


def _no_address(names: Sequence[str]) -> str:
    if any("@" in name for name in names):
        return "the first line must name the columns, but an address stands in it: put a line `email,name` above it"
    shown = ", ".join(f"`{name.strip()[:40]}`" for name in names[:8]) or "nothing"
    return f"the first line must name the columns, one of them `email`; it holds {shown}"
