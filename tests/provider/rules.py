"""The rules that SendGrid documents for `POST /v3/mail/send`, one row each: what is checked, where, and the answer."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

MOST_PERSONALIZATIONS = 1000
MOST_RECIPIENTS = 1000
MOST_BYTES = 30_000_000
MOST_OWN_BYTES = 10_000
MOST_CATEGORIES = 10
MOST_AHEAD = 72 * 3600  # seconds

_ADDRESS = re.compile(r"[!#-'*+\-./-9=?A-Z^-~]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
OWN_HEADERS = {
    *("x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding"),
    *("to", "from", "subject", "reply-to", "cc", "bcc"),
}
BYPASSES = tuple(f"bypass_{name}_management" for name in ("list", "spam", "bounce", "unsubscribe"))

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


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _object(value: Any) -> Document:
    return value if isinstance(value, dict) else {}


def _people(document: Document) -> list[tuple[str, Document]]:
    people = enumerate(_list(document.get("personalizations")))
    return [(f"personalizations.{n}", one) for n, one in people if isinstance(one, dict)]


def _holders(document: Document) -> list[tuple[str, Document]]:
    """The request and its personalizations, each with what its fields' names begin with."""
    return [("", document), *((f"{at}.", person) for at, person in _people(document))]


def _mailboxes(person: Document) -> Iterator[tuple[str, Any]]:
    for kind in ("to", "cc", "bcc"):
        for number, mailbox in enumerate(_list(person.get(kind))):
            yield f"{kind}.{number}", mailbox


def _email(mailbox: Any) -> str:
    email = mailbox.get("email") if isinstance(mailbox, dict) else None
    return email if isinstance(email, str) else ""


def _count(document: Document) -> Found:
    people = document.get("personalizations")
    if not isinstance(people, list) or not 1 <= len(people) <= MOST_PERSONALIZATIONS:
        yield "personalizations"


def _objects(document: Document) -> Found:
    for number, person in enumerate(_list(document.get("personalizations"))):
        if not isinstance(person, dict):
            yield f"personalizations.{number}"


def _recipients(document: Document) -> Found:
    if sum(1 for _, person in _people(document) for _ in _mailboxes(person)) > MOST_RECIPIENTS:
        yield "personalizations"


def _to(document: Document) -> Found:
    yield from (f"{at}.to" for at, person in _people(document) if not _list(person.get("to")))
    for at, person in _people(document):
        yield from (f"{at}.{kind}" for kind in ("cc", "bcc") if not isinstance(person.get(kind, []), list))


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
    if not document.get("subject") and not (everywhere and _people(document)) and not _template(document):
        yield "subject"
    for at, holder in _holders(document):
        if holder.get("subject") and not isinstance(holder["subject"], str):
            yield f"{at}subject"


def _template(document: Document) -> str:
    name = document.get("template_id")
    return name if isinstance(name, str) else ""


def _content(document: Document) -> Found:
    content = document.get("content", [] if _template(document) else None)
    if not isinstance(content, list) or not (content or _template(document)):
        yield "content"


def _parts(document: Document) -> list[Any]:
    return _list(document.get("content"))


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
    if kinds[: len(known)] != known or any(kinds.count(kind) > 1 for kind in known):
        yield "content"


def _headers(document: Document) -> Found:
    for at, holder in _holders(document):
        if not isinstance(holder.get("headers", {}), dict):
            yield f"{at}headers"
        for name, value in _object(holder.get("headers")).items():
            if name.lower() in OWN_HEADERS or not isinstance(value, str) or set(value) & set("\r\n"):
                yield f"{at}headers.{name}"


def _substitutions(document: Document) -> Found:
    for at, person in _people(document):
        if not _small(person.get("substitutions", {}), MOST_OWN_BYTES):
            yield f"{at}.substitutions"


def _template_substitutions(document: Document) -> Found:
    if _template(document).startswith("d-"):
        yield from (f"{at}.substitutions" for at, person in _people(document) if person.get("substitutions"))


def _custom_args(document: Document) -> Found:
    shared = document.get("custom_args", {})
    if not _small(shared, MOST_OWN_BYTES - 1):
        yield "custom_args"
        shared = {}
    for at, person in _people(document):
        own = person.get("custom_args", {})
        if not isinstance(own, dict) or not _small({**shared, **own}, MOST_OWN_BYTES - 1):
            yield f"{at}.custom_args"


