"""The accepted requests, kept as they came in, and an index of whose mail is in them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from newsletter.sandbox.accounting import Accounting, recipients_of
from newsletter.sandbox.journal import Entry, Journal
from newsletter.sandbox.mail import Mail, expand, subject_of
from newsletter.sandbox.options import SandboxOptions

MOST_PARSED = 4

Place = tuple[int, int]
"""Where a mail is: the number of its request, and of its personalization there."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some mails of a list.

    Attributes:
        mails: the mails of this page, newest request first.
        total: how many the whole list has.
    """

    mails: tuple[Mail, ...]
    total: int


@dataclass(frozen=True, slots=True)
class _Stored:
    number: int
    message_id: str
    received_at: datetime
    raw: bytes
    addresses: tuple[tuple[str, ...], ...]


class Mailbox:
    """Keeps accepted mail within the bounds of the options; safe to use from any thread.

    Attributes:
        accounting: who was accepted how often.
        journal: what was accepted, in short, and what came of it.
        kept: how many mails can be read now.
    """

    def __init__(self, options: SandboxOptions) -> None:
        self._options = options
        self._lock = threading.RLock()
        self._requests: OrderedDict[int, _Stored] = OrderedDict()
        self._places: dict[str, tuple[Place, ...]] = {}
        self._parsed: OrderedDict[int, dict[str, Any]] = OrderedDict()
        self._bytes = self._recipients = self._last = 0
        self.kept = 0
        self.accounting = Accounting()
        self.journal = Journal(options.most_logged)

    def accept(
        self, message: dict[str, Any], raw: bytes, message_id: str, received_at: datetime
    ) -> Entry:
        """Take a validated message in.

        Args:
            message: the parsed body; it is not kept.
            raw: the body as it came in; it is.
            message_id: what the client was told in `X-Message-Id`.
            received_at: now, with a zone.

        Returns:
            What the journal remembers of it.
        """
        addresses = tuple([recipients_of(one) for one in message["personalizations"]])
        with self._lock:
            self.accounting.add(message, addresses)
            self._last += 1
            entry = Entry(self._last, message_id, received_at, message, addresses)
            self.journal.add(entry)
            if self._options.keep == "all":
                self._keep(_Stored(self._last, message_id, received_at, raw, addresses))
            return entry

    def clear(self) -> None:
        """Forget mails and accounting."""
        with self._lock:
            self._requests.clear()
            self._places.clear()
            self._parsed.clear()
            self._bytes = self._recipients = self.kept = 0
            self.accounting.clear()
            self.journal.clear()

    def get(self, mail_id: str) -> Mail | None:
        """Return one mail by its id, or None when there is none (any more)."""
        request, _, number = mail_id.partition("-")
        if not (request.isdecimal() and number.isdecimal() and len(mail_id) < 32):
            return None
        with self._lock:
            stored = self._requests.get(int(request))
            if stored is None or int(number) >= len(stored.addresses):
                return None
            return self._mail((int(request), int(number)))

    def page(self, *, to: str = "", query: str = "", offset: int = 0, limit: int = 50) -> Page:
        """Return some mails, the newest request first, in a request in its own order.

        Args:
            to: only mails to this address; empty means all.
            query: only mails with this in an address or the subject, in any case.
            offset: how many to pass over.
            limit: how many to return at most.
        """
        with self._lock:
            if not to and not query:
                places = self._slice(offset, limit)
                return Page(tuple(self._mail(place) for place in places), self.kept)
            found = list(self._search(to.strip().lower(), query.strip().casefold()))
            chosen = found[offset : offset + limit]
            return Page(tuple(self._mail(place) for place in chosen), len(found))

    def _keep(self, stored: _Stored) -> None:
        self._requests[stored.number] = stored
        for number, whom in enumerate(stored.addresses):
            for address in whom:
                place = (stored.number, number)
                self._places[address] = (*self._places.get(address, ()), place)
        self._count(stored, 1)
        while len(self._requests) > 1 and self._is_over():
            self._forget_oldest()

    def _is_over(self) -> bool:
        options = self._options
        return self._recipients > options.most_recipients or self._bytes > options.most_bytes

    def _forget_oldest(self) -> None:
        number, stored = self._requests.popitem(last=False)
        self._parsed.pop(number, None)
        for address in (address for whom in stored.addresses for address in whom):
            later = self._places.pop(address)[1:]  # the oldest request owns the oldest place
            if later:
                self._places[address] = later
        self._count(stored, -1)

    def _count(self, stored: _Stored, sign: int) -> None:
        self._bytes += sign * len(stored.raw)
        self._recipients += sign * sum(map(len, stored.addresses))
        self.kept += sign * len(stored.addresses)

    def _slice(self, offset: int, limit: int) -> Iterator[Place]:
        for stored in reversed(self._requests.values()):
            count = len(stored.addresses)
            for number in range(offset, min(count, offset + limit)):
                yield stored.number, number
            taken = max(0, min(count, offset + limit) - offset)
            offset, limit = max(0, offset - count), limit - taken
            if limit <= 0:
                return

    def _search(self, to: str, query: str) -> Iterator[Place]:
        if to:
            places = dict.fromkeys(reversed(self._places.get(to, ())))
            yield from (place for place in places if not query or self._matches(place, query))
            return
        for stored in reversed(self._requests.values()):
            for number in range(len(stored.addresses)):
                if self._matches((stored.number, number), query):
                    yield stored.number, number

    def _matches(self, place: Place, query: str) -> bool:
        request, number = place
        if any(query in address for address in self._requests[request].addresses[number]):
            return True
        return query in subject_of(self._message(request), number).casefold()

    def _mail(self, place: Place) -> Mail:
        request, number = place
        stored = self._requests[request]
        message = self._message(request)
        return expand(message, number, request, stored.message_id, stored.received_at)

    def _message(self, request: int) -> dict[str, Any]:
        if request in self._parsed:
            self._parsed.move_to_end(request)
            return self._parsed[request]
        message: dict[str, Any] = orjson.loads(self._requests[request].raw)
        self._parsed[request] = message
        if len(self._parsed) > MOST_PARSED:
            self._parsed.popitem(last=False)
        return message
