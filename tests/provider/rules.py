"""The documented rules of `POST /v3/mail/send`, one row each: what is checked, where, and what the answer says."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

MOST_PERSONALIZATIONS = 1000
MOST_RECIPIENTS = 1000
MOST_BYTES = 30_000_000
MOST_OWN_BYTES = 10_000
MOST_CATEGORIES = 10

_ADDRESS = re.compile(r"[^\s@<>(),;:\"\[\]\\]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_OWN_HEADERS = {
    *("x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding"),
    *("to", "from", "subject", "reply-to", "cc", "bcc"),
}
_BYPASSES = ("bypass_list_management", "bypass_spam_management", "bypass_bounce_management")

Document = dict[str, Any]
Found = Iterator[str | None]


class Rule(NamedTuple):
    """*find* yields the field of each breach, None where the documented answer names no field."""

    message: str
    find: Callable[[Document], Found]


def breaches(document: Any) -> list[dict[str, Any]]:
    """The `errors` of the answer; empty if the request is fine."""
    if not isinstance(document, dict):
        return [{"message": "Bad Request", "field": None, "help": None}]
    return [{"message": rule.message, "field": field, "help": None} for rule in RULES for field in rule.find(document)]


def _people(document: Document) -> list[tuple[str, Document]]:
    people = document.get("personalizations")
    people = people if isinstance(people, list) else []
    return [(f"personalizations.{n}", one) for n, one in enumerate(people) if isinstance(one, dict)]


def _mailboxes(person: Document) -> Iterator[tuple[str, Any]]:
    for kind in ("to", "cc", "bcc"):
        for number, mailbox in enumerate(person.get(kind) or ()):
            yield f"{kind}.{number}", mailbox


def _email(mailbox: Any) -> str:
    email = mailbox.get("email") if isinstance(mailbox, dict) else None
    return email if isinstance(email, str) else ""


def _count(document: Document) -> Found:
    people = document.get("personalizations")
    if not isinstance(people, list) or not 1 <= len(people) <= MOST_PERSONALIZATIONS:
        yield "personalizations"


def _recipients(document: Document) -> Found:
    if sum(1 for _, person in _people(document) for _ in _mailboxes(person)) > MOST_RECIPIENTS:
        yield "personalizations"


def _to(document: Document) -> Found:
    yield from (f"{at}.to" for at, person in _people(document) if not person.get("to"))


def _addresses(document: Document) -> Found:
    for at, person in _people(document):
        for where, mailbox in _mailboxes(person):
            if not _ADDRESS.fullmatch(_email(mailbox)):
                yield f"{at}.{where}.email"


def _repeated(document: Document) -> Found:
    for at, person in _people(document):
        if any(n > 1 for n in Counter(_email(box).lower() for _, box in _mailboxes(person)).values()):
            yield at


def _names(document: Document) -> Found:
    for at, person in _people(document):
        for where, mailbox in _mailboxes(person):
            name = mailbox.get("name", "") if isinstance(mailbox, dict) else ""
            if not isinstance(name, str) or set(name) & set(";,"):
                yield f"{at}.{where}.name"


def _from(document: Document) -> Found:
    if not _ADDRESS.fullmatch(_email(document.get("from"))):
        yield "from.email"


def _from_letters(document: Document) -> Found:
    sender = document.get("from")
    if isinstance(sender, dict) and not str(sender.get("name", "")).isascii():
        yield "from.name"


def _subject(document: Document) -> Found:
    everywhere = all(person.get("subject") for _, person in _people(document))
    if not document.get("subject") and not (everywhere and _people(document)):
        yield "subject"


def _content(document: Document) -> Found:
    content = document.get("content")
    if not isinstance(content, list) or not content:
        yield "content"


def _parts(document: Document) -> list[Any]:
    content = document.get("content")
    return content if isinstance(content, list) else []


def _content_values(document: Document) -> Found:
    for number, part in enumerate(_parts(document)):
        if not isinstance(part, dict) or not isinstance(part.get("value"), str) or not part["value"]:
            yield f"content.{number}.value"


def _content_types(document: Document) -> Found:
    for number, part in enumerate(_parts(document)):
        kind = part.get("type") if isinstance(part, dict) else None
        if not isinstance(kind, str) or not kind or set(kind) & set(";\r\n"):
            yield f"content.{number}.type"


def _content_order(document: Document) -> Found:
    kinds = [part.get("type") for part in _parts(document) if isinstance(part, dict)]
    known = [kind for kind in ("text/plain", "text/html") if kind in kinds]
    if kinds[: len(known)] != known:
        yield "content"


def _headers(document: Document) -> Found:
    for at, holder in [("", document), *_people(document)]:
        headers = holder.get("headers", {})
        where = f"{at}.headers" if at else "headers"
        if not isinstance(headers, dict):
            yield where
            continue
        for name, value in headers.items():
            if name.lower() in _OWN_HEADERS or not isinstance(value, str):
                yield f"{where}.{name}"


def _substitutions(document: Document) -> Found:
    for at, person in _people(document):
        if not _small(person.get("substitutions", {}), MOST_OWN_BYTES):
            yield f"{at}.substitutions"


def _custom_args(document: Document) -> Found:
    for at, holder in [("", document), *_people(document)]:
        if not _small(holder.get("custom_args", {}), MOST_OWN_BYTES - 1):
            yield f"{at}.custom_args" if at else "custom_args"


def _small(values: Any, most: int) -> bool:
    """Whether these are strings by name, of at most that many bytes together."""
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        return False
    return sum(len(key.encode()) + len(value.encode()) for key, value in values.items()) <= most


def _categories(document: Document) -> Found:
    names = document.get("categories", [])
    if len(names) > MOST_CATEGORIES or len(set(names)) < len(names) or any(len(name) > 255 for name in names):
        yield "categories"


def _reply_to(document: Document) -> Found:
    several = document.get("reply_to_list")
    if "reply_to" in document and not _ADDRESS.fullmatch(_email(document["reply_to"])):
        yield "reply_to.email"
    if several is not None and ("reply_to" in document or len(several) > 1000):
        yield "reply_to_list"


def _asm(document: Document) -> Found:
    asm = document.get("asm")
    if asm is not None and (type(asm.get("group_id")) is not int or len(asm.get("groups_to_display", ())) > 25):
        yield "asm"


def _pool(document: Document) -> Found:
    if not 2 <= len(document.get("ip_pool_name", "ok")) <= 64:
        yield "ip_pool_name"


def _switches(document: Document) -> Found:
    for section in ("tracking_settings", "mail_settings"):
        for name, setting in document.get(section, {}).items():
            if not isinstance(setting, dict) or type(setting.get("enable")) is not bool:
                yield f"{section}.{name}.enable"


def _bypass(document: Document) -> Found:
    settings = document.get("mail_settings", {})
    on = [name for name in _BYPASSES if settings.get(name, {}).get("enable")]
    if "bypass_list_management" in on and len(on) > 1:
        yield "mail_settings.bypass_list_management"


RULES = (
    Rule("The personalizations field is required and must have at least 1 and at most 1000 items.", _count),
    Rule("The total number of recipients must be less than 1000.", _recipients),
    Rule("The to array is required for all personalization objects, and must have at least one email.", _to),
    Rule("Does not contain a valid address.", _addresses),
    Rule("Each unique email address in the personalizations array should only be included once.", _repeated),
    Rule("The name may not contain a comma or a semicolon.", _names),
    Rule("The from email does not contain a valid address.", _from),
    Rule("Unicode is not supported in the from field.", _from_letters),
    Rule("The subject is required.", _subject),
    Rule("Unless a valid template_id is provided, the content parameter is required.", _content),
    Rule("The content value must be a string at least one character in length.", _content_values),
    Rule("The content type must be a string without ';' and CRLF characters.", _content_types),
    Rule("If present, text/plain and text/html may only be provided once and in this order.", _content_order),
    Rule("Invalid header: reserved, or not a string.", _headers),
    Rule("The substitutions must be strings of at most 10000 bytes together.", _substitutions),
    Rule("Invalid custom_args: an object of strings, less than 10000 bytes.", _custom_args),
    Rule("Up to 10 unique categories of at most 255 characters.", _categories),
    Rule("Invalid reply_to.", _reply_to),
    Rule("Invalid asm.", _asm),
    Rule("The ip_pool_name must have 2 to 64 characters.", _pool),
    Rule("The enable parameter must be a boolean.", _switches),
    Rule("bypass_list_management cannot be combined with other bypass options.", _bypass),
)
