"""Which addresses a letter's links may make this machine talk to."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

Resolve = Callable[[str, int], Sequence[str]]
Allows = Callable[[str], bool]


class Refused(Exception):
    """A host that is not asked, and why; not an error of the network."""


def is_public(address: str) -> bool:
    """Whether an IP address is out in the world: neither private, loopback, nor link-local.

    An IPv4 address that is written within an IPv6 one is judged as itself.
    """
    found = ip_address(address)
    inner = _inner(found) if isinstance(found, IPv6Address) else None
    return (inner or found).is_global and not (inner or found).is_multicast


def resolve(host: str, port: int) -> tuple[str, ...]:
    """The IP addresses of a host; raises OSError when there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


def vetted(host: str, port: int, resolve: Resolve, allows: Allows) -> str:
    """The address to connect to.

    All answers are judged, and the connection goes to this address itself: a name that changes
    its answer a moment later (DNS rebinding) is never asked again.

    Raises:
        Refused: one of its addresses is not public.
        OSError: the name has none.
    """
    addresses = resolve(host, port)
    if not addresses:
        raise OSError("the name has no address")
    for address in addresses:
        if not allows(address.partition("%")[0]):
            raise Refused(f"{host} leads to {address}, which is not public")
    return addresses[0]


def _inner(address: IPv6Address) -> IPv4Address | None:
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
