import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import BadSignature
from digest.tokens import UNSUBSCRIBE, signer, verify

KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
SUBJECTS = st.integers(min_value=0, max_value=2**64 - 1)


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
    from base64 import urlsafe_b64decode

    subject = (7).to_bytes(8, "big")
    wanted = hmac.new(key, b"unsubscribe\0" + subject, hashlib.sha256).digest()[:16]

    assert urlsafe_b64decode(signer(key, UNSUBSCRIBE)(7)) == subject + wanted
