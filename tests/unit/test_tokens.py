import datetime as dt
import hashlib
import hmac
from base64 import urlsafe_b64decode

import pytest
from factories import NOON
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import BadSignature, ExpiredToken
from digest.tokens import UNSUBSCRIBE, Keys, Purpose, dated_signer, open_dated, read_dated, seal, signer, unseal, verify

KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
RETIRED_KEY = bytes(range(2, 34))
KEYS = Keys(KEY, (OTHER_KEY,), (RETIRED_KEY,))
SUBJECTS = st.integers(min_value=0, max_value=2**64 - 1)
SECOND = dt.timedelta(seconds=1)
NOON_SECONDS = int(NOON.timestamp())


@given(SUBJECTS)
def test_token_gives_its_subject_back(subject: int):
    assert verify([OTHER_KEY, KEY], UNSUBSCRIBE, signer(KEY, UNSUBSCRIBE)(subject)) == subject


@given(SUBJECTS, st.integers(0, 31), st.integers(1, 255))
def test_token_with_one_character_changed_is_refused(subject: int, place: int, change: int):
    token = signer(KEY, UNSUBSCRIBE)(subject)
    forged = token[:place] + chr((ord(token[place]) + change) % 256) + token[place + 1 :]
    if forged == token:
        return

    with pytest.raises(BadSignature):
        verify([KEY], UNSUBSCRIBE, forged)


def test_token_for_another_purpose_is_refused():
    with pytest.raises(BadSignature):
        verify([KEY], UNSUBSCRIBE, signer(KEY, "preferences")(7))


def test_token_of_a_withdrawn_key_is_refused():
    with pytest.raises(BadSignature):
        verify([OTHER_KEY], UNSUBSCRIBE, signer(KEY, UNSUBSCRIBE)(7))


@pytest.mark.parametrize("text", ["", "x", "é" * 32, "=" * 32, "A" * 31, "A" * 33, "A" * 100_000, "../" * 11])
def test_text_that_is_no_token_is_refused(text: str):
    with pytest.raises(BadSignature):
        verify([KEY], UNSUBSCRIBE, text)


@pytest.mark.parametrize("key", [b"k" * 32, b"k" * 64, b"k" * 65, b"k" * 200])
def test_signature_is_hmac_sha256(key: bytes):
    subject = (7).to_bytes(8, "big")
    wanted = hmac.new(key, b"unsubscribe\0" + subject, hashlib.sha256).digest()[:16]

    assert urlsafe_b64decode(signer(key, UNSUBSCRIBE)(7)) == subject + wanted


@given(SUBJECTS, st.integers(NOON_SECONDS + 1, 2**37))
def test_dated_token_gives_its_subject_and_its_end_back(subject: int, ends: int):
    token = dated_signer(KEY, Purpose.EXPORT)(subject, ends)

    assert open_dated(KEYS, Purpose.EXPORT, token, NOON) == (subject, dt.datetime.fromtimestamp(ends, dt.UTC))
    assert read_dated(KEYS, Purpose.EXPORT, token, NOON) == subject


def test_dated_token_is_forty_characters_that_a_url_can_hold():
    token = dated_signer(KEY, Purpose.EXPORT)(2**64 - 1, NOON_SECONDS)

    assert len(token) == 40
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_dated_token_signs_its_subject_and_its_end():
    body = (7).to_bytes(8, "big") + NOON_SECONDS.to_bytes(6, "big")
    wanted = hmac.new(KEY, b"export\0" + body, hashlib.sha256).digest()[:16]

    assert urlsafe_b64decode(dated_signer(KEY, Purpose.EXPORT)(7, NOON_SECONDS)) == body + wanted


def test_dated_token_works_until_the_second_at_which_it_ends():
    token = dated_signer(KEY, Purpose.CONFIRM)(7, NOON_SECONDS)

    assert read_dated(KEYS, Purpose.CONFIRM, token, NOON - SECOND) == 7
    with pytest.raises(ExpiredToken) as caught:
        read_dated(KEYS, Purpose.CONFIRM, token, NOON)
    assert caught.value.ended == NOON
    assert "2026-11-10" in str(caught.value)


