"""The vendor's answers as Receipts.

Only 202 is a yes. The table says what a no means; whatever is not in it may have been taken.
https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/errors
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from newsletter.model.transport import Answer, Outcome, Receipt
from newsletter.transports.sendgrid_wire import Reply
from newsletter.transports.wording import reason

WAIT = 60.0
"""Seconds to wait after a 429 that does not say how long."""

LONGEST_WAIT = 3_600.0
"""Seconds; a reset further away than this, either way, is not believed."""

_NOES = {
    400: Answer.REFUSED,  # looked at closer
    401: Answer.KEY_REFUSED,
    403: Answer.KEY_REFUSED,
    404: Answer.CONTENT_REFUSED,
    405: Answer.CONTENT_REFUSED,
    413: Answer.TOO_LARGE,
    415: Answer.CONTENT_REFUSED,
    429: Answer.RATE_LIMITED,
}
_ADVICE = {
    404: "Is SENDGRID_URL right?",
    405: "Is SENDGRID_URL right?",
    415: "The provider does not take ready bodies: set ready_bodies to false.",
}
_READER = re.compile(r"personalizations[.\[](\d+)")


def receipt(reply: Reply, readers: int, now: datetime, *secrets: str) -> Receipt:
    """What an answer means for each reader.

    Args:
        reply: what came back, whatever its status.
        readers: how many the call carried.
        now: the Clock's present.
        secrets: masked in the words, should the vendor repeat them.
    """
    message_id = reason(reply.headers.get("X-Message-Id") or "", *secrets)
    if reply.status == 202:
        accepted = (Outcome.ACCEPTED,) * readers
        return Receipt(Answer.ACCEPTED, accepted, message_id=message_id, status=202)
    if reply.status not in _NOES:
        words = f"HTTP {reply.status} is neither yes nor no. {said(reply.body)}"
        return everyone(
            Answer.AMBIGUOUS, Outcome.UNKNOWN, readers, reason(words, *secrets), reply.status
        )
    return _refusal(reply, readers, now, secrets)


def everyone(
    answer: Answer, outcome: Outcome, readers: int, words: str, status: int = 0
) -> Receipt:
    """A receipt that says the same of each reader."""
    return Receipt(answer, (outcome,) * readers, status=status, reason=words)


def readers_refused(found: Mapping[int, str], readers: int, status: int = 0) -> Receipt:
    """Some are rejected, each with its reason; the others are untouched.

    Args:
        found: place in the batch -> words.
        readers: how many the batch has.
        status: the HTTP status; 0 when nothing was sent.
    """
    outcomes = tuple(
        Outcome.REJECTED if place in found else Outcome.UNTOUCHED for place in range(readers)
    )
    words = found[min(found)] if len(found) == 1 else f"{len(found)} readers refused"
    return Receipt(
        Answer.READERS_REFUSED, outcomes, status=status, reason=words, reasons=dict(found)
    )


def _refusal(reply: Reply, readers: int, now: datetime, secrets: tuple[str, ...]) -> Receipt:
    answer = _NOES[reply.status]
    if reply.status == 400:
        errors = _errors(reply.body)
        if found := _named_readers(errors, readers, secrets):
            return readers_refused(found, readers, 400)
        if any(error.get("field") for error in errors):
            answer = Answer.CONTENT_REFUSED
    words = f"HTTP {reply.status}. {_ADVICE.get(reply.status, '')} {said(reply.body)}"
    return Receipt(
        answer,
        (Outcome.UNTOUCHED,) * readers,
        status=reply.status,
        reason=reason(words, *secrets),
        not_before=not_before(reply, now) if answer is Answer.RATE_LIMITED else None,
    )


def _named_readers(
    errors: list[dict[str, Any]], readers: int, secrets: tuple[str, ...]
) -> dict[int, str]:
    """The readers an answer names; none if it also finds fault with what all share."""
    found: dict[int, str] = {}
    for error in errors:
        field = str(error.get("field") or "")
        match = _READER.match(field)
        if match and int(match[1]) < readers:
            found.setdefault(int(match[1]), reason(_one(error), *secrets))
        elif field:
            return {}
    return found


def not_before(reply: Reply, now: datetime) -> datetime:
    """When to ask again: X-RateLimit-Reset (epoch seconds) if it is near; else in a minute."""
    try:
        wait = float(reply.headers.get("X-RateLimit-Reset") or "") - now.timestamp()
    except ValueError:
        wait = WAIT
    believed = abs(wait) <= LONGEST_WAIT  # false for nan
    return now + timedelta(seconds=max(wait, 1.0) if believed else WAIT)


def _errors(body: bytes) -> list[dict[str, Any]]:
    try:
        found = json.loads(body)["errors"]
    except (ValueError, KeyError, TypeError):
        return []
    return [error for error in found if isinstance(error, dict)] if isinstance(found, list) else []


def said(body: bytes) -> str:
    """The vendor's words in an answer, or its beginning when it is none of the vendor's."""
    errors = _errors(body)
    if errors:
        return "; ".join(map(_one, errors))
    return body[:300].decode("utf-8", "replace")


def _one(error: dict[str, Any]) -> str:
    field = error.get("field")
    return f"{error.get('message') or 'refused'}" + (f" ({field})" if field else "")
