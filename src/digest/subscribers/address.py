"""Email addresses: which can be mailed, and when two spellings mean the same person."""

import hashlib
import re
import unicodedata
from binascii import b2a_base64
from enum import StrEnum
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email
from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES

from digest.characters import describe
from digest.errors import InvalidAddress
from digest.subscribers.address_reasons import reason

_LONGEST = 254  # RFC 5321, 4.5.3.1.3, without the angle brackets
_SHOWN = 60  # characters of a refused text that a message quotes
_HASH_BYTES = 16
_LENGTH = 22  # of 16 bytes in base64, without the padding
_BLOCK_BYTES = 64  # SHA-256
_TO_URL = bytes.maketrans(b"+/", b"-_")
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # categories of Unicode
_PLAIN = re.compile(r"[a-zA-Z0-9_+-]+(?:\.[a-zA-Z0-9_+-]+)*")  # a local part that is certainly valid
_LOWER_CASE = frozenset(CASE_INSENSITIVE_MAILBOX_NAMES)
_LOCAL_LONGEST = 64  # RFC 5321, 4.5.3.1.1
_DOMAINS = 4096  # cached domains: a list has few domains and many people


class AddressFault(StrEnum):
    """Which rule an address breaks."""

    CONTROL = "control"
    INVISIBLE = "invisible"
    NOT_ASCII = "not ascii"  # before the @
    NOT_ALONE = "not alone"
    SEVERAL = "several"
    OTHER = "other"


def parse_address(text: str) -> str:
    """
    Read one address in a form that every mail provider accepts.

    Args:
        text: As typed, or from a list; surrounding space is ignored.

    Returns:
        The address in ASCII: local part as written, domain in A-labels and lower case.

    Raises:
        InvalidAddress: It is not an address, is more than one, or can't be mailed because it has a display name, a
            quoted local part, an address literal, a letter outside ASCII before the @, or more than 254 characters.

    Does not check whether the domain exists.

    Source: RFC 5321, 4.1.2; RFC 5891.
    """
    stripped = text.strip()
    if len(stripped) > _LONGEST:
        raise InvalidAddress(
            f"{_shown(stripped)} is not an address: it has more than {_LONGEST} characters, so shorten it"
        )
    return _parse_plain(stripped) or _parse_any(stripped)


def _parse_plain(text: str) -> str | None:
    """The result of `_parse_any` for nearly every address, in a tenth of the time; None: ask `_parse_any`."""
    local, _, domain = text.partition("@")
    if len(local) > _LOCAL_LONGEST or not _PLAIN.fullmatch(local) or local.lower() in _LOWER_CASE:
        return None
    found = _mailable(domain)
    return f"{local}@{found}" if found and len(local) + 1 + len(found) <= _LONGEST else None


@lru_cache(_DOMAINS)
def _mailable(domain: str) -> str | None:
    """The domain in A-labels and lower case, or None if it is invalid."""
    try:
        return _parse_any(f"a@{domain}").removeprefix("a@")
    except InvalidAddress:
        return None


def _parse_any(stripped: str) -> str:
    if refusal := _refusal(stripped):
        fault, words, character = refusal
        raise InvalidAddress(f"{_shown(stripped)} can't be mailed: {words}", fault, character)
    try:
        found = validate_email(unicodedata.normalize("NFC", stripped), check_deliverability=False, strict=True)
    except EmailNotValidError as error:
        raise InvalidAddress(f"{_shown(stripped)} is not an address: {reason(stripped)}") from error
    if found.ascii_email is None or len(found.ascii_email) > _LONGEST:
        raise InvalidAddress(
            f"{_shown(stripped)} can't be mailed: it is too long, or not ASCII before the @: use another address"
        )
    local, _, domain = found.ascii_email.rpartition("@")
    return f"{local}@{domain.lower()}"


def canonical(address: str) -> str:
    """
    The identity of an address from `parse_address`: two addresses with the same identity are the same person.

    Case makes no difference anywhere. A plus tag does.
    """
    return address.lower()  # ASCII by construction, so no other alphabet is folded into it


def without_tag(address: str) -> str:
    """
    The mailbox behind an address from `parse_address`: its local part up to the first plus sign.

    For rate limits only: only the host knows which addresses share a mailbox, so two tags stay two people.

    Source: RFC 5233, 1, for the usual separator; a host may use another one, or none.
    """
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def display_address(address: str) -> str:
    """An address from `parse_address` for people to read, with its domain in Unicode."""
    return str(validate_email(address, check_deliverability=False).normalized)


class AddressHash:
    """
    A keyed hash of an address's identity, which can be kept after the address is deleted.

    Args:
        key: At least 32 random bytes, used for nothing else. A different key makes everyone unknown.

    Calling it with an address from `parse_address` returns 22 URL-safe characters: half of HMAC-SHA256. The hash states
    are prepared once, because an import identifies every row.

    Source: RFC 2104, 2 and 5.
    """

    def __init__(self, key: bytes) -> None:
        key = key if len(key) <= _BLOCK_BYTES else hashlib.sha256(key).digest()
        padded = key.ljust(_BLOCK_BYTES, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def __call__(self, address: str) -> str:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(canonical(address).encode("ascii"))
        outer.update(inner.digest())
        return b2a_base64(outer.digest()[:_HASH_BYTES], newline=False)[:_LENGTH].translate(_TO_URL).decode("ascii")


def _refusal(text: str) -> tuple[AddressFault, str, str] | None:
    """The rule that *text* breaks, in plainer words than a grammar has, and the character; or None."""
    local, _, domain = text.rpartition("@")
    if hidden := next((letter for letter in text if unicodedata.category(letter) in _HIDDEN), ""):
        is_layout = unicodedata.category(hidden) == "Cf"
        what = "an invisible character" if is_layout else "a control character"
        fault = AddressFault.INVISIBLE if is_layout else AddressFault.CONTROL
        return fault, f"it contains {what}, {describe(hidden)}: retype the address", hidden
    if letter := next((one for one in unicodedata.normalize("NFC", local) if not one.isascii()), ""):
        return (
            AddressFault.NOT_ASCII,
            f"only ASCII is supported before the @, and it has {letter!r}: use another address",
            letter,
        )
    found = {
        "it is empty: enter an address": (AddressFault.OTHER, not text),
        "enter the address only, without a name or brackets": (AddressFault.NOT_ALONE, "<" in text or ">" in text),
        "enter one address only": (
            AddressFault.SEVERAL,
            any(mark in text for mark in ",;") or (text.count("@") > 1 and '"' not in text),
        ),
        "a quoted name before the @ is not supported: use another address": (AddressFault.OTHER, '"' in local),
        "it looks like an encoded word (RFC 2047): write the address itself": (AddressFault.OTHER, "=?" in text),
        "an address literal is not supported: use a domain such as example.org": (
            AddressFault.OTHER,
            domain.startswith("["),
        ),
    }
    return next(((fault, words, "") for words, (fault, is_so) in found.items() if is_so), None)


def _shown(text: str) -> str:
    """*text* quoted on one line and cut, because a refused text can be huge or contain control characters."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")
