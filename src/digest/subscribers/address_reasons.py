"""Why a text is not an address, in our own words: `address.py` asks for them after a library has refused the text."""

import re
from collections.abc import Iterator

from email_validator import SPECIAL_USE_DOMAIN_NAMES

_LOCAL_LONGEST = 64  # RFC 5321, 4.5.3.1.1
_LABEL_LONGEST = 63  # RFC 1035, 2.3.1
_NOT_LOCAL = re.compile(r"[^a-zA-Z0-9_!#$%&'*+\-/=?^`{|}~.]")  # RFC 5322, 3.2.3
_NOT_HOST = re.compile(r"[^a-zA-Z0-9.\-\u0080-\U0010ffff]")
_DOTS = re.compile(r"^\.|\.\.|\.$")


def reason(text: str) -> str:
    """
    Say what is wrong with *text* and what to do.

    Args:
        text: What the grammar of addresses refuses.
    """
    if not (at := re.search("[@＠﹫]", text)):
        return "it has no @: write it like name@example.org"
    if at[0] != "@":
        return f"it has {at[0]} in place of @: type an ordinary @"
    if found := re.search(r"\s", text):
        what = "a space" if found[0] == " " else "an unusual space"
        return f"it contains {what}: remove it"
    local, _, domain = text.rpartition("@")
    return next(_of_local_part(local), None) or next(_of_domain(domain), f"check {domain!r}, which is not a domain")


def _of_local_part(local: str) -> Iterator[str]:
    if not local:
        yield "there is nothing before the @: add the name of the mailbox"
    if len(local) > _LOCAL_LONGEST:
        yield f"it has {len(local)} characters before the @, more than the limit of {_LOCAL_LONGEST}: check it"
    if found := _NOT_LOCAL.search(local):
        yield f"it has {found[0]!r} before the @, which is not allowed there: remove it"
    if _DOTS.search(local):
        yield "a dot before the @ can't be first, last or next to another dot: remove it"


def _of_domain(domain: str) -> Iterator[str]:
    labels = domain.split(".")
    if not domain:
        yield "there is nothing after the @: add the domain, such as example.org"
    if found := _NOT_HOST.search(domain):
        yield f"it has {found[0]!r} after the @, which is not allowed there: remove it"
    if _DOTS.search(domain):
        yield "a dot after the @ can't be first, last or next to another dot: remove it"
    if any(label.startswith("-") or label.endswith("-") for label in labels):
        yield "a hyphen after the @ can't be next to a dot, first or last: check the domain"
    if any(len(label) > _LABEL_LONGEST for label in labels):
        yield f"it has more than {_LABEL_LONGEST} characters between two dots after the @: check the domain"
    if domain.lower() in SPECIAL_USE_DOMAIN_NAMES or labels[-1].lower() in SPECIAL_USE_DOMAIN_NAMES:
        yield f"no mail can reach {domain}, which is reserved: use a real domain"
    if len(labels) == 1:
        yield f"the domain {domain!r} has no dot: write all of it, such as example.org"
    if labels[-1][-1:].isdigit():
        yield f"the domain ends in {labels[-1]!r}, which is not a top-level domain: check it"
