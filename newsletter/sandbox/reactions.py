"""From accepted mail to what comes of it: events, suppressed addresses, the truth about both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from newsletter.errors import UsageError
from newsletter.sandbox.happenings import (
    USUAL,
    Chances,
    Happening,
    HappeningKind,
    read_happening,
)
from newsletter.sandbox.journal import Entry, Words, sg_message_id
from newsletter.sandbox.making import Event, Mailed, accepted_only, followed, make_events
from newsletter.sandbox.posting import Poster
from newsletter.sandbox.signing import Signer
from newsletter.sandbox.suppressions import Suppressions

_K = HappeningKind
# What puts an address on which list.
_LISTED = {
    "bounce": "bounces",
    "blocked": "blocks",
    "spamreport": "spam_reports",
    "unsubscribe": "unsubscribes",
}


class Reactions:
    """What the world does with the mail.

    Attributes:
        signer: the key the events are signed with.
        poster: posts them.
        lists: addresses that are not mailed any more.
    """

    def __init__(
        self, url: str = "", happenings: Iterable[Happening] = (), seed: int | None = None
    ) -> None:
        """Begin.

        Args:
            url: where events are posted to; empty means that none are made.
            happenings: what happens; none means the usual.

        Raises:
            UsageError: an address that is not on this machine, or rates that are too high.
        """
        self.signer = Signer()
        self.poster = Poster(self.signer)
        self.lists = Suppressions()
        self._chances = Chances()
        self.choose(url, happenings, seed)

    def choose(
        self, url: str, happenings: Iterable[Happening] = (), seed: int | None = None
    ) -> None:
        """Change all of it; arguments and errors as at the beginning."""
        chances = Chances(tuple(happenings) or (USUAL if url else ()), seed)
        self.poster.aim(url)
        self._chances = chances

    def set(self, value: Any) -> None:
        """Change it as the API says: `{"url": ..., "events": [...], "seed": ...}`.

        Raises:
            UsageError: as `choose`, and for unknown keys.
        """
        if not isinstance(value, dict) or value.keys() - {"url", "events", "seed"}:
            raise UsageError('Give {"url": "http://127.0.0.1:...", "events": ["bounce:0.02"]}.')
        url, seed, events = value.get("url", ""), value.get("seed"), value.get("events", [])
        if not (isinstance(url, str) and isinstance(events, list)):
            raise UsageError("The url is text, and events is a list.")
        if seed is not None and not isinstance(seed, int):
            raise UsageError("The seed is an integer.")
        self.choose(url, [read_happening(each) for each in events], seed)

    def follow(self, entry: Entry, message: Mapping[str, Any]) -> None:
        """Draw what happens to each mail of a request, and tell it."""
        if not self.poster.url and self.lists.is_empty:
            return
        shared, args = followed(message), message.get("custom_args", {})
        words: list[Words] = []
        made: list[Event] = []
        for number, personal in enumerate(message["personalizations"]):
            own = {**args, **personal.get("custom_args", {})}
            for at, email in enumerate(entry.addresses[number]):
                mailed = Mailed(
                    email=email,
                    message_id=sg_message_id(entry.message_id, entry.number, number, at),
                    at=int(entry.at.timestamp()),
                    args=own,
                    personal=personal,
                    shared=shared,
                    dropped=self.lists.why_dropped(email, message),
                )
                words.append(self._happen(mailed, made))
        entry.words = tuple(words)
        self.poster.put((after, event) for each in made for after, event in self._told(each))

    def as_json(self) -> dict[str, Any]:
        """Return what the API shows."""
        poster = self.poster
        return {
            "url": poster.url,
            "events": self._chances.as_json(),
            "waiting": poster.waiting,
            "posts": poster.posts,
            "posted": poster.posted,
            "lost": poster.lost,
        }

    def clear(self) -> None:
        """Forget what waits and who is suppressed; the rates stay."""
        self.poster.clear()
        self.lists.clear()

    def _happen(self, mailed: Mailed, made: list[Event]) -> Words:
        if not self.poster.url:
            return _shared(accepted_only(mailed.dropped))
        words, events = make_events(mailed, self._chances)
        made += events
        for word, event in zip(words, events, strict=True):
            if word in _LISTED:
                reason, status = event.get("reason", ""), event.get("status", "")
                self.lists.add(_LISTED[word], mailed.email, reason, status)
        return _shared(words)

    def _told(self, event: Event) -> list[tuple[float, bytes]]:
        """When it is told, and perhaps once more; the same bytes, so the same `sg_event_id`."""
        content = orjson.dumps(event)
        times = [self._delay()]
        if self._chances.happens(_K.DOUBLE):
            times.append(self._delay())
        return [(after, content) for after in times]

    def _delay(self) -> float:
        return self._chances.delay(_K.SHUFFLE) + self._chances.delay(_K.LATE)


_stories: dict[Words, Words] = {}


def _shared(words: Words) -> Words:
    """One tuple for all mails of the same fate: there are few fates and many mails."""
    return _stories.setdefault(words, words)
