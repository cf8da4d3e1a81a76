"""Open connections to one relay, kept from one batch to the next."""

import ssl
import time
from collections import deque
from collections.abc import Callable
from email.message import EmailMessage
from threading import Event
from typing import Self

from digest.delivery.message import sender_of
from digest.errors import NotAccepted
from digest.transports.smtp.connection import Closing, Relay, SmtpConnection

_IDLE = 30.0  # seconds after which a connection is not reused


class Pool:
    """
    Connections to *relay*. Several threads may use it at once, each with a connection of its own.

    Args:
        deadline: Seconds within which each message must be answered.
        proven: Set as soon as the relay has accepted a recipient from this machine.
    """

    def __init__(self, relay: Relay, tls: ssl.SSLContext, *, deadline: float, proven: Event) -> None:
        self.deadline = deadline
        self.proven = proven
        self._relay = relay
        self._tls = tls
        self._idle: deque[tuple[float, SmtpConnection]] = deque()

    @property
    def reserve(self) -> float:
        """Seconds of the deadline that are reserved for the answer to a message that has begun to go out."""
        return self.deadline / 2

    def take(self, until: float) -> SmtpConnection:
        """Take an idle connection, or open a new one by *until*.

        Raises:
            NotAccepted, Refused: See `SmtpConnection`.
        """
        while self._idle:
            try:
                since, connection = self._idle.pop()
            except IndexError:
                break  # another thread took the last one
            if time.monotonic() - since < _IDLE:
                return connection
            connection.close()
        return SmtpConnection(self._relay, self._tls, until)

    def give_back(self, connection: SmtpConnection) -> None:
        """Keep a working connection for the next batch."""
        self._idle.append((time.monotonic(), connection))

    def close(self) -> None:
        """Close the idle connections; those in use are not affected."""
        while self._idle:
            self._idle.pop()[1].close()


class PooledConnection:
    """The connection of one batch. If the relay closes it before a message goes out, another one replaces it."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._connection: SmtpConnection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._connection is None:
            return
        if kind is None:
            self._pool.give_back(self._connection)
        else:
            self._connection.close()

    def send(
        self,
        address: str,
        message: EmailMessage,
        until: float,
        on_recipient_accepted: Callable[[], object] = lambda: None,
    ) -> None:
        """
        Hand over one message.

        Args:
            until: When its answer must have arrived. The message goes out only while half of the deadline is left for
                that, since an answer that comes too late leaves the recipient in doubt.
            on_recipient_accepted: Called after the relay accepts the recipient, before the message goes out.

        Raises:
            RecipientRefused, Unclear, NotAccepted, Refused, InDoubt: See `SmtpConnection`.
        """
        is_new = self._connection is None
        self._connection = self._connection or self._open(until)
        try:
            self._send(self._connection, address, message, until, on_recipient_accepted)
        except Closing:
            if is_new and not self._connection.carried:
                raise
            self._connection.close()
            self._connection = None
            self._connection = self._open(until)
            self._send(self._connection, address, message, until, on_recipient_accepted)

    def _open(self, until: float) -> SmtpConnection:
        begin_by = until - self._pool.reserve
        if time.monotonic() >= begin_by:
            raise NotAccepted("too little time was left to send another message")
        return self._pool.take(begin_by)

    def _send(
        self,
        connection: SmtpConnection,
        address: str,
        message: EmailMessage,
        until: float,
        on_recipient_accepted: Callable[[], object],
    ) -> None:
        connection.ask(sender_of(message), address, until - self._pool.reserve)
        self._pool.proven.set()
        on_recipient_accepted()
        connection.deliver(message, until)
