"""A request is over in time, whatever the other side does."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from digest.errors import InDoubt, NotAccepted, TooLarge
from digest.transports.deadline import connect
from digest.transports.sendgrid.http import SendgridApi
from digest.transports.sendgrid.responses import read_answer

HEAD = b"HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\n"


@contextlib.contextmanager
def serving(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server for one connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                serve(connection)

        thread = threading.Thread(target=run)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


def exchange(url: str, body: bytes = b"{}", seconds: float = 1.0, patience: float = 10.0, reserve: float = 0.0):
    api = SendgridApi(url, lambda: "key", tls=ssl.create_default_context(), patience=patience)
    try:
        return api.exchange("POST", "/v3/mail/send", body, until=time.monotonic() + seconds, reserve=reserve)
    finally:
        api.close()


def drip(content: bytes) -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        for byte in content * 100:
            connection.sendall(bytes([byte]))
            time.sleep(0.1)

    return serve


@pytest.mark.parametrize("content", [b"H", HEAD, HEAD + b"x"])
def test_answer_that_drips_in_is_not_waited_for(content: bytes):
    with serving(drip(content)) as url, pytest.raises(InDoubt, match="timed out"):
        exchange(url)


def test_body_of_an_answer_that_drips_in_leaves_the_status_certain():
    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(HEAD.replace(b"202", b"429"))
        drip(b"x")(connection)

    with serving(serve) as url:
        reply = exchange(url)

    assert (reply.status, reply.whole) == (429, False)


def test_silence_is_waited_for_no_longer_than_said():
    def serve(connection: socket.socket) -> None:
        while connection.recv(65536):
            pass

    with serving(serve) as url, pytest.raises(InDoubt, match="timed out"):
        exchange(url, seconds=60, patience=0.5)


def test_request_that_nobody_reads_is_given_up():
    given_up = threading.Event()

    with serving(lambda connection: given_up.wait(60)) as url:
        with pytest.raises(InDoubt, match="timed out"):
            exchange(url, b"x" * 50_000_000)
        given_up.set()


def test_refusal_before_the_request_was_read_is_heard():
    def serve(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1_000_000):
            pass

    with serving(serve) as url:
        reply = exchange(url, b"x" * 20_000_000, seconds=30)

    with pytest.raises(TooLarge):
        read_answer(reply, [1], now=0.0)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\r\n",
        b"220 mail.example.org ESMTP\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 202",
        b"HTTP/1.1 202 Accepted\r\n" + b"X: y\r\n" * 1000,
        b"x" * 100_000,
    ],
)
def test_answer_that_is_no_answer_is_in_doubt(answer: bytes):
    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    with serving(serve) as url, pytest.raises(InDoubt):
        read_answer(exchange(url, seconds=30), [1], now=0.0)


def test_time_that_is_over_means_that_nothing_went_out():
    with serving(lambda connection: None) as url:
        with pytest.raises(NotAccepted):
            exchange(url, seconds=-1)
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))).close()


def test_request_does_not_begin_with_too_little_of_its_deadline_left():
    until, reserve = time.monotonic() + 30, 29.5

    def slow_key() -> str:
        while time.monotonic() < until - reserve:
            time.sleep(0.01)
        return "key"

    seen: list[bytes] = []
    with serving(lambda connection: seen.append(connection.recv(65536))) as url:
        api = SendgridApi(url, slow_key, tls=ssl.create_default_context(), patience=10)
        with pytest.raises(NotAccepted) as caught:
            api.exchange("POST", "/v3/mail/send", b"{}", until=until, reserve=reserve)

    assert "no request went out" in str(caught.value)
    assert seen == [b""]


def test_answer_has_the_time_that_was_kept_for_it():
    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        time.sleep(0.6)
        connection.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")

    with serving(serve) as url:
        assert exchange(url, seconds=30, reserve=29.5).status == 202


@contextlib.contextmanager
def silent_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """A name with two addresses: one that never answers, since its queue is full, and the one that is given."""
    with contextlib.ExitStack() as stack:
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                filler.connect(silent.getsockname())
        there = stack.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in (silent.getsockname(), there)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        yield there


def test_several_addresses_that_do_not_answer_share_the_time(monkeypatch: pytest.MonkeyPatch):
    with silent_before(monkeypatch), pytest.raises(TimeoutError):
        connect("api.example.org", 1, until=time.monotonic() + 0.3, patience=300)


def test_next_address_is_asked_while_there_is_time(monkeypatch: pytest.MonkeyPatch):
    until = time.monotonic() + 60
    with silent_before(monkeypatch) as there, connect("api.example.org", 1, until=until, patience=0.2) as made:
        assert made.getpeername() == there


def test_name_without_an_address_can_not_be_connected_to(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])
    with pytest.raises(OSError, match="no address"):
        connect("api.example.org", 1, until=time.monotonic() + 10, patience=0.2)