def test_dated_token_that_ends_later_than_a_datetime_can_hold_still_opens():
    token = dated_signer(KEY, Purpose.EXPORT)(7, 2**48 - 1)

    assert open_dated(KEYS, Purpose.EXPORT, token, NOON) == (7, dt.datetime.fromtimestamp(2**37, dt.UTC))


@given(st.integers(0, 39), st.integers(1, 255))
def test_dated_token_with_one_character_changed_is_refused(place: int, change: int):
    token = dated_signer(KEY, Purpose.EXPORT)(7, NOON_SECONDS + 60)
    forged = token[:place] + chr((ord(token[place]) + change) % 256) + token[place + 1 :]
    if forged == token:
        return

    with pytest.raises(BadSignature):
        read_dated(KEYS, Purpose.EXPORT, forged, NOON)


@pytest.mark.parametrize("other", [purpose for purpose in Purpose if purpose is not Purpose.EXPORT])
def test_dated_token_for_another_purpose_is_refused(other: Purpose):
    with pytest.raises(BadSignature):
        read_dated(KEYS, Purpose.EXPORT, dated_signer(KEY, other)(7, NOON_SECONDS + 60), NOON)


def test_token_without_an_end_does_not_open_a_dated_link():
    with pytest.raises(BadSignature):
        read_dated(KEYS, Purpose.EXPORT, signer(KEY, Purpose.EXPORT)(7), NOON)


def test_retired_key_still_opens_its_dated_links():
    token = dated_signer(OTHER_KEY, Purpose.EXPORT)(7, NOON_SECONDS + 60)

    assert read_dated(KEYS, Purpose.EXPORT, token, NOON) == 7


def test_key_that_is_only_kept_for_unsubscribing_opens_nothing_else():
    token = dated_signer(RETIRED_KEY, Purpose.EXPORT)(7, NOON_SECONDS + 60)

    assert verify(KEYS.trusted(UNSUBSCRIBE), UNSUBSCRIBE, signer(RETIRED_KEY, UNSUBSCRIBE)(7)) == 7
    with pytest.raises(BadSignature):
        read_dated(KEYS, Purpose.EXPORT, token, NOON)


def test_keys_are_trusted_from_the_newest_on():
    assert KEYS.trusted(UNSUBSCRIBE) == (KEY, OTHER_KEY, RETIRED_KEY)
    assert KEYS.trusted(Purpose.EXPORT) == (KEY, OTHER_KEY)


def test_keys_are_not_shown():
    assert repr(KEYS) == "Keys()"


@pytest.mark.parametrize("text", ["A" * 31 + "é", "A" * 31 + "=", "A" * 31 + "\n", "A" * 31 + " ", "A" * 31 + "+"])
def test_token_with_a_character_of_no_url_is_refused(text: str):
    with pytest.raises(BadSignature):
        verify([KEY], UNSUBSCRIBE, text)


def test_cut_link_and_forged_link_are_told_apart():
    said = []
    for text in ("A" * 31, "A" * 32):
        with pytest.raises(BadSignature) as caught:
            verify([KEY], UNSUBSCRIBE, text)
        said.append(str(caught.value))

    assert len(set(said)) == 2


@given(st.text(max_size=100))
def test_sealed_text_is_read_with_its_key_for_its_purpose_in_its_time_only(text: str):
    sealed, hour = seal(KEY, "typed", text, NOON), dt.timedelta(hours=1)

    assert unseal([OTHER_KEY, KEY], "typed", sealed, NOON + hour, hour) == text
    assert unseal([KEY], "typed", sealed, NOON + hour + SECOND, hour) is None
    assert unseal([KEY], "other", sealed, NOON, hour) is None
    assert unseal([OTHER_KEY], "typed", sealed, NOON, hour) is None


@given(st.text(max_size=200))
def test_anything_else_is_no_sealed_text(text: str):
    assert unseal([KEY], "typed", text, NOON, SECOND) is None


def test_sealed_text_does_not_show_and_needs_no_escaping():
    sealed = seal(KEY, "typed", "ann.lee@example.org", NOON)

    assert "ann" not in sealed
    assert set(sealed) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