def _small(values: Any, most: int) -> bool:
    """Whether these are strings by name, of at most that many bytes together."""
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        return False
    return sum(len(key.encode()) + len(value.encode()) for key, value in values.items()) <= most


def _categories(document: Document) -> Found:
    names = document.get("categories", [])
    fine = isinstance(names, list) and all(isinstance(name, str) and len(name) <= 255 for name in names)
    if not fine or len(names) > MOST_CATEGORIES or len(set(names)) < len(names):
        yield "categories"


def _reply_to(document: Document) -> Found:
    several = document.get("reply_to_list")
    if "reply_to" in document and not _ADDRESS.fullmatch(_email(document["reply_to"])):
        yield "reply_to.email"
    if several is None:
        return
    emails = [_email(mailbox) for mailbox in _list(several)]
    unique = len({email.lower() for email in emails}) == len(emails) <= 1000
    if "reply_to" in document or not emails or not unique or not all(map(_ADDRESS.fullmatch, emails)):
        yield "reply_to_list"


def _send_at(document: Document) -> Found:
    for at, holder in _holders(document):
        moment = holder.get("send_at", 0)
        if type(moment) is not int or moment > time.time() + MOST_AHEAD:
            yield f"{at}send_at"


def _asm(document: Document) -> Found:
    if "asm" in document:
        asm = _object(document["asm"])
        shown = asm.get("groups_to_display", [])
        if type(asm.get("group_id")) is not int or not isinstance(shown, list) or len(shown) > 25:
            yield "asm"


def _pool(document: Document) -> Found:
    name = document.get("ip_pool_name", "ok")
    if not isinstance(name, str) or not 2 <= len(name) <= 64:
        yield "ip_pool_name"


def _switches(document: Document) -> Found:
    for section in ("tracking_settings", "mail_settings"):
        if not isinstance(document.get(section, {}), dict):
            yield section
        for name, setting in _object(document.get(section)).items():
            if type(_object(setting).get("enable")) is not bool:
                yield f"{section}.{name}.enable"
            if type(_object(setting).get("enable_text", False)) is not bool:
                yield f"{section}.{name}.enable_text"


def _bypass(document: Document) -> Found:
    settings = _object(document.get("mail_settings"))
    on = [name for name in BYPASSES if _object(settings.get(name)).get("enable")]
    if "bypass_list_management" in on and len(on) > 1:
        yield "mail_settings.bypass_list_management"


RULES = (
    Rule("The personalizations field is required and must have at least 1 and at most 1000 items.", _count),
    Rule("Invalid type. Expected: object.", _objects),
    Rule("The total number of recipients must be less than 1000.", _recipients),
    Rule("The to array is required for all personalization objects, and must have at least one email.", _to),
    Rule("Does not contain a valid address.", _addresses),
    Rule("Each unique email address in the personalizations array should only be included once.", _repeated),
    Rule("The name may not contain a comma or a semicolon.", _names),
    Rule("The from email does not contain a valid address.", _from),
    Rule("Unicode is not supported in the from field.", _from_letters),
    Rule("The subject is required, and must be a string.", _subject),
    Rule("Unless a valid template_id is provided, the content parameter is required.", _content),
    Rule("The content value must be a string at least one character in length.", _content_values),
    Rule("The content type must be a string without ';' and CRLF characters.", _content_types),
    Rule("If present, text/plain and text/html may only be provided once and in this order.", _content_order),
    Rule("Invalid header: reserved, not a string, or of several lines.", _headers),
    Rule("The substitutions must be strings of at most 10000 bytes together.", _substitutions),
    Rule("Substitutions may not be used with dynamic templates.", _template_substitutions),
    Rule("Invalid custom_args: an object of strings, less than 10000 bytes.", _custom_args),
    Rule("Up to 10 unique categories of at most 255 characters.", _categories),
    Rule("Invalid reply_to.", _reply_to),
    Rule("The send_at must be a unix time, at most 72 hours ahead.", _send_at),
    Rule("Invalid asm.", _asm),
    Rule("The ip_pool_name must have 2 to 64 characters.", _pool),
    Rule("The enable parameters must be booleans.", _switches),
    Rule("bypass_list_management cannot be combined with other bypass options.", _bypass),
)
