"""What a sign-up form may hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.characters import CharacterRule
from digest.errors import InvalidAddress
from digest.subscribers.address import AddressHash, canonical
from digest.subscribers.signup import UnfitName, fit_address, parse_name
from digest.subscribers.suppression import Reason, may_lift


@pytest.mark.parametrize("text", ["Ann\r\nBcc: x@y", "Ann\nBcc: x@y", "Ann\tBcc:  x@y\n"])
def test_line_end_in_a_name_becomes_a_space(text: str):
    assert parse_name(text) == "Ann Bcc: x@y"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Ann\0", CharacterRule.CONTROL),
        ("\x1b[2J", CharacterRule.CONTROL),
        ("Ann\x85Bcc: x@y", CharacterRule.LINE_BREAK),
        ("Ann\u2028Bcc: x@y", CharacterRule.LINE_BREAK),
        ("An\u202en", CharacterRule.DIRECTION),
        ("An\u2067n", CharacterRule.DIRECTION),
        ("A\u200bnn", CharacterRule.INVISIBLE),
        ("\ufeffAnn", CharacterRule.INVISIBLE),
        ("A\u200dnn", CharacterRule.INVISIBLE),
        ("\ud800", CharacterRule.UNUSABLE),
        ("Ann\uffff", CharacterRule.UNUSABLE),
        ("\u200f", CharacterRule.EMPTY),
        ("=?utf-8?q?A?=", CharacterRule.ENCODED_WORD),
    ],
)
def test_name_that_hides_something_is_refused_by_a_named_rule(text: str, rule: CharacterRule):
    with pytest.raises(UnfitName) as caught:
        parse_name(text)

    assert caught.value.fault.rule is rule
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("text", ["x" * 201, "x" * 1_000_000, " " * 1_000_001])
def test_name_of_any_size_is_refused_at_once(text: str):
    with pytest.raises(UnfitName, match="more than the limit of 200"):
        parse_name(text)


@pytest.mark.parametrize(
    "text", ["", "Zoé O'Neill-Núñez", "李雷", "x" * 200, "علی\u200cرضا", "\u200fמרים\u200e", "Ann 👨\u200d👩\u200d👧"]
)
def test_real_names_stay_as_they_are(text: str):
    assert parse_name(text) == text


@given(st.text())
def test_accepted_name_is_one_line_that_stays_itself(text: str):
    try:
        name = parse_name(text)
    except UnfitName:
        return

    assert len(name.splitlines()) <= 1
    assert parse_name(name) == name
    assert name.encode().decode() == name


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        "a" * 65 + "@example.org",
        "a@" + "b" * 250 + ".org",
        "a@b",
        '"a b"@example.org',
        "a@[127.0.0.1]",
        "a(comment)@example.org",
        "a@example.org.",
        "a b@example.org",
        "Ann <ann@example.org>",
        "ann@example.org, bo@example.org",
        "ann@example.org\r\nBcc: x@example.net",
        "ü@example.org",
        "",
    ],
)
def test_what_is_not_one_address_that_can_be_mailed_is_refused(text: str):
    with pytest.raises(InvalidAddress) as refused:
        fit_address(text)

    assert len(str(refused.value)) < 300
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann@Example.ORG", "ann@example.org"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("a@bu\u0308cher.example", "a@bücher.example"),  # NFD and NFC
        ("  ann@example.org ", "ann@example.org"),
    ],
)
def test_spellings_of_one_mailbox_are_one_person(one: str, other: str):
    identify = AddressHash(b"s" * 32)

    assert identify(fit_address(one)) == identify(fit_address(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ann+digest@example.org", "ann@example.org"),
        ("a@example.org", "a@еxample.org"),  # a Cyrillic letter
        ("i@example.org", "I@example.net"),
    ],
)
def test_different_mailboxes_are_different_people(one: str, other: str):
    assert canonical(fit_address(one)) != canonical(fit_address(other))


def test_turkish_capital_is_no_letter_of_an_address():
    with pytest.raises(InvalidAddress):
        fit_address("İ@example.org")


def test_person_lifts_only_what_is_their_own():
    assert {reason for reason in Reason if may_lift(reason)} == {Reason.UNSUBSCRIBED, Reason.ERASED}
    assert not may_lift("a word of another provider")
