"""Sockets that keep to a point in time: an ordinary timeout begins anew with every byte that drips in."""

import socket
import ssl
import time
from typing import TYPE_CHECKING, Any

_AT_ONCE = 0.001  # seconds; 0 would mean a socket that does not wait at all

if TYPE_CHECKING:
    _Socket = socket.socket
else:
    _Socket = object


class _Timed(_Socket):
    """
    Attributes:
        until: When reading and writing must be over, on the clock of `time.monotonic`.
        patience: Seconds to wait for the other side's next sign of life.
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
            raise TimeoutError("the time was over")
        self.settimeout(max(min(left, self.patience), _AT_ONCE))


class TimedSocket(_Timed, socket.socket):
    """A plain one."""


class TimedTlsSocket(_Timed, ssl.SSLSocket):
    """One that TLS has wrapped."""


def connect(host: str, port: int, *, until: float, patience: float) -> TimedSocket:
    """Connect to *host*, whichever of its addresses answers first in the order of the resolver.

    Raises:
        OSError: It can't be reached, or not in time.
    """
    fault: OSError = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        timed = TimedSocket(family, kind, protocol)
        timed.until, timed.patience = until, patience
        try:
            timed._limit()  # noqa: SLF001 - each address has what the ones before it left
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
    """Speak TLS from here on; *context* says what is verified.

    Raises:
        OSError: The other side does not, or can't prove that it is *host*; *plain* is closed then.
    """
    context.sslsocket_class = TimedTlsSocket
    until, patience = plain.until, plain.patience
    plain._limit()  # noqa: SLF001 - the handshake keeps to it too
    try:
        wrapped = context.wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise
    assert isinstance(wrapped, TimedTlsSocket)
    wrapped.until, wrapped.patience = until, patience
    return wrapped
