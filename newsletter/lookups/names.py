"""DNS, asked for a few records."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

Records = Callable[[str, str], Sequence[str] | None]
"""Name and type to records; empty when there are none, None when nobody answered."""


class NameServer:
    """The resolver of this machine, or the one at an address."""

    def __init__(self, seconds: float = 5.0, address: str | None = None, port: int = 53) -> None:
        self._resolver = dns.resolver.Resolver(configure=address is None)
        if address is not None:
            self._resolver.nameservers = [address]
            self._resolver.port = port
        self._seconds = seconds

    def __call__(self, name: str, kind: str) -> tuple[str, ...] | None:
        """As `Records`: a TXT record's parts are put together (RFC 7208, 3.3)."""
        try:
            answer = self._resolver.resolve(name, kind, lifetime=self._seconds, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except (dns.exception.DNSException, OSError, UnicodeError):
            return None
        return tuple(_text(record, kind) for record in answer)


def _text(record: object, kind: str) -> str:
    strings = getattr(record, "strings", None)
    if kind == "TXT" and strings is not None:
        return b"".join(strings).decode("utf-8", "replace")
    return str(record).rstrip(".")
