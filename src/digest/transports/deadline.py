"""Sockets with a fixed deadline: an ordinary timeout starts over with every byte that arrives."""

import socket
import ssl
import time
from typing import TYPE_CHECKING, Any

_AT_ONCE = 0.001  # seconds; 0 would make the socket non-blocking

if TYPE_CHECKING:
    _Socket = socket.socket
else:
    _Socket = object


class _Timed(_Socket):
    """
    Attributes:
        until: When reading and writing must end, on the clock of `time.monotonic`.
        patience: Seconds to wait for the next byte from the other side.
    """

    until: float
    patience: float

    def recv_into(self, *arguments: Any) -> int:
        self._limit()
        return super().recv_into(*arguments)

    def send(self, *arguments: Any) -> int:
        self._limit()
        return super().send(*arguments)

    def sendall(self, *arguments: Any) -> None:
        self._limit()
        super().sendall(*arguments)

    def _limit(self) -> None:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self.settimeout(max(min(left, self.patience), _AT_ONCE))


class TimedSocket(_Timed, socket.socket):
    """A socket without TLS."""


class TimedTlsSocket(_Timed, ssl.SSLSocket):
    """A socket with TLS."""


def connect(host: str, port: int, *, until: float, patience: float) -> TimedSocket:
    """Connect to the first address of *host* that answers, in the order of the resolver.

    Raises:
        OSError: No address can be reached in time.
    """
    fault: OSError = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        timed = TimedSocket(family, kind, protocol)
        timed.until, timed.patience = until, patience
        try:
            timed._limit()  # noqa: SLF001 - each address has the time that the ones before it left
            timed.connect(address)
            timed.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            timed.close()
            fault = error
        except BaseException:
            timed.close()
            raise
        else:
            return timed
    raise fault


def secure(plain: TimedSocket, host: str, context: ssl.SSLContext) -> TimedTlsSocket:
    """Switch to TLS; *context* says what is verified.

    Raises:
        OSError: The other side does not speak TLS, or has no valid certificate for *host*. *plain* is closed then.
    """
    context.sslsocket_class = TimedTlsSocket
    until, patience = plain.until, plain.patience
    plain._limit()  # noqa: SLF001 - the handshake has the same deadline
    try:
        wrapped = context.wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise
    assert isinstance(wrapped, TimedTlsSocket)
    wrapped.until, wrapped.patience = until, patience
    return wrapped
