"""Who has left: which columns of a list can say so, and what their values mean.

Values are never guessed: a value means that the person stays, that they have left and why, or it is unclear.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum

from digest.subscribers.lists.cells import plain


class Departed(StrEnum):
    """Why a person in a list gets no mail from that program, most severe first."""

    COMPLAINED = "complained"  # reported a mail as spam there
    BLOCKED = "blocked"  # banned by the operator there
    CLEANED = "cleaned"  # the mailbox rejected mail there
    UNSUBSCRIBED = "unsubscribed"
    ABSENT = "absent"  # never confirmed, deactivated or deleted there


class UnclearValue(Enum):
    """A value that may or may not mean that someone has left."""

    UNCLEAR = "unclear"


UNCLEAR = UnclearValue.UNCLEAR
Verdict = Departed | UnclearValue | None  # None: the person stays


@dataclass(frozen=True)
class Meaning:
    """What the values of a column say about a person.

    Attributes:
        words: Of the values that are known, as `plain` spells them; the empty one is a cell without a value.
        dates: What any date or time means.
        others: What any other text means.
    """

    words: Mapping[str, Departed | None]
    dates: Verdict = UNCLEAR
    others: Verdict = UNCLEAR

    def verdict(self, text: str) -> Verdict:
        """What one cell says."""
        word = plain(text)
        if word in self.words:
            return self.words[word]
        return self.dates if _DATE.match(text.strip()) else self.others


def gravest(reasons: Iterable[Departed]) -> Departed | None:
    """The reason that counts if several columns say that someone has left; None if no column does."""
    found = set(reasons)
    return next((reason for reason in Departed if reason in found), None)


_MONTH = r"(jan|f[eé]v|feb|mar|apr|avr|may|mai|ju[nil]|aug|ao[uû]|sep|oct|nov|d[eé]c)[^\W\d]*\.?"
_DATE = re.compile(
    r"(\d{4}-\d\d?-\d\d?|\d{4}/\d\d?/\d\d?|\d\d?[/.]\d\d?[/.](\d{4}|\d\d))(\D|$)|\d{9,13}$"
    rf"|\d\d? {_MONTH},? \d{{4}}(\D|$)|{_MONTH} \d\d?,? \d{{4}}(\D|$)",
    re.IGNORECASE,
)
_NOTHING = ("", "null", "none", "nil", "nan", "n/a", "na", "0000 00 00", "0000 00 00 00:00:00")
_YES = ("true", "yes", "y", "t", "on", "1", "1 0", "x", "oui", "o", "vrai", "v", "✓", "✔")
_NO = ("false", "no", "n", "f", "off", "0", "0 0", "non", "faux")


def _spelled(words: Mapping[Departed | None, str]) -> dict[str, Departed | None]:
    return {plain(word): reason for reason, listed in words.items() for word in listed.split(", ")}


_STATES = _spelled(
    {
        None: "active, confirmed, enabled, subscribed, opted in, actif, active, abonné, abonnée, inscrit, inscrite",
        Departed.COMPLAINED: "complained, complaint, spam, junk, marked as spam, spam complaint, abuse, plainte, "
        "suppressed (complained)",
        Departed.BLOCKED: "blocked, banned, removed, suppressed, suppressed (manual), bloqué, bloquée",
        Departed.CLEANED: "bounced, cleaned, bounce, hard bounce, hard bounced, undeliverable, unreachable, "
        "suppressed (bounced)",
        Departed.UNSUBSCRIBED: "unsubscribed, left, opted out, opt out, optout, blocklisted, blacklisted, désabonné, "
        "désabonnée, désinscrit, désinscrite, suppressed (unsubscribed), suppressed (erased)",
        Departed.ABSENT: "pending, unconfirmed, non subscribed, nonsubscribed, not subscribed, never subscribed, "
        "disabled, inactive, inactif, deactivated, deleted, archived, lapsed, unactivated, pending confirmation, "
        "awaiting confirmation, en attente, non confirmé, non confirmée, supprimé, supprimée",
    }
)


def status(words: Mapping[Departed | None, str]) -> Meaning:
    """A column that holds one of *words*, which are separated by `, `."""
    return Meaning(_spelled(words))


def gone_if_true(reason: Departed, words: Mapping[str, Departed | None] | None = None) -> Meaning:
    """A column that says yes, or since when, if the person is gone; no, or nothing, if they stay; or one of *words*."""
    known: dict[str, Departed | None] = _STATES | dict.fromkeys(_NOTHING + _NO) | dict.fromkeys(_YES, reason)
    return Meaning(known | dict(words or {}), dates=reason)


def gone_if_false(reason: Departed, *, blank: bool = False) -> Meaning:
    """A column that says no if the person is gone; *blank*: whether an empty cell says that they stay."""
    words: dict[str, Departed | None] = _STATES | dict.fromkeys(_YES) | dict.fromkeys(_NO, reason)
    return Meaning(words | dict.fromkeys(_NOTHING if blank else ()), dates=None)


def gone_if_filled(reason: Departed) -> Meaning:
    """A column that is filled in only for people who are gone, such as why they left."""
    return Meaning(dict.fromkeys(_NOTHING), dates=reason, others=reason)


ANY_STATUS = Meaning(_STATES | dict.fromkeys(_NOTHING))
"""A status column of no particular program."""

UNMISTAKABLE: Mapping[str, Departed] = {
    spelling: reason
    for word, reason in {
        "unsubscribed": Departed.UNSUBSCRIBED,
        "opted out": Departed.UNSUBSCRIBED,
        "blocklisted": Departed.UNSUBSCRIBED,
        "blacklisted": Departed.UNSUBSCRIBED,
        "désabonné": Departed.UNSUBSCRIBED,
        "désabonnée": Departed.UNSUBSCRIBED,
        "désinscrit": Departed.UNSUBSCRIBED,
        "désinscrite": Departed.UNSUBSCRIBED,
        "bounced": Departed.CLEANED,
        "complained": Departed.COMPLAINED,
        "marked as spam": Departed.COMPLAINED,
    }.items()
    for spelling in (word, word.replace(" ", "-"), word.replace(" ", "_"), plain(word))
}
"""Words that mean in any column that someone has left, as `str.casefold` spells them."""

_ELSEWHERE = re.compile(r"\b(sms|phone|whatsapp|fax|postal|url|link|lien|token|hash|key)\b|(url|link|token)$")
_SUSPECTS = tuple(
    (re.compile(pattern), meaning)
    for pattern, meaning in (
        (
            r"(unsub|opt(ed)? ?out|desabonn|desinscri).*\b(reason|motif|raison|source|comment|feedback|campaign)",
            gone_if_filled(Departed.UNSUBSCRIBED),
        ),
        (
            r"unsub|opt(ed)? ?out|desabonn|desinscri|blacklist|blocklist|liste noire|do ?not ?(e?mail|contact)|\bdnc\b",
            gone_if_true(Departed.UNSUBSCRIBED),
        ),
        (r"\bbounced\b|hard ?bounce", gone_if_true(Departed.CLEANED)),
        (r"complain|\bspam\b|\babuse\b|plainte", gone_if_true(Departed.COMPLAINED)),
        (r"\bbanned\b|\bsuppressed\b|\bblocked\b|\bbloquee?\b", gone_if_true(Departed.BLOCKED)),
        (r"\be?mails? disabled\b", gone_if_true(Departed.UNSUBSCRIBED)),
        (r"disabled|\bdeleted\b|\bremoved\b|desactive|supprime", gone_if_true(Departed.ABSENT)),
        (r"\bsubscribed$|\bsubscribed to\b|\babonnee?$|\binscrite?$", gone_if_false(Departed.UNSUBSCRIBED)),
        (
            r"^(is |est )?(e?mail )?(confirmed|verified|active|enabled|confirmee?|actif)( at| on| date| time)?$",
            gone_if_false(Departed.ABSENT),
        ),
        (r"status|statut|(^| )type$", ANY_STATUS),
    )
)
_HINTS = (
    (re.compile(r"^(state|etat)$"), ANY_STATUS),
    (
        re.compile(r"^(newsletter|infolettre|subscription|abonnement|consent|consentement|opt ?in|opted in)$"),
        gone_if_false(Departed.ABSENT, blank=True),
    ),
)


def suspected(name: str) -> Meaning | None:
    """What a column most likely means whose name, spelled by `plain`, suggests leaving; None: it does not."""
    if _ELSEWHERE.search(name):
        return None
    return next((meaning for pattern, meaning in _SUSPECTS if pattern.search(name)), None)


def hinted(name: str) -> Meaning | None:
    """What the clear values of a column mean that may be about something else, such as `state`; None: no hint."""
    return next((meaning for pattern, meaning in _HINTS if pattern.search(name)), None)
