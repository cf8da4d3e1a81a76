"""Finds the network that a request comes from."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
_LONGEST_CHAIN = 20  # a header may be 64 KiB of addresses


def network_of(peer: str | None, forwarded: str, trusted: Sequence[Network]) -> str:
    """
    The network of the client: its IPv4 address, or the /64 of its IPv6 address, which is what one household gets.

    Args:
        peer: The address of the connection. None or a name (a Unix socket) counts as one unknown network.
        forwarded: All lines of `X-Forwarded-For`, joined by commas. It is read from the right, as long as the addresses
            are proxies in *trusted*. Anyone can forge the rest.
        trusted: The networks of our own proxies.
    """
    address = _address(peer or "")
    chain = [part.strip() for part in forwarded.split(",")[-_LONGEST_CHAIN:]] if forwarded else []
    while address is not None and chain and any(address in network for network in trusted):
        named = _address(chain.pop())
        if named is None:
            break
        address = named
    return _network(address)


def _address(text: str) -> Address | None:
    try:
        address = ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _network(address: Address | None) -> str:
    if address is None:
        return "unknown"
    return str(address) if address.version == 4 else str(ip_network((address, 64), strict=False))  # noqa: PLR2004
