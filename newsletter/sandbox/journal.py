"""What was accepted for whom, and what came of it: the vendor's log, kept small.

It outlives the mails: a request is one short entry, so that a hundred thousand readers can be
asked about after their mails have been forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

Words = tuple[str, ...]

ACCEPTED: Words = ("processed",)
"""What has happened to a mail of which nothing else was made up."""

# The vendor's summary of a mail: the last of these that happened to it.
# https://www.twilio.com/docs/sendgrid/api-reference/email-logs
_STATUS = (
    ("processed", "processed"),
    ("deferred", "deferred"),
    ("delivered", "delivered"),
    ("blocked", "blocked"),
    ("bounce", "bounced"),
    ("dropped", "dropped"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One recipient's mail.

    Attributes:
        message_id: the vendor's `sg_message_id`; begins with the request's `X-Message-Id`.
        custom_args: those of the message with those of the reader laid over them.
        words: what happened to it, such as `processed`, `delivered`, `open:machine`.
    """

    message_id: str
    email: str
    sender: str
    subject: str
    at: datetime
    custom_args: Mapping[str, str]
    words: Words

    @property
    def status(self) -> str:
        """The vendor's summary of what happened."""
        return next(name for word, name in reversed(_STATUS) if word in self.words)


class Entry:
    """One accepted request.

    Attributes:
        number: of the request, from 1.
        message_id: its `X-Message-Id`.
        addresses: one tuple a personalization, in lower case.
        words: what happened, for each recipient in order; empty while nothing was made up.
    """

    __slots__ = ("_args", "addresses", "at", "message_id", "number", "sender", "subject", "words")

    def __init__(
        self,
        number: int,
        message_id: str,
        at: datetime,
        message: Mapping[str, Any],
        addresses: tuple[tuple[str, ...], ...],
    ) -> None:
        self.number = number
        self.message_id = message_id
        self.at = at
        self.sender: str = message["from"]["email"]
        self.subject: str = message.get("subject", "")
        self.addresses = addresses
        self.words: tuple[Words, ...] = ()
        people = message["personalizations"]
        self._args = orjson.dumps(
            [message.get("custom_args", {}), [one.get("custom_args", {}) for one in people]]
        )

    def __len__(self) -> int:
        return sum(map(len, self.addresses))

    def lines(self, to: str = "") -> Iterator[Line]:
        """Every recipient's line, or only those of one address."""
        if to and not any(to in whom for whom in self.addresses):
            return
        shared, own = orjson.loads(self._args)
        place = 0
        for number, whom in enumerate(self.addresses):
            for at, address in enumerate(whom):
                if not to or address == to:
                    yield self._line(number, at, {**shared, **own[number]}, place)
                place += 1

    def _line(self, number: int, at: int, args: Mapping[str, str], place: int) -> Line:
        return Line(
            message_id=sg_message_id(self.message_id, self.number, number, at),
            email=self.addresses[number][at],
            sender=self.sender,
            subject=self.subject,
            at=self.at,
            custom_args=args,
            words=self.words[place] if self.words else ACCEPTED,
        )


def sg_message_id(request: str, number: int, personalization: int, recipient: int = 0) -> str:
    """The name of one recipient's mail; begins with the request's own."""
    return f"{request}.sandbox-{number}.{personalization}.{recipient}"


class Journal:
    """The entries, oldest first; beyond the bound the oldest are forgotten.

    Args:
        most: recipients to remember.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: dict[int, Entry] = {}
        self._recipients = 0

    def add(self, entry: Entry) -> None:
        """Remember one more."""
        self._entries[entry.number] = entry
        self._recipients += len(entry)
        while self._recipients > self._most and len(self._entries) > 1:
            oldest = self._entries.pop(next(iter(self._entries)))
            self._recipients -= len(oldest)

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self._recipients = 0

    def entries(self) -> list[Entry]:
        """All entries, newest first; safe while others come."""
        return list(self._entries.values())[::-1]

    def find(self, message_id: str) -> Line | None:
        """One mail by its `sg_message_id`."""
        number = message_id.rpartition(".sandbox-")[2].partition(".")[0]
        entry = self._entries.get(int(number)) if number.isdecimal() else None
        lines = entry.lines() if entry else ()
        return next((line for line in lines if line.message_id == message_id), None)
