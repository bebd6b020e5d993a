"""The events of one accepted mail, in the vendor's words.

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event

Opens and clicks of people are dated half a minute to a quarter of an hour ahead, as if time ran
faster here: nobody wants to wait for them.
"""

from __future__ import annotations

import html
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from newsletter.sandbox.happenings import Chances, HappeningKind
from newsletter.sandbox.journal import ACCEPTED, Words

Event = dict[str, Any]

RESERVED = frozenset(
    {
        *("email", "timestamp", "event", "sg_event_id", "sg_message_id", "smtp-id", "category"),
        *("asm_group_id", "reason", "status", "response", "attempt", "url", "ip", "useragent"),
        *("type", "bounce_classification", "sg_machine_open", "tls"),
    }
)
"""Names of the vendor's; a custom arg of such a name is not told."""

MOST_LINKS = 40
_K = HappeningKind
_anchor = re.compile(r"<a\b[^>]*>", re.IGNORECASE)
_href = re.compile(r"""href\s*=\s*["'](https?://[^"']+)["']""", re.IGNORECASE)
_untracked = re.compile(r"""clicktracking\s*=\s*["']?off""", re.IGNORECASE)

_PERSON = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"
_MACHINE = "Mozilla/5.0"
_SCANNER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0"
_NO_MAILBOX = {
    "type": "bounce",
    "status": "5.1.1",
    "reason": "550 5.1.1 The mailbox does not exist.",
    "bounce_classification": "Invalid Address",
}
_NOT_NOW = {
    "type": "blocked",
    "status": "4.7.1",
    "reason": "421 4.7.1 Too many messages from this sender.",
    "bounce_classification": "Reputation",
}


@dataclass(frozen=True, slots=True)
class Followed:
    """What all readers of a request share, as far as events go.

    Attributes:
        links: addresses that are followed, with substitution tags still in them.
        opens: whether opens are followed.
    """

    category: tuple[str, ...]
    links: tuple[str, ...]
    opens: bool


def followed(message: Mapping[str, Any]) -> Followed:
    """Read what can be followed in a message."""
    tracking = message.get("tracking_settings", {})
    clicks = tracking.get("click_tracking", {}).get("enable", True)
    opens = tracking.get("open_tracking", {}).get("enable", True)
    return Followed(
        category=tuple(message.get("categories", ())),
        links=_links(message) if clicks else (),
        opens=opens,
    )


def _links(message: Mapping[str, Any]) -> tuple[str, ...]:
    parts = message.get("content") or ()
    body = next((part["value"] for part in parts if part["type"] == "text/html"), "")
    anchors = (each for each in _anchor.findall(body) if not _untracked.search(each))
    found = (match[1] for each in anchors if (match := _href.search(each)))
    return tuple(dict.fromkeys(map(html.unescape, found)))[:MOST_LINKS]


@dataclass(frozen=True, slots=True)
class Mailed:
    """One recipient's mail.

    Attributes:
        at: when it was accepted, seconds since 1970.
        personal: the personalization, for what is substituted in links.
        dropped: why the vendor does not even try; empty when it does.
    """

    email: str
    message_id: str
    at: int
    args: Mapping[str, str]
    personal: Mapping[str, Any]
    shared: Followed
    dropped: str = ""


def make_events(mailed: Mailed, chances: Chances) -> tuple[Words, list[Event]]:
    """Draw what happens to one mail.

    Returns:
        What happened in short, and the same as events, in the order in which it happened.
    """
    story = _Story(mailed)
    if mailed.dropped:
        story.tell("dropped", 0, reason=mailed.dropped)
        return tuple(story.words), story.events
    story.tell("processed", 0)
    if chances.happens(_K.DEFERRED):
        story.tell("deferred", 1, response="451 4.3.0 Try again later.", attempt="1")
    end = chances.end()
    if end is _K.BOUNCE:
        story.tell("bounce", 2, **_NO_MAILBOX)
    elif end is _K.BLOCKED:
        story.tell("bounce", 2, word="blocked", **_NOT_NOW)
    else:
        story.tell("delivered", 2, response="250 2.0.0 OK")
        if end is _K.LATE_BOUNCE:
            story.tell("bounce", 60, **_NO_MAILBOX)
            del story.events[-1]["sg_message_id"]  # the vendor does not know any more
        else:
            _engage(story, chances)
    return tuple(story.words), story.events


def accepted_only(dropped: str) -> Words:
    """What is known of a mail while nothing is made up."""
    return ("dropped",) if dropped else ACCEPTED


class _Story:
    """One mail's events as they are told."""

    def __init__(self, mailed: Mailed) -> None:
        self.mailed = mailed
        self.words: list[str] = []
        self.events: list[Event] = []
        own = {key: value for key, value in mailed.args.items() if key not in RESERVED}
        self._own: Event = {
            **own,
            "email": mailed.email,
            "sg_message_id": mailed.message_id,
            "smtp-id": f"<{mailed.message_id}@sandbox.invalid>",
        }
        if mailed.shared.category:
            self._own["category"] = list(mailed.shared.category)

    def tell(self, event: str, after: int, *, word: str = "", **fields: Any) -> None:
        """One more event, so many seconds after the mail was accepted."""
        self.words.append(word or event)
        self.events.append(
            {
                **self._own,
                "event": event,
                "timestamp": self.mailed.at + after,
                "sg_event_id": secrets.token_urlsafe(16),
                **fields,
            }
        )


def _engage(story: _Story, chances: Chances) -> None:
    """What readers, their programs and scanners do with a mail that arrived."""
    links = [_filled(link, story.mailed.personal) for link in story.mailed.shared.links]
    seen = {"ip": "127.0.0.1", "useragent": _PERSON}
    if story.mailed.shared.opens and chances.happens(_K.MACHINE_OPEN):
        machine = {**seen, "useragent": _MACHINE, "sg_machine_open": True}
        story.tell("open", 3, word="open:machine", **machine)
    if links and chances.happens(_K.SCANNER):
        for at, link in enumerate(links):
            scanner = {**seen, "useragent": _SCANNER, "url": link}
            story.tell("click", 3 + 2 * at // len(links), word="click:scanner", **scanner)
    clicks = bool(links) and chances.happens(_K.CLICK)
    opened = chances.between(30, 900)
    if story.mailed.shared.opens and (chances.happens(_K.OPEN) or clicks):
        story.tell("open", opened, **seen)
    if clicks:
        link = chances.one_of(links)
        story.tell("click", opened + chances.between(5, 90), url=link, **seen)
    for kind in (_K.SPAMREPORT, _K.UNSUBSCRIBE):
        if chances.happens(kind):
            story.tell(kind.value, opened + 100)


def _filled(link: str, personal: Mapping[str, Any]) -> str:
    for tag, value in personal.get("substitutions", {}).items():
        if tag in link:
            link = link.replace(tag, html.unescape(value))
    return link
