"""Links are followed as a careful browser would: HEAD, then GET, few redirects, no long wait."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from urllib.parse import SplitResult, urljoin, urlsplit

from newsletter.checks import LinkAnswer
from newsletter.lookups.vetting import Allows, Refused, Resolve, is_public, resolve, vetted

MOST_HOPS = 3
SECONDS = 10.0
AT_ONCE = 8
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = (301, 302, 303, 307, 308)
_HEADERS = {"User-Agent": "newsletter-check", "Accept": "*/*", "Connection": "close"}


@dataclass(frozen=True)
class Follower:
    """Follows one link at a time.

    Attributes:
        resolve: host and port to IP addresses.
        allows: which of them may be asked.
        tls: how certificates are judged.
        seconds: for each answer.
    """

    resolve: Resolve = resolve
    allows: Allows = is_public
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    seconds: float = 5.0

    def follow(self, address: str) -> LinkAnswer:
        """What comes back in the end; one redirect more than allowed is not followed."""
        hops = 0
        try:
            while True:
                status, target = self._ask(address)
                if status not in _REDIRECTS or not target:
                    return LinkAnswer(status, hops, address=address)
                hops += 1
                if hops > MOST_HOPS:
                    return LinkAnswer(status, hops, address=address)
                address = urljoin(address, target)
        except (Refused, ValueError) as problem:
            return LinkAnswer(0, hops, reason=str(problem), address=address)
        except (OSError, http.client.HTTPException) as problem:
            return LinkAnswer(0, hops, reason=told(problem), address=address)

    def _ask(self, address: str) -> tuple[int, str]:
        """Status and redirect; GET when a server does not like HEAD."""
        parts = urlsplit(address)
        answer = self.request("HEAD", parts)
        return self.request("GET", parts) if answer[0] >= 400 else answer

    def request(
        self,
        method: str,
        parts: SplitResult,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, str]:
        """Status and `Location` of one answer; its words are not read.

        Raises:
            Refused: the host may not be asked.
            OSError, HTTPException: nobody answers, or not in HTTP.
        """
        if parts.scheme not in _PORTS or not parts.hostname:
            raise Refused(f'"{parts.geturl()[:60]}" is no web address')
        port = parts.port or _PORTS[parts.scheme]
        at = vetted(parts.hostname, port, self.resolve, self.allows)
        connection = http.client.HTTPConnection(parts.hostname, port, timeout=self.seconds)
        try:
            connection.sock = self._connected(at, port, parts)
            path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
            connection.request(method, path, body, {**_HEADERS, **(headers or {})})
            response = connection.getresponse()
            return response.status, response.getheader("Location", "") or ""
        finally:
            connection.close()

    def _connected(self, at: str, port: int, parts: SplitResult) -> socket.socket:
        raw = socket.create_connection((at, port), timeout=self.seconds)
        if parts.scheme == "http":
            return raw
        try:
            return self.tls.wrap_socket(raw, server_hostname=parts.hostname)
        except BaseException:
            raw.close()
            raise


def follow_all(
    addresses: Iterable[str], follower: Follower, seconds: float = SECONDS
) -> Mapping[str, LinkAnswer]:
    """Follow links, several at once.

    Args:
        addresses: whole web addresses.
        seconds: for all of them together.

    Returns:
        Address -> answer. What did not answer in time has `asked` False.
    """
    wanted = tuple(dict.fromkeys(addresses))
    waiting: SimpleQueue[str] = SimpleQueue()
    for each in wanted:
        waiting.put(each)
    found: dict[str, LinkAnswer] = {}
    workers = [_start(waiting, found, follower) for _ in range(min(AT_ONCE, len(wanted)))]
    end = time.monotonic() + seconds
    for worker in workers:
        worker.join(max(0.0, end - time.monotonic()))
    known = found.copy()  # a late answer changes nothing any more
    return {each: known.get(each, LinkAnswer(0, asked=False)) for each in wanted}


def _start(
    waiting: SimpleQueue[str], found: dict[str, LinkAnswer], follower: Follower
) -> threading.Thread:
    """A thread that nobody has to wait for: a server that drips must not hold the program."""

    def work() -> None:
        with suppress(Empty):
            while True:
                address = waiting.get_nowait()
                found[address] = follower.follow(address)

    thread = threading.Thread(target=work, name="links", daemon=True)
    thread.start()
    return thread


def told(problem: Exception) -> str:
    """What went wrong, for people."""
    if isinstance(problem, TimeoutError):
        return "no answer in time"
    if isinstance(problem, socket.gaierror):
        return "there is no such host"
    if isinstance(problem, ssl.SSLError):
        return f"its certificate is not accepted ({problem.reason or problem})"
    if isinstance(problem, http.client.HTTPException):
        return "the answer is no HTTP"
    return (getattr(problem, "strerror", "") or str(problem) or "no connection").lower()
