"""Every socket sends at once: a small answer held back waits 40 ms for the other side's delayed acknowledgement."""

import socket
import ssl
import time
from pathlib import Path

import pytest
from provider.running import in_thread
from services import relay as service
from services.site import serving
from services.tls import make_certificate
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from digest.http.server import listen
from digest.transports.deadline import connect, secure


def sends_at_once(sock: socket.socket) -> bool:
    return bool(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_server_of_site_and_preview_sends_its_answers_at_once(host: str):
    app = Starlette(routes=[Route("/", lambda request: PlainTextResponse("here"))])
    listening = listen(host, 0)
    with serving(app, listening) as server, socket.create_connection(listening.getsockname()[:2]) as reader:
        reader.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        reader.recv(1)
        [connection] = server.server_state.connections

        assert sends_at_once(connection.transport.get_extra_info("socket"))


def test_outgoing_connection_sends_its_requests_at_once():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with connect("127.0.0.1", port, until=time.monotonic() + 30, patience=30) as outgoing:
            assert sends_at_once(outgoing)


def test_outgoing_connection_with_tls_sends_its_requests_at_once(tmp_path: Path):
    certificate, key = make_certificate(tmp_path)
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(certificate, key)
    relay = service.Relay()
    with service.running(relay, theirs, tls=True):
        plain = connect("127.0.0.1", relay.port, until=time.monotonic() + 30, patience=30)
        with secure(plain, "127.0.0.1", ssl.create_default_context(cafile=str(certificate))) as outgoing:
            assert sends_at_once(outgoing)


def test_provider_and_relay_of_the_tests_send_their_answers_at_once(tmp_path: Path):
    with in_thread(tmp_path / "ledger.db") as provider:
        port = int(provider.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            client.recv(1)
            assert all(map(sends_at_once, provider.sockets))
            assert provider.sockets
    with service.running(service.Relay()) as relay, socket.create_connection(("127.0.0.1", relay.port)) as client:
        client.recv(1024)
        client.sendall(b"EHLO here\r\n")
        client.recv(1024)
    assert relay.undelayed == [True]
