"""Batches through SendGrid's HTTP API: one request carries up to 1,000 readers."""

from __future__ import annotations

import threading
from typing import Any

import orjson

from newsletter.model.ports import Clock
from newsletter.model.transport import MOST_READERS_A_BATCH, Answer, Batch, Outcome, Receipt
from newsletter.transports.sendgrid_answers import everyone, readers_refused, receipt
from newsletter.transports.sendgrid_body import MOST_BYTES, body, unreadable, unsendable
from newsletter.transports.sendgrid_json import ready_body
from newsletter.transports.sendgrid_wire import (
    NoAnswerError,
    NotConnectedError,
    Wire,
    checked_key,
    checked_url,
)
from newsletter.transports.wording import MASK, reason

SENDGRID_URL = "https://api.sendgrid.com"


class SendGridTransport:
    """A `newsletter.model.transport.Transport` over `POST /v3/mail/send`.

    There is no idempotency key: the same batch sent twice is two mails. So nothing is tried
    again here; the ledger decides.
    """

    most = MOST_READERS_A_BATCH

    def __init__(
        self,
        api_key: str,
        url: str = SENDGRID_URL,
        *,
        clock: Clock,
        timeout: float = 30.0,
        ready_bodies: bool = True,
        followed: bool = True,
    ) -> None:
        """Check the settings; nothing is contacted yet.

        Args:
            api_key: never shown, never sent over plain http except to loopback.
            clock: says how long a rate limit still lasts.
            url: `https://api.eu.sendgrid.com` for an account in the EU.
            timeout: seconds the other side may stay silent, at each step.
            ready_bodies: hand the vendor's client a finished body; False lets it make the
                JSON itself, slower, with the content type `application/json`.
            followed: whether opens and clicks of issues are followed as the account has it;
                False has the vendor follow none.

        Raises:
            UsageError: a key or an address that can not be used.
        """
        self._key = checked_key(api_key)
        self._url = checked_url(url)
        self._clock = clock
        self._timeout = timeout
        self._ready_bodies = ready_bodies
        self._followed = followed
        self._threads = threading.local()

    def __repr__(self) -> str:
        return f"SendGridTransport({MASK!r}, {self._url!r})"

    def send(self, batch: Batch) -> Receipt:
        """Hand over one batch in one request.

        Raises:
            ValueError: more readers than `most`.
        """
        readers = len(batch.recipients)
        if readers > self.most:
            raise ValueError(f"{readers} readers in one call; SendGrid takes {self.most}")
        if not readers:
            return Receipt(Answer.ACCEPTED, ())
        content = self._content(batch)
        return content if isinstance(content, Receipt) else self._post(content, readers)

    def close(self) -> None:
        """Nothing is held: each call has a connection of its own."""

    def _content(self, batch: Batch) -> bytes | dict[str, Any] | Receipt:
        """The body, or the receipt of a batch that can not leave as it is."""
        readers = len(batch.recipients)
        if found := unsendable(batch):
            return readers_refused(found, readers)
        try:
            ready = ready_body(batch, followed=self._followed)
        except orjson.JSONEncodeError as exc:
            if found := unreadable(batch):
                return readers_refused(found, readers)
            return everyone(Answer.CONTENT_REFUSED, Outcome.UNTOUCHED, readers, str(exc))
        if len(ready) > MOST_BYTES:
            words = f"the message has {len(ready)} bytes; SendGrid takes {MOST_BYTES}"
            return everyone(Answer.TOO_LARGE, Outcome.UNTOUCHED, readers, words)
        return ready if self._ready_bodies else body(batch, followed=self._followed)

    def _post(self, content: bytes | dict[str, Any], readers: int) -> Receipt:
        try:
            reply = self._wire().post(content)
        except NotConnectedError as exc:
            words = reason(str(exc), self._key)
            return everyone(Answer.UNREACHABLE, Outcome.UNTOUCHED, readers, words)
        except NoAnswerError as exc:
            words = reason(str(exc), self._key)
            return everyone(Answer.AMBIGUOUS, Outcome.UNKNOWN, readers, words)
        return receipt(reply, readers, self._clock.now(), self._key)

    def _wire(self) -> Wire:
        """This thread's own: the vendor's client shares its headers between calls."""
        if not hasattr(self._threads, "wire"):
            self._threads.wire = Wire(self._key, self._url, self._timeout)
        wire: Wire = self._threads.wire
        return wire
