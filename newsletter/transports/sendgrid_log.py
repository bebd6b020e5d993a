"""Asking SendGrid afterwards: its log of mails, and its lists of addresses it will not mail.

https://www.twilio.com/docs/sendgrid/api-reference/email-logs
https://www.twilio.com/docs/sendgrid/api-reference/bounces-api
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from newsletter.errors import ProviderSilent
from newsletter.model.consent import SuppressionReason
from newsletter.model.event import EventKind, LogEntry, SuppressionEntry
from newsletter.model.ports import Clock
from newsletter.transports.sendgrid import SENDGRID_URL
from newsletter.transports.sendgrid_answers import not_before, said
from newsletter.transports.sendgrid_wire import (
    NoAnswerError,
    NotConnectedError,
    Reply,
    Wire,
    checked_key,
    checked_url,
)
from newsletter.transports.wording import MASK, ascii_domain, reason

MOST_ROWS = 100
"""Mails to one address in one span that are looked at; the vendor gives up to 1,000."""

ROWS_A_PAGE = 500
"""Of a list of suppressed addresses (vendor)."""

MOST_PAGES = 200
_REFUSED_FOR = timedelta(hours=1)  # a key that may not ask is not asked for every minute

_LISTS = {
    EventKind.BOUNCED: ("bounces", "invalid_emails"),
    EventKind.BLOCKED: ("blocks",),
    EventKind.COMPLAINED: ("spam_reports",),
    EventKind.UNSUBSCRIBED: ("unsubscribes",),
}
_LIFTED_FROM = {
    SuppressionReason.BOUNCE: ("bounces", "invalid_emails", "blocks"),
    SuppressionReason.COMPLAINT: ("spam_reports",),
    SuppressionReason.IMPORTED: ("bounces", "invalid_emails", "blocks", "spam_reports"),
}


class SendGridLog:
    """A `newsletter.model.event.ProviderLog` over `/v3/logs` and `/v3/suppression`."""

    def __init__(
        self, api_key: str, url: str = SENDGRID_URL, *, clock: Clock, timeout: float = 30.0
    ) -> None:
        """Check the settings; nothing is contacted yet.

        Args:
            api_key, url, clock, timeout: as `SendGridTransport`.

        Raises:
            UsageError: a key or an address that can not be used.
        """
        self._key = checked_key(api_key)
        self._url = checked_url(url)
        self._clock = clock
        self._timeout = timeout
        self._threads = threading.local()

    def __repr__(self) -> str:
        return f"SendGridLog({MASK!r}, {self._url!r})"

    def find(self, email: str, since: datetime, until: datetime) -> Sequence[LogEntry]:
        """Mails to one address that were taken in a span of time, newest first."""
        query = (
            f"to_email = {_quoted(ascii_domain(email))}"
            f" AND sg_message_id_created_at >= {_moment(since)}"
            f" AND sg_message_id_created_at <= {_moment(until)}"
        )
        reply = self._ask("post", "logs", content={"query": query, "limit": MOST_ROWS})
        rows = _list_of(_parsed(reply).get("messages"))
        found = [_summary(row) for row in rows]
        return sorted(found, key=lambda entry: entry.at, reverse=True)

    def read(self, message_id: str) -> LogEntry | None:
        """One mail with its custom args, or None when the log does not have it."""
        reply = self._ask("get", "logs", message_id, also=(404,))
        return None if reply.status == 404 else _detail(_parsed(reply))

    def suppressed(self, kind: EventKind, since: datetime) -> Sequence[SuppressionEntry]:
        """Everything that came onto a list since then, the oldest of each page as it comes."""
        return tuple(
            SuppressionEntry(
                email=_text(row, "email"),
                kind=kind,
                at=_epoch(row.get("created")),
                reason=reason(str(row.get("reason") or "")),
            )
            for name in _LISTS[kind]
            for row in self._pages(name, since)
        )

    def lift(self, reason: SuppressionReason, email: str) -> None:
        """Take an address off the provider's list; one that is not on it is fine."""
        for name in _LIFTED_FROM[reason]:
            self._ask("delete", "suppression", name, ascii_domain(email), also=(204, 404))

    def _pages(self, name: str, since: datetime) -> Iterator[dict[str, Any]]:
        for page in range(MOST_PAGES):
            query = {
                "start_time": int(since.timestamp()),
                "limit": ROWS_A_PAGE,
                "offset": page * ROWS_A_PAGE,
            }
            rows = _list_of(_json(self._ask("get", "suppression", name, query=query)))
            yield from rows
            if len(rows) < ROWS_A_PAGE:
                return

    def _ask(self, method: str, *path: str, also: Sequence[int] = (), **request: Any) -> Reply:
        """One call; only 200, and the statuses in `also`, are an answer."""
        try:
            reply = self._wire().ask(method, *path, **request)
        except (NotConnectedError, NoAnswerError) as exc:
            raise ProviderSilent(reason(str(exc), self._key)) from exc
        if reply.status == 200 or reply.status in also:
            return reply
        words = reason(f"HTTP {reply.status}. {said(reply.body)}", self._key)
        now = self._clock.now()
        if reply.status == 429:
            raise ProviderSilent(words, not_before(reply, now))
        if reply.status in (401, 403):
            advice = "May SENDGRID_API_KEY read Email Activity and Suppressions?"
            raise ProviderSilent(f"{words} {advice}", now + _REFUSED_FOR)
        raise ProviderSilent(words)

    def _wire(self) -> Wire:
        """This thread's own: the vendor's client shares its headers between calls."""
        if not hasattr(self._threads, "wire"):
            self._threads.wire = Wire(self._key, self._url, self._timeout)
        wire: Wire = self._threads.wire
        return wire


