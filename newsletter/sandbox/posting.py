"""Post events to a webhook on this machine: in batches, again after a failure, for a while."""

from __future__ import annotations

import heapq
import http.client
import ipaddress
import itertools
import threading
import time
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from newsletter.errors import UsageError
from newsletter.sandbox.signing import Signer

MOST_EVENTS = 500
"""A post."""

MOST_WAITING = 1_000_000
"""Events; beyond, new ones are lost and counted."""

TRIED_FOR = 120.0
"""Seconds; the vendor tries for a day."""

_TIMEOUT = 30.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0


class Poster:
    """A thread that posts what is due; it starts with the first event.

    Attributes:
        posts, posted, lost: requests that were answered with 2xx, events in them, and events
            that nobody took in time.
    """

    def __init__(self, signer: Signer) -> None:
        self._signer = signer
        self._target: SplitResult | None = None
        self._waiting: list[tuple[float, int, bytes]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._under_way = 0
        self.posts = self.posted = self.lost = 0

    @property
    def url(self) -> str:
        """Where it posts to; empty means nowhere."""
        return self._target.geturl() if self._target else ""

    @property
    def waiting(self) -> int:
        """Events that are not yet taken."""
        with self._changed:
            return len(self._waiting) + self._under_way

    def aim(self, url: str) -> None:
        """Post there from now on; an empty address means nowhere.

        Raises:
            UsageError: not plain http to this machine.
        """
        self._target = _loopback(url) if url else None

    def put(self, events: Iterable[tuple[float, bytes]]) -> None:
        """Post these: seconds from now, and the event as JSON."""
        now = time.monotonic()
        with self._changed:
            for after, event in events:
                if len(self._waiting) < MOST_WAITING:
                    heapq.heappush(self._waiting, (now + after, next(self._order), event))
                else:
                    self.lost += 1
            self._changed.notify()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="sandbox events", daemon=True)
            self._thread.start()

    def clear(self) -> None:
        """Forget what waits, and all counts."""
        with self._changed:
            self._waiting.clear()
            self.posts = self.posted = self.lost = 0

    def stop(self) -> None:
        """Post no more; returns when the thread has ended."""
        self._stopping.set()
        with self._changed:
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(_TIMEOUT)

    def _run(self) -> None:
        while not self._stopping.is_set():
            if batch := self._due():
                self._post(b"[" + b",".join(batch) + b"]", len(batch))
                with self._changed:
                    self._under_way = 0

    def _due(self) -> list[bytes]:
        """Wait until something is due, and take it."""
        with self._changed:
            until = self._waiting[0][0] - time.monotonic() if self._waiting else None
            if until is None or until > 0:
                self._changed.wait(until)
                return []
            batch: list[bytes] = []
            now = time.monotonic()
            while self._waiting and self._waiting[0][0] <= now and len(batch) < MOST_EVENTS:
                batch.append(heapq.heappop(self._waiting)[2])
            self._under_way = len(batch)
            return batch

    def _post(self, body: bytes, events: int) -> None:
        pause, over = _FIRST_PAUSE, time.monotonic() + TRIED_FOR
        while not self._stopping.is_set() and time.monotonic() < over:
            if self._took(body):
                self.posts += 1
                self.posted += events
                return
            self._stopping.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        self.lost += events

    def _took(self, body: bytes) -> bool:
        target = self._target
        if target is None:
            return False
        headers = {"Content-Type": "application/json", **self._signer.headers(body)}
        connection = http.client.HTTPConnection(
            str(target.hostname), target.port or 80, timeout=_TIMEOUT
        )
        try:
            path = (target.path or "/") + (f"?{target.query}" if target.query else "")
            connection.request("POST", path, body, headers)
            return 200 <= connection.getresponse().status < 300
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def _loopback(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local or parts.scheme != "http":
        raise UsageError(
            f'Events are posted on this machine only, not to "{url}". '
            "Give an address such as http://127.0.0.1:8700/webhooks/sendgrid."
        )
    return parts
