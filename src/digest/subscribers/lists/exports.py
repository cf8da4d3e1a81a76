"""The lists that other programs write, as data: how to recognise each, and which columns say who has left.

Where each of these facts comes from: docs/subscribers.md, "From another program".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from digest.subscribers.lists.fields import Field
from digest.subscribers.lists.leaving import Departed, Meaning, gone_if_false, gone_if_filled, gone_if_true, status

_LEFT, _BOUNCED, _SPAM, _BANNED, _ABSENT = (
    Departed.UNSUBSCRIBED,
    Departed.CLEANED,
    Departed.COMPLAINED,
    Departed.BLOCKED,
    Departed.ABSENT,
)


@dataclass(frozen=True)
class Export:
    """What the list of one program looks like; names of columns as `digest.subscribers.lists.cells.plain` spells them.

    Attributes:
        marks: The list is this program's if its header has all columns of one of these sets.
        columns: What additional column names mean.
        leaving: Columns that say who is gone.
        harmless: Columns whose names suggest leaving, although they do not mean it.
        silent: What the list lacks, and where to get it; empty if it is complete.
        placeholder: The domain of addresses that replace those of people who asked for deletion.
    """

    name: str
    marks: tuple[frozenset[str], ...]
    columns: Mapping[str, Field] = field(default_factory=dict)
    leaving: Mapping[str, Meaning] = field(default_factory=dict)
    harmless: frozenset[str] = frozenset()
    silent: str = ""
    placeholder: str = ""


ANY = Export("", ())


def _marks(*sets: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(names.split(", ")) for names in sets)


_GHOST_SUBSCRIBED = gone_if_false(_LEFT, blank=True)
_BUTTONDOWN_TYPE = status(
    {
        None: "regular, premium, gifted, trialed, churned, churning, past due, paused, unpaid, upcoming",
        _LEFT: "unsubscribed",
        _BOUNCED: "undeliverable",
        _SPAM: "complained",
        _BANNED: "removed",
        _ABSENT: "unactivated, blocked",
    }
)
_PHPLIST_CONFIRMED = gone_if_false(_ABSENT)

EXPORTS = (
    Export(
        "Mailchimp",
        _marks("leid", "euid", "member rating", "optin time"),
        {"optin time": Field.DATE, "confirm time": Field.CONFIRMED},
        {
            "unsub time": gone_if_true(_LEFT),
            "unsub campaign title": gone_if_filled(_LEFT),
            "unsub campaign id": gone_if_filled(_LEFT),
            "unsub reason": gone_if_filled(_LEFT),
            "unsub reason other": gone_if_filled(_LEFT),
            "clean time": gone_if_true(_BOUNCED),
            "clean campaign title": gone_if_filled(_BOUNCED),
            "clean campaign id": gone_if_filled(_BOUNCED),
        },
    ),
    Export(  # what "Export all members" writes, and what "Import members" reads
        "Ghost",
        _marks("subscribed to emails", "complimentary plan"),
        {"created at": Field.DATE},
        {
            "subscribed to emails": _GHOST_SUBSCRIBED,
            "subscribed": _GHOST_SUBSCRIBED,
            "email disabled": gone_if_true(_BOUNCED),
            "deleted at": gone_if_true(_ABSENT),
        },
    ),
    Export(
        "SendGrid",
        _marks("contact id", "alternate emails"),
        silent="who unsubscribed, bounced or complained: run `digest suppressions pull` before you send",
    ),
    Export(
        "Substack",
        _marks("active subscription", "prefer digests", "email disabled, expiry"),
        {"created at": Field.DATE},
        {"email disabled": gone_if_true(_LEFT)},
        frozenset({"type"}),
        placeholder="deletion-request.substack.com",
    ),
    Export(
        "beehiiv",
        _marks("status, free tier", "status, tier, unsubscribed at", "status, unsubscribed at, stripe customer id"),
        {"created at": Field.DATE},
        {
            "status": status({None: "active", _LEFT: "inactive", _ABSENT: "pending, validating, invalid"}),
            "unsubscribed at": gone_if_true(_LEFT),
        },
    ),
    Export(
        "phpList",
        _marks(
            "htmlemail",
            "uniqid",
            "bouncecount",
            "is this subscriber blacklisted",
            "is this subscriber confirmed",
            "is this account disabled?",
            "send this subscriber html emails",
        ),
        leaving={
            "confirmed": _PHPLIST_CONFIRMED,
            "is this subscriber confirmed": _PHPLIST_CONFIRMED,
            "blacklisted": gone_if_true(_LEFT),
            "is this subscriber blacklisted": gone_if_true(_LEFT),
            "disabled": gone_if_true(_BANNED),
            "is this account disabled?": gone_if_true(_BANNED),
        },
    ),
    Export(
        "Buttondown",
        _marks(
            "subscriber type", "secondary id", "unsubscription date", "undeliverability date", "type, creation date"
        ),
        {"creation date": Field.DATE},
        {
            "subscriber type": _BUTTONDOWN_TYPE,
            "type": _BUTTONDOWN_TYPE,
            "unsubscription date": gone_if_true(_LEFT),
            "unsubscription reason": gone_if_filled(_LEFT),
            "undeliverability date": gone_if_true(_BOUNCED),
            "undeliverability reason": gone_if_filled(_BOUNCED),
        },
    ),
    Export(
        "Curated",
        _marks("subscribed at, utm last path", "subscribed at, utm referrer"),
        {"subscribed at": Field.DATE},
        {
            "status": status(
                {
                    None: "active",
                    _LEFT: "unsubscribed",
                    _SPAM: "spam",
                    _BOUNCED: "bounced",
                    _ABSENT: "pending, pending confirmation",
                }
            )
        },
    ),
    Export(
        "tinynews",
        _marks("channel id, status", "date added, last modified, status"),
        {"created at": Field.DATE, "date added": Field.DATE},
        {
            "status": status({None: "1, 2, subscribed", _LEFT: "unsubscribed", _ABSENT: "0, 3, 4, 5, 6, 7, 8, 9"}),
            "deleted at": gone_if_true(_ABSENT),
        },
    ),
    Export(
        "Keila",
        _marks("data, external id", "data, status, first name"),
        leaving={"status": status({None: "active", _LEFT: "unsubscribed", _BOUNCED: "unreachable"})},
    ),
    Export(
        "Mailtrain",
        _marks("cid, status", "cid, hash email"),
        leaving={
            "status": status({None: "subscribed", _LEFT: "unsubscribed", _BOUNCED: "bounced", _SPAM: "complained"})
        },
    ),
    Export(
        "Mautic",
        _marks("donotemail", "donotcontact", "do not email", "do not contact", "dnc reason"),
        leaving={
            name: gone_if_true(_LEFT, {"contactable": None, "2": _BOUNCED, "3": _BANNED, "manual": _BANNED})
            for name in ("donotemail", "donotcontact", "do not email", "do not contact", "dnc reason")
        },
    ),
    Export(
        "Sendy",
        _marks("unsubscribed, bounced, complaint"),
        leaving={
            "unsubscribed": gone_if_true(_LEFT),
            "bounced": gone_if_true(_BOUNCED),
            "complaint": gone_if_true(_SPAM),
            "confirmed": gone_if_false(_ABSENT),
        },
    ),
    Export(
        "MailerLite",
        _marks("opted in at", "optin ip, subscribed at"),
        leaving={
            "status": status(
                {
                    None: "active",
                    _LEFT: "unsubscribed",
                    _BOUNCED: "bounced",
                    _SPAM: "junk",
                    _ABSENT: "unconfirmed",
                }
            ),
            "unsubscribed at": gone_if_true(_LEFT),
        },
    ),
    Export(
        "Campaign Monitor",
        _marks("emailaddress, state", "readsemailwith", "reads email with"),
        {"emailaddress": Field.EMAIL},
        {
            "state": status(
                {
                    None: "active",
                    _LEFT: "unsubscribed",
                    _BOUNCED: "bounced",
                    _ABSENT: "unconfirmed, deleted",
                }
            )
        },
    ),
    Export(
        "Constant Contact",
        _marks("email permission status", "confirmed opt out date"),
        leaving={
            "email status": Meaning(
                {
                    "active": None,
                    "unsubscribed": _LEFT,
                    "opted out": _LEFT,
                    "awaiting confirmation": _ABSENT,
                    "no permissions set": _ABSENT,
                    "": _ABSENT,
                }
            ),
            "email permission status": Meaning(
                dict.fromkeys(("", "express", "explicit", "implied", "implicit", "confirmed", "active"))
                | {"unsubscribed": _LEFT, "opted out": _LEFT}
                | dict.fromkeys(("pending", "awaiting confirmation", "not set", "no permissions set"), _ABSENT)
            ),
            "confirmed opt out date": gone_if_true(_LEFT),
            "confirmed opt out source": gone_if_filled(_LEFT),
            "confirmed opt out reason": gone_if_filled(_LEFT),
        },
    ),
    Export(
        "listmonk",
        _marks("uuid, attributes, status"),
        leaving={"status": status({None: "enabled", _LEFT: "blocklisted", _ABSENT: "disabled"})},
        silent="who unsubscribed from one list without being blocklisted: filter the list in listmonk by subscription "
        "status, and import these people with a column `status` that says `unsubscribed`",
    ),
)


def recognise(names: Iterable[str]) -> Export:
    """The program that matches most columns; `ANY` if none does."""
    header = frozenset(names)
    found = [one for one in EXPORTS if any(mark <= header for mark in one.marks)]
    return max(found, key=lambda one: _known(one, header), default=ANY)


def _known(export: Export, header: frozenset[str]) -> int:
    marks = frozenset[str]().union(*export.marks)
    return len(header & (marks | export.columns.keys() | export.leaving.keys() | export.harmless))
