"""Who asks: the peer, or whom a trusted proxy names.

A header is anyone's to write. It counts only when the connection comes from a proxy that the
settings name, and then the last address in it that is no such proxy is the caller's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from newsletter.errors import UsageError

Network = IPv4Network | IPv6Network


class Callers:
    """Names the address of whoever asks.

    Args:
        proxies: addresses and networks (`10.0.0.0/8`) whose `X-Forwarded-For` is believed;
            none by default.

    Raises:
        UsageError: one of them is neither.
    """

    def __init__(self, proxies: Iterable[str] = ()) -> None:
        self._proxies = tuple(_network(text) for text in proxies)

    def address(self, peer: str, forwarded: Sequence[str]) -> str:
        """The caller's address, or empty when there is none to be had.

        Args:
            peer: address of the connection.
            forwarded: every `X-Forwarded-For` header, in order.
        """
        chain = [part for header in forwarded for part in header.split(",")]
        caller = _plain(peer)
        while chain and self._is_proxy(caller):
            caller = _plain(chain.pop())
        return caller

    def _is_proxy(self, address: str) -> bool:
        if not address:
            return False
        return any(ip_address(address) in network for network in self._proxies)


def _network(text: str) -> Network:
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        raise UsageError(f'"{text}" is no address or network of a proxy.') from None


def _plain(text: str) -> str:
    """An address without port, zone or the IPv6 clothes of an IPv4 one; empty for nonsense."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)
