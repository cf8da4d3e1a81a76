"""Signed events about what was accepted: late, shuffled, copied, before the answer, or never."""

import asyncio
import base64
import random
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"


class Signer:
    """A key pair as the provider has one; *pem* is the private half."""

    def __init__(self, pem: str | None = None) -> None:
        key = serialization.load_pem_private_key(pem.encode(), None) if pem else ec.generate_private_key(ec.SECP256R1())
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        self._key = key

    @property
    def pem(self) -> str:
        form = serialization.PrivateFormat.PKCS8
        return self._key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()

    @property
    def public_key(self) -> str:
        """What stands in `sendgrid.webhook_public_key`."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return base64.b64encode(self._key.public_key().public_bytes(serialization.Encoding.DER, form)).decode()

    def headers(self, body: bytes, timestamp: str | None = None) -> dict[str, str]:
        """The headers that sign *body*."""
        moment = timestamp or str(int(time.time()))
        signature = self._key.sign(moment.encode() + body, ec.ECDSA(hashes.SHA256()))
        return {SIGNATURE: base64.b64encode(signature).decode(), TIMESTAMP: moment}


@dataclass(frozen=True)
class Telling:
    """How the provider tells of events.

    Attributes:
        url: Where they are posted; empty: nowhere.
        pem: The private key.
        lost: Share of the requests about which nothing is ever told.
        copies: Share of the posts that are made again, some time later.
        early: Share of the requests whose events are posted before the answer.
        delay: The longest time between acceptance and telling, in seconds.
        per_post: Events in one post.
        endings: Kind of the last event to its share; the rest is delivered.
    """

    url: str = ""
    pem: str = ""
    lost: float = 0.01
    copies: float = 0.2
    early: float = 0.1
    delay: float = 1.0
    per_post: int = 500
    endings: Mapping[str, float] = field(default_factory=dict)


def event(kind: str, person: Mapping[str, Any], message_id: str, number: int, at: float) -> dict[str, Any]:
    """One event in the provider's form: custom_args stand beside its own fields."""
    return {
        "email": person["to"][0]["email"],
        "timestamp": int(at),
        "event": kind,
        "sg_event_id": base64.urlsafe_b64encode(f"{message_id}-{number}-{kind}".encode()).decode().rstrip("="),
        "sg_message_id": f"{message_id}.filter0001.{number}",
        "smtp-id": f"<{message_id}@example.org>",
        **_DETAILS.get(kind, {}),
        **person.get("custom_args", {}),
    }


_DETAILS: Mapping[str, Mapping[str, Any]] = {
    "bounce": {"type": "bounce", "reason": "550 5.1.1 no such user", "status": "5.1.1"},
    "dropped": {"reason": "Bounced Address"},
    "deferred": {"response": "451 try later", "attempt": "1"},
    "delivered": {"response": "250 OK"},
}


class Teller:
    """Posts events in the background until `drain`."""

    def __init__(self, telling: Telling, seed: int = 0) -> None:
        self._telling = telling
        self._signer = Signer(telling.pem) if telling.pem else Signer()
        self._random = random.Random(seed)
        self._tasks: set[asyncio.Task[None]] = set()
        self._gate = asyncio.Semaphore(2)
        self.refused = 0

    async def tell(self, people: Iterable[Mapping[str, Any]], message_id: str) -> None:
        """Tell of an accepted request; returns once what comes before the answer is posted."""
        if not self._telling.url or self._random.random() < self._telling.lost:
            return
        events = self._events(list(people), message_id)
        early = self._random.random() < self._telling.early
        posts = [events[at : at + self._telling.per_post] for at in range(0, len(events), self._telling.per_post)]
        for post in posts:
            if early:
                await self._post(post)
            else:
                self._later(post)
            if self._random.random() < self._telling.copies:
                self._later(post)

    async def drain(self) -> None:
        """Wait until everything is told."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def _events(self, people: list[Mapping[str, Any]], message_id: str) -> list[dict[str, Any]]:
        now, out = time.time(), []
        for number, person in enumerate(people):
            ending = self._ending()
            kinds = [ending] if ending == "dropped" else ["processed", ending]
            out.extend(event(kind, person, message_id, number, now + at) for at, kind in enumerate(kinds))
        self._random.shuffle(out)
        return out

    def _ending(self) -> str:
        share = self._random.random()
        for kind, chance in self._telling.endings.items():
            if (share := share - chance) < 0:
                return kind
        return "delivered"

    def _later(self, events: list[dict[str, Any]]) -> None:
        task = asyncio.ensure_future(self._wait_and_post(events, self._random.random() * self._telling.delay))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _wait_and_post(self, events: list[dict[str, Any]], delay: float) -> None:
        await asyncio.sleep(delay)
        await self._post(events)

    async def _post(self, events: list[dict[str, Any]]) -> None:
        body = orjson.dumps(events)
        for again in range(100):  # the provider repeats for a day; a test has no day
            async with self._gate:
                status = await self._request(body)
            if 200 <= status < 300:
                return
            self.refused += 1
            await asyncio.sleep(min(0.05 * 2**again, 2))

    async def _request(self, body: bytes) -> int:
        parts = urlsplit(self._telling.url)
        fields = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in {**fields, **self._signer.headers(body)}.items())
        try:
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        except OSError:
            return 0
        try:
            writer.write(f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{lines}\r\n".encode() + body)
            first = await asyncio.wait_for(reader.readline(), 30)
            return int(first.split()[1]) if first else 0
        except (OSError, TimeoutError):
            return 0
        finally:
            writer.close()
