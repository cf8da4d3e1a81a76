"""Opens a port and serves an application on it."""

import asyncio
import errno
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from types import FrameType
from typing import Any

import uvicorn

from digest.errors import ConfigError
from digest.http.connections import Crowd, GuardedConnection, Patience, most_connections, report_fault

_log = logging.getLogger("digest.server")
_BACKLOG = 2048
_ACCEPTED_AT_ONCE = 4  # connections, before the first of them is counted
_TICKS = 10  # per second


def listen(host: str, port: int) -> socket.socket:
    """Open a port to serve on. Port 0 lets the system choose one.

    Raises:
        ConfigError: The port is in use, or this machine does not have the address.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # with the protocol named, asyncio sets TCP_NODELAY: without it each answer waits 40 ms for an acknowledgement
    opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        opened.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(f"cannot listen on {host}:{port} ({reason.lower()}): {_remedy(error)}") from error
    return opened


def _remedy(error: OSError | OverflowError) -> str:
    if isinstance(error, socket.gaierror) or getattr(error, "errno", None) == errno.EADDRNOTAVAIL:
        return "this machine has no such address: choose 127.0.0.1 or 0.0.0.0 with --host"
    if isinstance(error, PermissionError):
        return "choose a port above 1023 with --port"
    return "stop the program that uses it, or choose another port with --port"


def address_of(listening: socket.socket) -> str:
    """The web address of a listening socket, such as `http://127.0.0.1:8000/`."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


class Server(uvicorn.Server):
    """uvicorn without access log (paths contain tokens), without `Server` header, and with time limits for clients.

    Args:
        grace: Seconds that open connections get after the server is asked to stop.
        on_stop: Called when the server is asked to stop, to end responses that would otherwise stay open.
        patience: How long the server waits for a client.
        most: The most connections at once; see `digest.http.connections`. None: as many as the limit of open files
            allows.
    """

    def __init__(
        self,
        app: Any,
        *,
        grace: int,
        on_stop: Callable[[], None] | None = None,
        patience: Patience = Patience(),  # noqa: B008  frozen
        most: int | None = None,
    ) -> None:
        self._on_stop = on_stop
        most = most or most_connections()
        super().__init__(
            uvicorn.Config(
                Crowd(app, most),
                http=partial(GuardedConnection, patience=patience, most=most),  # type: ignore[arg-type]
                loop="asyncio",
                ws="none",
                backlog=_ACCEPTED_AT_ONCE,
                access_log=False,
                server_header=False,
                log_config=None,
                proxy_headers=False,
                timeout_graceful_shutdown=grace,
                timeout_keep_alive=5,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to accept connections."""
        await super().startup(sockets)
        asyncio.get_running_loop().set_exception_handler(report_fault)
        for listening in sockets or []:
            listening.listen(_BACKLOG)  # asyncio set it to the number of connections that it accepts at once

    async def on_tick(self, counter: int) -> bool:
        """Once a second, close the connections that keep the server waiting for too long."""
        if counter % _TICKS == 0:
            for connection in list(self.server_state.connections):
                if isinstance(connection, GuardedConnection):
                    connection.close_if_late()
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._on_stop is not None:
            self._on_stop()
        super().handle_exit(sig, frame)

    def serve_on(self, listening: socket.socket) -> None:
        """Serve until Ctrl-C or SIGTERM, finish open requests, and close the socket."""
        with closing(listening), _terminate_like_interrupt():
            try:
                self.run(sockets=[listening])
            except KeyboardInterrupt:
                _log.info("server stopped")


@contextmanager
def _terminate_like_interrupt() -> Iterator[None]:
    # uvicorn raises the signal again after it has stopped. SIGTERM would then kill the process before the caller could
    # shut down its worker or scheduler.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
