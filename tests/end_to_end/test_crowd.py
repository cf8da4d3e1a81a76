"""`digest serve` and `digest preview` with few descriptors, beset by connections that only wait."""

import contextlib
import http.client
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from projects import command, environment, make_project
from provider.events import Signer

DESCRIPTORS = 128
IDLE, SLOW = 300, 130
LOOKS = 20
MOST_LOG = 1_000_000  # bytes
FORM = b"Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n"
SLOW_REQUESTS = (
    b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    b"POST /hooks/sendgrid HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n",
    b"POST /subscribe HTTP/1.1\r\nHost: localhost\r\n" + FORM + b"Content-Length: 10000\r\n\r\n",
    b"POST /2026-11/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n",
)


@contextlib.contextmanager
def started(folder: Path, *arguments: str) -> Iterator[int]:
    """The command as a process of its own with few descriptors; its port. The log goes to `log`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    limited = ["sh", "-c", f'ulimit -n {DESCRIPTORS} && exec "$@"', "sh"]
    line = [*limited, *command(folder, *arguments, "--port", str(port))]
    key = {"DIGEST_SENDGRID__WEBHOOK_PUBLIC_KEY": Signer().public_key}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=log, env=environment() | key)
        try:
            assert b"http://" in process.stdout.readline()
            yield port
        finally:
            process.terminate()
            process.communicate(timeout=60)


@contextlib.contextmanager
def beset(port: int) -> Iterator[None]:
    """Hold idle and slow connections, and replace each that is closed."""
    ended = threading.Event()
    crowd = [_Held(port, b"") for _ in range(IDLE)]
    crowd += [_Held(port, SLOW_REQUESTS[number % len(SLOW_REQUESTS)]) for number in range(SLOW)]

    def hold() -> None:
        while not ended.wait(0.2):
            for one in crowd:
                one.hold()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        for one in crowd:
            one.socket.close()


class _Held:
    def __init__(self, port: int, said: bytes) -> None:
        self._port, self._said = port, said
        self._connect()

    def _connect(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self._port), 60)
        self.socket.setblocking(False)
        with contextlib.suppress(OSError):
            self.socket.send(self._said)

    def hold(self) -> None:
        try:
            if self._said:
                self.socket.send(b"a")
            open_still = bool(self.socket.recv(65536))
        except BlockingIOError:
            return
        except OSError:
            open_still = False
        if not open_still:
            self.socket.close()
            self._connect()


def look(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("localhost", port, timeout=10)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


def subscribe_slowly(port: int) -> bytes:
    """The beginning of the answer to a form that comes in pieces."""
    form = b"address=ann%40example.org&which=every"
    head = b"POST /subscribe HTTP/1.1\r\nHost: localhost\r\n" + FORM + b"Content-Length: %d\r\n\r\n" % len(form)
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        for begin in range(0, len(head + form), 40):
            connection.sendall((head + form)[begin : begin + 40])
            threading.Event().wait(0.3)
        return connection.recv(100)


@pytest.mark.parametrize(("service", "path"), [("serve", "/healthz"), ("preview", "/2026-11/")])
def test_service_answers_beside_hundreds_of_idle_and_slow_connections(tmp_path: Path, service: str, path: str):
    make_project(tmp_path)
    options = ["--no-open"] if service == "preview" else []
    with started(tmp_path, service, *options) as port:
        assert look(port, path) == 200
        with beset(port):
            answers = [look(port, path) for _ in range(LOOKS)]

        assert answers == [200] * LOOKS
    assert (tmp_path / "log").stat().st_size < MOST_LOG
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_form_from_a_slow_line_is_taken(tmp_path: Path):
    make_project(tmp_path)
    with started(tmp_path, "serve") as port:
        assert subscribe_slowly(port).startswith(b"HTTP/1.1 303 ")  # on to the page that says so