def _quoted(text: str) -> str:
    """A string of the vendor's query language, which has no documented way to escape."""
    for mark in "'\"":
        if mark not in text and "\\" not in text:
            return f"{mark}{text}{mark}"
    raise ProviderSilent("The log can not be asked about an address with quotation marks in it.")


def _moment(at: datetime) -> str:
    return f'TIMESTAMP "{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"'


def _summary(row: dict[str, Any]) -> LogEntry:
    return LogEntry(
        message_id=_text(row, "sg_message_id"),
        email=_text(row, "to_email"),
        status=_text(row, "status"),
        at=_iso(row.get("sg_message_id_created_at")),
    )


def _detail(row: dict[str, Any]) -> LogEntry:
    args = row.get("custom_args")
    args = args if isinstance(args, dict) else {}
    times = [each.get("timestamp") for each in _list_of(row.get("events") or [])]
    return LogEntry(
        message_id=_text(row, "sg_message_id"),
        email=_text(row, "to_email"),
        status=_text(row, "status"),
        at=max((_epoch(each) for each in times if each), default=datetime.fromtimestamp(0, UTC)),
        delivery=str(args.get("nl_delivery") or ""),
        attempt=str(args.get("nl_attempt") or ""),
        mail=str(args.get("nl_mail") or ""),
    )


def _parsed(reply: Reply) -> dict[str, Any]:
    found = _json(reply)
    if isinstance(found, dict):
        return found
    raise _unreadable()


def _json(reply: Reply) -> Any:
    try:
        return json.loads(reply.body)
    except ValueError:
        raise _unreadable() from None


def _list_of(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list) and all(isinstance(each, dict) for each in value):
        return value
    raise _unreadable()


def _text(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    if isinstance(value, str):
        return value
    raise _unreadable()


def _iso(value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(value)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (TypeError, ValueError):
        raise _unreadable() from None


def _epoch(value: Any) -> datetime:
    """Seconds since 1970; the vendor also writes ISO 8601 in places."""
    try:
        return datetime.fromtimestamp(int(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return _iso(value)


def _unreadable() -> ProviderSilent:
    return ProviderSilent("The provider's answer is not what its documentation says.")
