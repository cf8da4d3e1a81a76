import base64

import pytest
from provider.events import SIGNATURE, TIMESTAMP, Signer

from digest.errors import ConfigError
from digest.transports.sendgrid.signature import OLDEST, SignatureCheck

NOW = 1_800_000_000
BODY = '[{"email":"zoë@example.org"}]'.encode()
SIGNER = Signer()
# the key of the provider's own tests
GIVEN_KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu"
    "/1FwCM/QmGUhA=="
)


def signed(body=BODY, at=NOW, signer=SIGNER):
    headers = signer.headers(body, str(at))
    return headers[SIGNATURE], headers[TIMESTAMP]


@pytest.fixture
def check():
    return SignatureCheck(SIGNER.public_key, lambda: NOW + 0.5)


def test_body_signed_by_the_key_is_accepted(check):
    assert check(BODY, *signed())


def test_altered_body_is_refused(check):
    signature, timestamp = signed()
    for place, byte in enumerate(BODY):
        assert not check(BODY[:place] + bytes([byte ^ 1]) + BODY[place + 1 :], signature, timestamp)
    assert not check(BODY + b" ", signature, timestamp)


def test_other_key_and_other_timestamp_are_refused(check):
    assert not check(BODY, *signed(signer=Signer()))
    assert not check(BODY, signed()[0], str(NOW + 1))
    assert not SignatureCheck(GIVEN_KEY, lambda: NOW)(BODY, *signed())


@pytest.mark.parametrize(
    "signature", ["", "x", "====", "not base64!", "AAAA", base64.b64encode(b"0" * 70).decode(), "é"]
)
def test_signature_that_is_none_is_refused(check, signature):
    assert not check(BODY, signature, str(NOW))


@pytest.mark.parametrize("timestamp", ["", "now", "-1", "1e9", "٣", f" {NOW}", f"{NOW}.0", "9" * 13])
def test_timestamp_that_is_none_is_refused(check, timestamp):
    assert not check(BODY, signed()[0], timestamp)


def test_body_that_is_not_utf8_is_refused(check):
    assert not check(b"[\xff]", *signed(b"[\xff]"))


@pytest.mark.parametrize(
    ("age", "good"), [(OLDEST, True), (-300, True), (24 * 3600, True), (OLDEST + 1200, False), (-1200, False)]
)
def test_repetitions_of_a_day_are_accepted_and_nothing_older(check, age, good):
    assert check(BODY, *signed(at=int(NOW - age))) is good


@pytest.mark.parametrize("key", ["AAAA", "", GIVEN_KEY[:-8]])
def test_key_that_is_none_is_a_fault_of_the_configuration(key):
    with pytest.raises(ConfigError, match="webhook_public_key"):
        SignatureCheck(key, lambda: NOW)
