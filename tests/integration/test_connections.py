"""Nobody keeps the server waiting for ever, and nobody takes every connection."""

import asyncio
import errno
import logging
import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest
from services.site import serving
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from digest.http.connections import Patience, most_connections, report_fault
from digest.http.server import listen

HURRIED = Patience(head=0.5, body=0.5, reading=0.5)
NEVER = Patience(head=300, body=300, reading=300)
GET = b"GET /%s HTTP/1.1\r\nHost: here\r\n\r\n"
WAIT = 30  # seconds that a test waits for what happens at once


class House:
    """An application with a page that takes its time, one that never ends and one that is too long to be sent."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.leave = threading.Event()
        pages = (self.here, self.slow, self.endless, self.long, self.unread)
        routes = [Route(f"/{page.__name__}", page, methods=["GET", "POST"]) for page in pages]
        self.app = Starlette(routes=[*routes, Route("/healthz", self.here)])

    def here(self, request: Request) -> Response:
        return PlainTextResponse("here")

    def slow(self, request: Request) -> Response:
        self.entered.release()
        assert self.leave.wait(WAIT)
        return PlainTextResponse("at last")

    async def unread(self, request: Request) -> Response:
        self.entered.release()
        return PlainTextResponse("not read")

    async def endless(self, request: Request) -> Response:
        async def parts():
            while not self.leave.is_set():
                yield b"more"
                await asyncio.sleep(0.05)

        return StreamingResponse(parts())

    async def long(self, request: Request) -> Response:
        return Response(b"x" * 50_000_000)


@contextmanager
def house(patience: Patience, most: int = 100) -> Iterator[tuple[House, "Visitors"]]:
    built, listening = House(), listen("127.0.0.1", 0)
    address = listening.getsockname()
    with serving(built.app, listening, patience=patience, most=most), ExitStack() as stack:
        stack.callback(built.leave.set)
        yield built, Visitors(address, stack)


class Visitors:
    def __init__(self, address: tuple[str, int], stack: ExitStack) -> None:
        self._address = address
        self._stack = stack

    def come(self, said: bytes = b"", source: str = "127.0.0.1") -> socket.socket:
        """A connection from an address of this machine on which *said* was sent."""
        visitor = self._stack.enter_context(socket.create_connection(self._address, WAIT, (source, 0)))
        visitor.sendall(said)
        return visitor


def is_closed(visitor: socket.socket) -> bool:
    """Waits until the server closes the connection, whatever it says before."""
    with suppress(ConnectionResetError):
        while visitor.recv(65536):
            pass
    return True


def hears(visitor: socket.socket, ending: bytes) -> bool:
    """Waits until the server has said something that ends so."""
    heard = b""
    while not heard.endswith(ending):
        part = visitor.recv(65536)
        if not part:
            return False
        heard += part
    return True


def send_on(visitor: socket.socket) -> None:
    """Sends until the server has gone, and reads nothing."""
    while True:
        visitor.sendall(GET % b"here" * 1000)


def keep_sending(visitor: socket.socket, ended: threading.Event) -> None:
    with suppress(OSError):
        while not ended.wait(0.05):
            visitor.sendall(b"a")


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: here\r\nX-Slow: ",
        b"POST /unread HTTP/1.1\r\nHost: here\r\nContent-Length: 1000000\r\n\r\n",
        GET % b"here" + b"GET /",
    ],
    ids=["nothing", "headers", "body", "second request"],
)
def test_connection_that_sends_too_slowly_is_closed(said: bytes):
    ended = threading.Event()
    with house(HURRIED) as (_, visitors):
        visitor = visitors.come(said)
        sender = threading.Thread(target=keep_sending, args=[visitor, ended])
        if said:
            sender.start()

        assert is_closed(visitor)
        ended.set()
        if said:
            sender.join()


def test_connection_that_reads_nothing_is_closed():
    with house(HURRIED) as (_, visitors):
        visitor = visitors.come(GET % b"long")

        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            send_on(visitor)


def test_answer_that_takes_its_time_is_not_cut_short():
    with house(HURRIED) as (built, visitors):
        slow, endless = visitors.come(GET % b"slow"), visitors.come(GET % b"endless")
        assert is_closed(visitors.come())  # longer ago than any patience
        built.leave.set()

        assert hears(slow, b"at last")
        assert endless.recv(65536).startswith(b"HTTP/1.1 200")


def test_requests_one_after_another_keep_their_connection():
    with house(Patience(head=3, body=3, reading=3)) as (_, visitors):
        visitor = visitors.come()
        for _ in range(8):
            visitor.sendall(GET % b"here")
            assert hears(visitor, b"here")
            threading.Event().wait(0.5)


def test_new_connection_takes_the_place_of_the_one_that_was_idle_longest():
    with house(NEVER, most=3) as (_, visitors):
        first, second, third = visitors.come(), visitors.come(), visitors.come()
        newest = visitors.come(GET % b"here")

        assert hears(newest, b"here")
        assert is_closed(first)
        for kept in (second, third):
            kept.sendall(GET % b"here")
            assert hears(kept, b"here")


def test_peer_with_the_most_connections_loses_one_first():
    with house(NEVER, most=3) as (_, visitors):
        alone = visitors.come(b"GET /here HTTP/1.1\r\n")
        first = visitors.come(source="127.0.0.2")
        visitors.come(source="127.0.0.2")
        visitors.come(source="127.0.0.2")
        assert is_closed(first)
        alone.sendall(b"Host: here\r\n\r\n")

        assert hears(alone, b"here")


def test_request_that_is_being_answered_never_loses_its_place():
    with house(NEVER, most=2) as (built, visitors):
        slow = visitors.come(GET % b"slow")
        assert built.entered.acquire(timeout=WAIT)
        for _ in range(5):
            visitors.come()
        built.leave.set()

        assert hears(slow, b"at last")


def test_health_is_told_while_every_place_is_taken_by_a_request():
    with house(NEVER, most=2) as (built, visitors):
        for _ in range(2):
            visitors.come(GET % b"slow")
            assert built.entered.acquire(timeout=WAIT)

        assert visitors.come(GET % b"here").recv(65536).startswith(b"HTTP/1.1 503 ")
        assert hears(visitors.come(GET % b"healthz"), b"here")


@pytest.mark.parametrize(("descriptors", "most"), [(20, 8), (128, 48), (1024, 496), (1_000_000, 2000), (-1, 2000)])
def test_connections_leave_descriptors_to_the_rest_of_the_process(monkeypatch, descriptors: int, most: int):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (descriptors, -1))

    assert most_connections() == most


def test_accept_that_finds_no_descriptor_is_logged_in_one_line(caplog: pytest.LogCaptureFixture):
    fault = OSError(errno.EMFILE, "Too many open files")
    loop = asyncio.new_event_loop()
    report_fault(loop, {"message": "socket.accept() out of system resource", "exception": fault})
    loop.close()

    assert [(record.levelno, record.exc_info) for record in caplog.records] == [(logging.ERROR, None)]
    assert "too many open files" in caplog.text
    assert "ulimit -n" in caplog.text
