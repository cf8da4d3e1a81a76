"""An SMTP relay on loopback that takes mail, answers as it is told, and hangs up on demand."""

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

HANG_UP = "hang up"
HANG = "hang"


@dataclass
class Taken:
    """One message with its envelope."""

    sender: str
    recipient: str
    message: EmailMessage
    secure: bool


@dataclass
class Relay:
    """
    Attributes:
        at_sender, at_recipient, at_message: Address of the recipient (of the sender for the first) to what is
            answered there, or HANG_UP, or HANG; `*` is everybody.
        at_start: What greets a client instead of 220.
        most: Messages on one connection; the next one is answered with 421.
        undelayed: Whether each connection sends its answers at once (TCP_NODELAY).
        slow_at_recipient, slow_at_message: Address of the recipient to the seconds before that answer.
    """

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    at_sender: dict[str, str] = field(default_factory=dict)
    at_recipient: dict[str, str] = field(default_factory=dict)
    at_message: dict[str, str] = field(default_factory=dict)
    slow_at_recipient: dict[str, float] = field(default_factory=dict)
    slow_at_message: dict[str, float] = field(default_factory=dict)
    password: bytes | None = None
    most: int = 10**9
    connections: int = 0
    asked: list[str] = field(default_factory=list)
    undelayed: list[bool] = field(default_factory=list)

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, name: str, answers: Any):  # noqa: N802
        session.host_name = name
        if not hasattr(session, "carried"):
            session.carried = 0
            self.connections += 1
            sock = server.transport.get_extra_info("socket")
            self.undelayed.append(bool(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
        return answers

    async def handle_MAIL(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any):  # noqa: N802
        if session.carried >= self.most:
            server.transport.write(b"421 4.7.0 enough for one connection\r\n")
            server.transport.close()
            return "421 4.7.0 enough"
        if answer := self.at_sender.get(address):
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any):  # noqa: N802
        self.asked.append(address)
        await asyncio.sleep(self.slow_at_recipient.get(address, 0))
        answer = self.at_recipient.get(address) or self.at_recipient.get("*")
        if answer == HANG_UP:
            server.transport.abort()
            return "250 OK"
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope):  # noqa: N802
        recipient = envelope.rcpt_tos[0]
        await asyncio.sleep(self.slow_at_message.get(recipient, 0))
        answer = self.at_message.get(recipient) or self.at_message.get("*")
        if answer and answer[0] in "45":
            return answer
        message = message_from_bytes(envelope.content, policy=policy.default)
        secure = server.transport.get_extra_info("ssl_object") is not None
        self.taken.append(Taken(envelope.mail_from, recipient, message, secure))
        session.carried += 1
        if answer == HANG_UP:
            server.transport.abort()
        if answer == HANG:
            await asyncio.sleep(30)
        return answer if answer not in (None, HANG, HANG_UP) else "250 OK"

    def check(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.password == self.password
        return AuthResult(success=right, handled=right)


@contextlib.contextmanager
def running(relay: Relay, certificate: ssl.SSLContext | None = None, *, tls: bool = False) -> Iterator[Relay]:
    """Run *relay*; with *certificate* it offers STARTTLS, with *tls* it speaks TLS from the first byte."""
    options: dict[str, Any] = {"authenticator": relay.check, "auth_require_tls": False} if relay.password else {}
    if certificate and tls:
        options["ssl_context"] = certificate
    elif certificate:
        options["tls_context"] = certificate
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        relay.port = free.getsockname()[1]
    controller = _Quiet(relay, hostname="127.0.0.1", port=relay.port, **options)
    controller.start()
    try:
        yield relay
    finally:
        controller.stop()


class _Quiet(Controller):
    """Stops without leaving half-open connections to be warned of."""

    async def _end(self) -> None:
        tasks = [task for task in asyncio.all_tasks(self.loop) if task is not asyncio.current_task(self.loop)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def stop(self, no_assert: bool = False) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result(10)
        super().stop(no_assert)


def soon() -> float:
    """A moment that is far enough for an answer and near enough for a test."""
    return time.monotonic() + 0.3
