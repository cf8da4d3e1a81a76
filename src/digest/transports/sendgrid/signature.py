"""Whether a post of events comes from SendGrid: its signature over the raw body."""

import re
from collections.abc import Callable

from sendgrid.helpers.eventwebhook import EventWebhook

from digest.errors import ConfigError

# Posts are repeated for a day, and nobody says whether they are signed anew. What repeats changes nothing anyway.
OLDEST = 25 * 3600.0  # seconds
_SKEW = 600.0  # seconds that a clock may be wrong

_BASE64 = re.compile(r"[A-Za-z0-9+/]{1,200}={0,2}")
_SECONDS = re.compile(r"[0-9]{1,12}")


class SignatureCheck:
    """
    Checks signatures; may be used by several threads at once.

    Args:
        public_key: As SendGrid's settings show it: SubjectPublicKeyInfo in base64, one line.
        now: Seconds since 1970.

    Raises:
        ConfigError: It is no such key.

    Source: SendGrid, "Event Webhook security features"; ECDSA over P-256 and SHA-256.
    """

    def __init__(self, public_key: str, now: Callable[[], float]) -> None:
        try:
            self._webhook = EventWebhook(public_key)
            if not hasattr(self._webhook.public_key, "curve"):
                raise TypeError("not a key of an elliptic curve")
        except Exception as error:  # whatever a parser of keys may raise
            raise ConfigError(
                "sendgrid.webhook_public_key is no public key: copy the one that SendGrid's settings show"
            ) from error
        self._now = now

    def __call__(self, body: bytes, signature: str, timestamp: str) -> bool:
        """Whether *body* was signed by the holder of the key, not too long ago."""
        if not (_BASE64.fullmatch(signature) and _SECONDS.fullmatch(timestamp)):
            return False
        if not -_SKEW <= self._now() - int(timestamp) <= OLDEST + _SKEW:
            return False
        try:
            return bool(self._webhook.verify_signature(body.decode("utf-8"), signature, timestamp))
        except Exception:  # noqa: BLE001  whatever goes wrong in the checking of a signature refuses it
            return False
