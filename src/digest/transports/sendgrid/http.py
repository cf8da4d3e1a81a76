"""One request to SendGrid and its answer: pooled connections, no redirect, no retry, no proxy."""

import http.client
import io
import select
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from digest.errors import InDoubt, NotAccepted, Refused
from digest.transports.deadline import TimedSocket, TimedTlsSocket, connect, secure
from digest.transports.redaction import fault_text

_IDLE = 10.0  # seconds after which a connection is not reused: the other side may be about to close it
_LONGEST_ANSWER = 256 * 1024  # bytes
_REFUSALS = (3, 4)  # hundreds of a status
_FAULTS = (OSError, http.client.HTTPException, ValueError)


@dataclass(frozen=True)
class Reply:
    """The response to a request.

    Attributes:
        headers: Names in lower case.
        whole: Whether the body is complete; the status is certain in any case.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool


class _Lines(io.BufferedReader):
    """Accepts complete lines only: http.client takes a truncated head for a complete one."""

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        if not line.endswith(b"\n") and len(line) != size:
            raise http.client.IncompleteRead(line)
        return line


class _Response(http.client.HTTPResponse):
    """The final response: http.client skips 100, but no other interim response (RFC 9110, 15.2)."""

    def __init__(self, sock: socket.socket, *arguments: Any, **named: Any) -> None:
        super().__init__(sock, *arguments, **named)
        self.fp = _Lines(self.fp.detach())

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]
        interim = status < http.HTTPStatus.OK and status != http.HTTPStatus.SWITCHING_PROTOCOLS
        return version, http.HTTPStatus.CONTINUE if interim else status, reason


@dataclass
class _Connection:
    http: http.client.HTTPConnection
    idle_since: float = 0.0

    @property
    def socket(self) -> TimedSocket | TimedTlsSocket:
        assert isinstance(self.http.sock, TimedSocket | TimedTlsSocket)
        return self.http.sock

    def usable(self) -> bool:
        # readable without a request: closed by the other side, or out of step
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        return time.monotonic() - self.idle_since < _IDLE and not poll.poll(0)


class SendgridApi:
    """
    A client for SendGrid's API. Several threads may use it at once; each request has a connection of its own.

    Args:
        host: https://NAME[:PORT]; http only for tests on this machine.
        key: Returns the API key. It goes into one header of each request and nowhere else.
        tls: What is verified.
        patience: Seconds to wait for the next byte from the other side.

    Proxies in the environment are ignored: the key goes to *host* only.
    """

    def __init__(self, host: str, key: Callable[[], str], *, tls: ssl.SSLContext, patience: float) -> None:
        parts = urlsplit(host)
        self._host = parts.hostname or ""
        self._secure = parts.scheme == "https"
        self._port = parts.port or (443 if self._secure else 80)
        self._where = f"[{self._host}]:{self._port}" if ":" in self._host else f"{self._host}:{self._port}"
        self._key = key
        self._tls = tls
        self._patience = patience
        self._idle: deque[_Connection] = deque()

    def exchange(self, method: str, path: str, body: bytes, *, until: float, reserve: float = 0.0) -> Reply:
        """
        Make one request.

        Args:
            body: JSON; empty for none.
            until: When the request must end, on the clock of `time.monotonic`.
            reserve: Seconds before *until* by which *body* must begin to go out, to leave time for the response.

        Raises:
            NotAccepted: Nothing of *body* went out.
            Refused: Nothing of *body* went out, and the certificate of the other side is not valid.
            InDoubt: *body* began to go out, and no clear answer arrived.

        These hide the original error, since its traceback may contain the key.
        """
        connection = self._connection(until - reserve)
        try:
            self._begin(connection, method, path, len(body), until - reserve)
            connection.socket.until = until
        except _FAULTS as fault:
            connection.http.close()
            raise NotAccepted(f"no request went out to SendGrid: {fault_text(fault)}") from None
        except BaseException:
            connection.http.close()
            raise
        try:
            reply, reusable = _answer(connection.http, body)
        except _FAULTS as fault:
            connection.http.close()
            raise InDoubt(f"SendGrid gave no clear answer: {fault_text(fault)}") from None
        except BaseException:
            connection.http.close()
            raise
        self._put_back(connection, reusable)
        return reply

    def close(self) -> None:
        """Close the idle connections; those in use are not affected."""
        while self._idle:
            self._idle.pop().http.close()

    def _connection(self, until: float) -> _Connection:
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:
                break  # another thread took the last one
            if connection.usable():
                connection.socket.until = until
                return connection
            connection.http.close()
        return self._connect(until)

    def _connect(self, until: float) -> _Connection:
        try:
            plain = connect(self._host, self._port, until=until, patience=self._patience)
            sock = secure(plain, self._host, self._tls) if self._secure else plain
        except ssl.SSLCertVerificationError as fault:
            raise Refused(
                f"the certificate of {self._where} is not valid for {self._host}: {fault.verify_message}"
            ) from None
        except (OSError, UnicodeError) as fault:
            raise NotAccepted(f"SendGrid can't be reached at {self._where}: {fault_text(fault)}") from None
        client = http.client.HTTPConnection(self._host, self._port)
        client.default_port = 443 if self._secure else 80  # left out of the Host header
        client.response_class = _Response
        client.sock = sock
        client.auto_open = 0
        return _Connection(client)

    def _begin(self, connection: _Connection, method: str, path: str, length: int, until: float) -> None:
        client = connection.http
        client.putrequest(method, path)
        client.putheader("Authorization", f"Bearer {self._key()}")
        client.putheader("User-Agent", "digest")
        if length:
            client.putheader("Content-Type", "application/json")
            client.putheader("Content-Length", str(length))
        if time.monotonic() >= until:
            raise TimeoutError("timed out")
        client.endheaders()

    def _put_back(self, connection: _Connection, reusable: bool) -> None:
        if reusable:
            connection.idle_since = time.monotonic()
            self._idle.append(connection)
        else:
            connection.http.close()


def _answer(client: http.client.HTTPConnection, body: bytes) -> tuple[Reply, bool]:
    try:
        if body:
            client.send(body)
    except (BrokenPipeError, ConnectionResetError):
        response = client.getresponse()  # a server that refuses a request need not read all of it
        if (
            response.status >= http.HTTPStatus.INTERNAL_SERVER_ERROR
            or response.status < http.HTTPStatus.MULTIPLE_CHOICES
        ):
            raise
    else:
        response = client.getresponse()
    headers = {name.lower(): value for name, value in response.getheaders()}
    try:
        content = response.read(_LONGEST_ANSWER)
    except _FAULTS:
        content = b""
    whole = response.isclosed() and (bool(response.chunked) or response.length == 0)
    final = response.status >= http.HTTPStatus.OK
    return Reply(response.status, headers, content, whole), whole and final and not response.will_close
