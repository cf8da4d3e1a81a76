"""The server: reads requests, asks the script which fault each meets, keeps the ledger, answers or does not."""

import asyncio
import socket
import ssl
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from provider.events import Teller, Telling
from provider.faults import CUT, FAULTS, HANG, NONE, RESET, Fault, Script
from provider.ledger import Ledger
from provider.rules import MOST_BYTES, breaches

KEY = "SG.test-key-that-nobody-else-may-see"
_UNAUTHORIZED = b'{"errors":[{"message":"authorization required","field":null,"help":null}]}'
_MOMENT = 0.2  # seconds
_NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Behaviour:
    """What a server does besides the rules.

    Attributes:
        latency: Seconds before every answer.
        keep: Whether requests are kept in memory, to be looked at.
        suppressions: Path below /v3/suppression/ to its entries.
    """

    script: Script = field(default_factory=Script)
    telling: Telling = field(default_factory=Telling)
    latency: float = 0.0
    keep: bool = False
    suppressions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None


class Server:
    """Serves on a free port of this machine until `stop`."""

    def __init__(self, ledger: Ledger, behaviour: Behaviour) -> None:
        self.ledger = ledger
        self.behaviour = behaviour
        self.seen: list[Seen] = []
        self.connections = 0
        self.open: set[asyncio.Transport] = set()
        self.teller = Teller(behaviour.telling)
        self._requests = 0
        self._started = time.time_ns()

    async def start(self, port: int = 0) -> int:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Protocol(self), "127.0.0.1", port, ssl=self.behaviour.tls)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        self._server.close()

    async def answer(self, seen: Seen) -> tuple[int, bytes, Fault, dict[str, str]]:
        """Status, body, fault and headers of the answer; the ledger is written before."""
        if self.behaviour.keep:
            self.seen.append(seen)
        if seen.method == "GET" and seen.path.startswith("/v3/suppression/") and _known(seen):
            return 200, self._suppressions(seen.path), FAULTS[NONE], {}
        if (seen.method, seen.path) != ("POST", "/v3/mail/send"):
            return 404, b"", FAULTS[NONE], {}
        name = self.behaviour.script.next()
        fault = FAULTS[name]
        status, body, people = self._judge(seen, fault)
        self._requests += 1
        message_id = f"m{self._started:x}{self._requests}"
        self.ledger.record(fault=name, status=status, people=people, message_id=message_id, at=time.time())
        if people:
            await self.teller.tell(people, message_id)
        if delay := fault.delay + self.behaviour.latency:
            await asyncio.sleep(delay)
        headers = {"X-Message-Id": message_id} if people else {}
        now = int(time.time())
        for field_name, value in fault.headers:
            number = value.strip("{}")
            headers[field_name] = str(now + int(number)) if value.startswith("{") else value
        return status, body, fault, headers

    def _judge(self, seen: Seen, fault: Fault) -> tuple[int, bytes, list[Any]]:
        """Status, body and what is accepted."""
        if not _known(seen):
            return 401, _UNAUTHORIZED, []
        if not fault.accepts:
            return fault.status, fault.body or b"", []
        status, errors, document = _checked(seen)
        if status != 202:
            return status, errors, []
        if document.get("mail_settings", {}).get("sandbox_mode", {}).get("enable"):
            return 200, b"", []
        return fault.status, fault.body or b"", document["personalizations"]

    def _suppressions(self, path: str) -> bytes:
        parts = urlsplit(path)
        query = dict(parse_qsl(parts.query))
        entries = self.behaviour.suppressions.get(parts.path.removeprefix("/v3/suppression/"), [])
        offset = int(query.get("offset", 0))
        return orjson.dumps(entries[offset : offset + int(query.get("limit", 500))])


def _known(seen: Seen) -> bool:
    return seen.headers.get("authorization") == f"Bearer {KEY}"


def _checked(seen: Seen) -> tuple[int, bytes, Any]:
    """Status and body by the rules alone, and the request's document."""
    if not seen.headers.get("content-type", "").startswith("application/json"):
        return 415, b"", None
    if len(seen.body) >= MOST_BYTES:
        return 413, b"", None
    try:
        document = orjson.loads(seen.body)
    except orjson.JSONDecodeError:
        document = None
    errors = breaches(document)
    return (400, orjson.dumps({"errors": errors}), document) if errors else (202, b"", document)


class _Protocol(asyncio.Protocol):
    def __init__(self, server: Server) -> None:
        self._server = server
        self._got = bytearray()
        self._head: tuple[str, str, dict[str, str], int] | None = None
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.connections += 1
        self._server.open.add(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._server.open.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._got += data
        while (seen := self._whole_request()) is not None:
            task = asyncio.ensure_future(self._serve(seen))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _whole_request(self) -> Seen | None:
        if self._head is None:
            end = self._got.find(b"\r\n\r\n")
            if end < 0:
                return None
            first, *lines = bytes(self._got[:end]).decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            method, path, _ = first.split(" ", 2)
            del self._got[: end + 4]
            self._head = (method, path, headers, int(headers.get("content-length", 0)))
        method, path, headers, length = self._head
        if len(self._got) < length:
            return None
        body = bytes(self._got[:length])
        del self._got[:length]
        self._head = None
        return Seen(method, path, headers, body)

    async def _serve(self, seen: Seen) -> None:
        async with self._turn:
            status, body, fault, headers = await self._server.answer(seen)
            if fault.interim:
                self._transport.write(fault.interim)
                await asyncio.sleep(_MOMENT)
            self._write(status, body, fault, headers)

    def _write(self, status: int, body: bytes, fault: Fault, headers: dict[str, str]) -> None:
        if fault.ending == HANG:
            return
        if fault.ending == RESET:
            self._reset()
            return
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {status} Told\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode()
        if fault.ending == CUT:
            self._transport.write(head + body[: len(body) // 2] if body else head[: fault.kept])
            self._transport.close()
        else:
            self._transport.write(head + body)

    def _reset(self) -> None:
        sock = self._transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self._transport.abort()


def open_server(ledger: Path, behaviour: Behaviour) -> Server:
    """A server that writes to the ledger at *ledger*; call within a running event loop."""
    return Server(Ledger(ledger), behaviour)
