"""Whether a webhook request comes from SendGrid: the signature of its raw body."""

import re
from collections.abc import Callable

from sendgrid.helpers.eventwebhook import EventWebhook

from digest.errors import ConfigError

# SendGrid retries for a day and does not document whether it signs again. A repeated request changes nothing.
OLDEST = 25 * 3600.0  # seconds
_SKEW = 600.0  # seconds by which a clock may be wrong

_BASE64 = re.compile(r"[A-Za-z0-9+/]{1,200}={0,2}")
_SECONDS = re.compile(r"[0-9]{1,12}")


class SignatureCheck:
    """
    Checks signatures. Several threads may use it at once.

    Args:
        public_key: As SendGrid's settings show it: SubjectPublicKeyInfo in base64, one line.
        now: Seconds since 1970.

    Raises:
        ConfigError: *public_key* is not such a key.

    Source: SendGrid, "Event Webhook security features"; ECDSA over P-256 and SHA-256.
    """

    def __init__(self, public_key: str, now: Callable[[], float]) -> None:
        try:
            self._webhook = EventWebhook(public_key)
            if not hasattr(self._webhook.public_key, "curve"):
                raise TypeError("not a key of an elliptic curve")
        except Exception as error:  # a key parser may raise anything
            raise ConfigError(
                "sendgrid.webhook_public_key is not a public key: copy it from SendGrid's settings"
            ) from error
        self._now = now

    def __call__(self, body: bytes, signature: str, timestamp: str) -> bool:
        """Whether the holder of the key signed *body* recently."""
        if not (_BASE64.fullmatch(signature) and _SECONDS.fullmatch(timestamp)):
            return False
        if not -_SKEW <= self._now() - int(timestamp) <= OLDEST + _SKEW:
            return False
        try:
            return bool(self._webhook.verify_signature(body.decode("utf-8"), signature, timestamp))
        except Exception:  # noqa: BLE001  any error while checking means an invalid signature
            return False
