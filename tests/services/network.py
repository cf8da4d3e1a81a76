"""Keeps the tests on this machine: a connection to anywhere else is refused, with the address in the message."""

import ipaddress
import socket
from typing import Any


class NetworkRefusedError(AssertionError):
    """A test reached for another machine."""


def stay_on_loopback() -> None:
    """Refuse, from now on and for this process, every connection and name lookup that leaves the machine."""
    socket.socket.connect = _guarded(socket.socket.connect)
    socket.socket.connect_ex = _guarded(socket.socket.connect_ex)
    lookup = socket.getaddrinfo

    def guarded_lookup(host: Any, *arguments: Any, **options: Any) -> Any:
        _check(host)
        return lookup(host, *arguments, **options)

    socket.getaddrinfo = guarded_lookup


def _guarded(original: Any) -> Any:
    def connect(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _check(address[0])
        return original(self, address)

    return connect


def _check(host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return
    try:
        inside = ipaddress.ip_address(name).is_loopback or ipaddress.ip_address(name).is_unspecified
    except ValueError:
        inside = False
    if not inside:
        raise NetworkRefusedError(
            f"a test tried to reach {name}; tests stay on loopback: give it a fake or a local server"
        )
