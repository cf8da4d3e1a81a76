"""A sign-up: a request to get the issue, not yet confirmed from the mailbox it names."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from digest.characters import LONGEST_NAME, CharacterFault, line_fault, tidy_line
from digest.errors import InvalidAddress
from digest.subscribers.address import parse_address
from digest.subscribers.subscriber import Preferences

_RAW_LENGTH = 1000  # characters: longer texts are refused unread


class SignUpState(StrEnum):
    """waiting -> confirmed | void; both are final."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    VOID = "void"  # the person left, or confirmed another one


@dataclass(frozen=True)
class SignUp:
    """What a person asks for. `address` is from `parse_address`, `name` from `parse_name`."""

    address: str
    name: str = ""
    preferences: Preferences = field(default_factory=Preferences)


@dataclass(frozen=True)
class StoredSignUp:
    """A sign-up in the database; times are UTC."""

    id: int
    address: str
    address_hash: str
    name: str
    preferences: Preferences
    requested_at: dt.datetime
    expires_at: dt.datetime
    page: str
    wording: str
    wording_version: str
    language: str
    network: str | None
    state: SignUpState
    subscriber_id: int | None


class UnfitName(ValueError):
    """A name that is not allowed in lists, mails and pages.

    Attributes:
        fault: The rule that it breaks, and the character.
    """

    def __init__(self, fault: CharacterFault) -> None:
        self.fault = fault
        super().__init__(f"it has {fault.what}: {fault.remedy}")


def parse_name(text: str) -> str:
    """
    Read a person's name, from a form or a list, by the rule for every single line; empty is allowed.

    A line end, which a spreadsheet program may have put into a cell, becomes a space; other line breaks are refused.

    Raises:
        UnfitName: It is longer than 200 characters, or breaks the rule.
    """
    name = tidy_line(text.replace("\r", " ").replace("\n", " ")) if len(text) <= _RAW_LENGTH else text
    if name and (fault := line_fault(name, LONGEST_NAME)):
        raise UnfitName(fault)
    return name


def fit_address(text: str) -> str:
    """The address of a form, from `parse_address`; huge texts are refused unread.

    Raises:
        InvalidAddress: It is not a valid address.
    """
    if len(text) > _RAW_LENGTH:
        raise InvalidAddress("this is not an address: it is too long, so check it")
    return parse_address(text)
