"""Who was accepted how often: kept for ever, even when the mails are forgotten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from newsletter.sandbox.mail import RECIPIENT_FIELDS

DELIVERY_ARG = "nl_delivery"
_NONE: Mapping[str, Any] = {}


def recipients_of(personal: Mapping[str, Any]) -> tuple[str, ...]:
    """Return all addresses of a personalization, in lower case."""
    if "cc" not in personal and "bcc" not in personal:
        return tuple([person["email"].lower() for person in personal["to"]])
    people = (person for field in RECIPIENT_FIELDS for person in personal.get(field, ()))
    return tuple(person["email"].lower() for person in people)


class Accounting:
    """Counts of what was accepted.

    A *duplicate* is a mail accepted again: one whose custom arg `nl_delivery` was accepted
    before, or, when it has none, one with the same recipients and the same content
    (subject, parts and substitutions).

    Attributes:
        times: address -> how often a mail to it was accepted.
        recipients: accepted recipients, those accepted twice counted twice.
        duplicates: mails accepted again.
    """

    def __init__(self) -> None:
        self.times: defaultdict[str, int] = defaultdict(int)
        self.recipients = 0
        self.duplicates = 0
        self._marks: set[int] = set()

    def add(self, message: Mapping[str, Any], addresses: Iterable[tuple[str, ...]]) -> None:
        """Count an accepted message; `addresses` has one tuple a personalization."""
        shared = message.get("custom_args", {}).get(DELIVERY_ARG)
        content: int | None = None
        for personal, whom in zip(message["personalizations"], addresses, strict=True):
            for address in whom:
                self.times[address] += 1
            self.recipients += len(whom)
            delivery = personal.get("custom_args", _NONE).get(DELIVERY_ARG, shared)
            if delivery is None and content is None:
                content = _content_mark(message)
            mark = hash(delivery) if delivery is not None else _mail_mark(personal, whom, content)
            self.duplicates += mark in self._marks
            self._marks.add(mark)

    def clear(self) -> None:
        """Forget everything."""
        self.times.clear()
        self._marks.clear()
        self.recipients = self.duplicates = 0


def _content_mark(message: Mapping[str, Any]) -> int:
    parts = [message.get(key) for key in ("subject", "content", "template_id", "sections")]
    return hash(orjson.dumps(parts))


def _mail_mark(personal: Mapping[str, Any], whom: tuple[str, ...], content: int | None) -> int:
    own = [personal.get(key) for key in ("subject", "substitutions", "dynamic_template_data")]
    return hash((content, whom, orjson.dumps(own)))
