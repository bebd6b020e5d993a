"""The Event Webhook in our words. Nothing else of the program knows the vendor's.

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event

Custom args come back beside the vendor's own fields, whose names win; ours begin with `nl_`.
Whatever a post holds, every entry that can be read is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import orjson

from newsletter.model.event import DeliveryEvent, EventKind, Malformed
from newsletter.transports.sendgrid_signature import SIGNATURE, TIMESTAMP, read_keys, verify

_KINDS = {
    "processed": EventKind.PROCESSED,
    "deferred": EventKind.DEFERRED,
    "delivered": EventKind.DELIVERED,
    "bounce": EventKind.BOUNCED,  # or BLOCKED, by its `type`
    "dropped": EventKind.DROPPED,
    "spamreport": EventKind.COMPLAINED,
    "unsubscribe": EventKind.UNSUBSCRIBED,
    "group_unsubscribe": EventKind.UNSUBSCRIBED,
    "open": EventKind.OPENED,
    "click": EventKind.CLICKED,
}
_MOST_ID, _MOST_EMAIL, _MOST_MARK, _MOST_MESSAGE_ID = 128, 320, 64, 255
_MOST_WORDS, _MOST_URL, _MOST_AGENT, _MOST_RAW = 500, 2_000, 500, 4_000
_FIRST, _LAST = 1_230_768_000, 4_102_444_800  # 2009, when the vendor began, to 2100
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_NOT_KEPT = frozenset({"ip", "useragent"})  # personal, and of no use in an unknown event


class SendGridEvents:
    """A `newsletter.model.event.EventSource`.

    Args:
        keys: base64 of DER, as the vendor shows them; any of them may have signed.

    Raises:
        UsageError: one of them is no key.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = read_keys(keys)

    @property
    def has_keys(self) -> bool:
        """Whether any post can be genuine."""
        return bool(self._keys)

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether one of the keys signed it."""
        return verify(headers.get(SIGNATURE, ""), headers.get(TIMESTAMP, ""), body, self._keys)

    def read(self, body: bytes) -> tuple[list[DeliveryEvent], list[Malformed]]:
        """See `read_events`."""
        return read_events(body)


def read_events(body: bytes) -> tuple[list[DeliveryEvent], list[Malformed]]:
    """Every entry of a post, in order: what could be read, and what could not, with why."""
    try:
        entries = _entries(body)
    except ValueError as problem:
        return [], [Malformed(_fit(body.decode(errors="replace"), _MOST_RAW), str(problem))]
    events: list[DeliveryEvent] = []
    malformed: list[Malformed] = []
    for entry in entries:
        try:
            events.append(_event(entry))
        except ValueError as problem:
            malformed.append(Malformed(_raw(entry), str(problem)))
    return events, malformed


def _entries(body: bytes) -> list[Any]:
    """The post's list; a single event may stand alone. Raises ValueError for what is no JSON."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        told = _lenient(body)
    return told if isinstance(told, list) else [told]


def _lenient(body: bytes) -> Any:
    """JSON with bytes that are no UTF-8, halves of surrogates or NaN in it, all the same."""
    try:
        return json.loads(body.decode(errors="replace"))
    except (ValueError, RecursionError):
        raise ValueError("the post is not JSON") from None


def _event(entry: Any) -> DeliveryEvent:
    """One entry; raises ValueError with what is wrong with it."""
    if not isinstance(entry, dict):
        raise ValueError("the entry is not an object")
    get = entry.get
    word = get("event")
    if not isinstance(word, str) or not word:
        raise ValueError("the entry names no event")
    provider_id, email = get("sg_event_id"), get("email")
    if not isinstance(provider_id, str) or not provider_id:
        raise ValueError("the entry has no sg_event_id")
    if not isinstance(email, str) or not email:
        raise ValueError("the entry has no email")
    kind = _KINDS.get(word, EventKind.UNKNOWN)
    if kind is EventKind.BOUNCED and get("type") == "blocked":
        kind = EventKind.BLOCKED
    followed = kind in _FOLLOWED
    return DeliveryEvent(
        provider_id=_identity(provider_id),
        kind=kind,
        at=_moment(get("timestamp")),
        email=_text(email, _MOST_EMAIL),
        delivery=_text(get("nl_delivery"), _MOST_MARK),
        attempt=_text(get("nl_attempt"), _MOST_MARK),
        mail=_text(get("nl_mail"), _MOST_MARK),
        message_id=_text(get("sg_message_id"), _MOST_MESSAGE_ID),
        reason=_text(get("reason") or get("response"), _MOST_WORDS),
        url=_text(get("url"), _MOST_URL) if followed else "",
        agent=_text(get("useragent"), _MOST_AGENT) if followed else "",
        by_machine=followed and get("sg_machine_open") is True,
        raw=_raw(entry) if kind is EventKind.UNKNOWN else "",
    )


_FOLLOWED = (EventKind.OPENED, EventKind.CLICKED)


def _moment(told: Any) -> datetime:
    if isinstance(told, str) and told.isascii() and told.isdigit() and len(told) < 12:
        told = int(told)
    if isinstance(told, bool) or not isinstance(told, (int, float)) or not _FIRST <= told < _LAST:
        raise ValueError("the entry's timestamp makes no sense")
    return datetime.fromtimestamp(told, UTC)


def _identity(told: str) -> str:
    """The vendor's id; one that is too long, or can not be stored, by its hash."""
    if len(told) <= _MOST_ID and told.isprintable():
        return told
    return f"hash:{blake2b(told.encode(errors='surrogatepass'), digest_size=24).hexdigest()}"


def _text(told: Any, most: int) -> str:
    return _fit(told, most) if isinstance(told, str) and told else ""


def _fit(text: str, most: int) -> str:
    """A line that every database takes."""
    text = text[:most]
    return text if text.isprintable() else _UNFIT.sub(" ", text).strip()


def _raw(entry: Any) -> str:
    if isinstance(entry, dict):
        entry = {name: value for name, value in entry.items() if name not in _NOT_KEPT}
    try:
        return _fit(json.dumps(entry, ensure_ascii=False), _MOST_RAW)
    except (ValueError, RecursionError):
        return ""
