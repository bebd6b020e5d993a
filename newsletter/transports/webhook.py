"""One POST of JSON to an address that a person of the site gave.

No redirect is followed, nothing is logged, and no message holds the address: its path is often
the only secret there is.
"""

from __future__ import annotations

import http.client
import ssl
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

TIMEOUT = 10.0  # seconds, for connecting and for each read
_LATER = (429, 503)  # refused for now: RFC 6585, 4; RFC 9110, 15.6.4


class Taken(StrEnum):
    """What became of a POST."""

    YES = "yes"
    LATER = "later"  # nothing left us, or it was clearly put off
    NO = "no"
    PERHAPS = "perhaps"


@dataclass(frozen=True, slots=True)
class Posted:
    """The end of a POST.

    Attributes:
        reason: words without the address; empty when it was taken.
    """

    taken: Taken
    reason: str = ""


def post_json(url: str, body: bytes, timeout: float = TIMEOUT) -> Posted:
    """Post once; never raises for what the other side or the network does.

    Args:
        url: https, or http on loopback, as the settings make sure.
    """
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _connection(parts.scheme, parts.hostname or "", parts.port, timeout)
    try:
        connection.connect()
    except (OSError, http.client.HTTPException) as problem:
        return Posted(Taken.LATER, f"can not be reached: {_told(problem)}")
    try:
        headers = {"Content-Type": "application/json", "User-Agent": "newsletter"}
        connection.request("POST", target, body, headers)
        return _read(connection.getresponse().status)
    except (OSError, http.client.HTTPException) as problem:
        return Posted(Taken.PERHAPS, f"no answer: {_told(problem)}")
    finally:
        connection.close()


def _connection(
    scheme: str, host: str, port: int | None, timeout: float
) -> http.client.HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=timeout, context=context)
    return http.client.HTTPConnection(host, port, timeout=timeout)


def _read(status: int) -> Posted:
    reason = f"answered {status}"
    if 200 <= status < 300:
        return Posted(Taken.YES)
    if status in _LATER:
        return Posted(Taken.LATER, reason)
    if 300 <= status < 400:
        return Posted(Taken.NO, f"{reason}: redirects are not followed")
    return Posted(Taken.PERHAPS if status >= 500 else Taken.NO, reason)


def _told(problem: Exception) -> str:
    """The kind of failure in the system's words; never the address."""
    return getattr(problem, "strerror", None) or type(problem).__name__
