"""Batches over SMTP: one message a reader, one connection a thread."""

from __future__ import annotations

import ssl
import threading
from contextlib import suppress
from functools import lru_cache
from smtplib import (
    SMTP,
    SMTP_SSL,
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupportedError,
)
from typing import Literal

from newsletter.errors import UsageError
from newsletter.model.ports import Clock
from newsletter.model.transport import Answer, Batch, Outcome, Receipt, Recipient
from newsletter.transports.smtp_message import Prepared, address
from newsletter.transports.smtp_receipt import receipt
from newsletter.transports.smtp_session import Stage, Verdict, hand_over
from newsletter.transports.wording import MASK, is_loopback, reason

Security = Literal["starttls", "ssl", "none"]

MOST_READERS = 20
LETTERS_KEPT = 8


class SmtpTransport:
    """A `newsletter.model.transport.Transport` over SMTP (RFC 5321).

    A reader whose message broke off after DATA is `unknown`, those after it are untouched.
    Custom args travel as `X-NL-Delivery` and `X-NL-Attempt`. The Message-ID is made of the
    delivery, so that a mail sent again after an unknown end is one mail to many mailboxes.
    """

    most = MOST_READERS

    def __init__(
        self,
        host: str,
        port: int = 587,
        *,
        clock: Clock,
        security: Security = "starttls",
        username: str = "",
        password: str = "",
        timeout: float = 30.0,
    ) -> None:
        """Check the settings; nothing is contacted yet.

        Args:
            host: a name or address.
            port: usually 587 with `starttls`, 465 with `ssl`.
            clock: for Date and for when to come back.
            security: `none` only without a password, or on loopback.
            username: empty means no login.
            password: never shown.
            timeout: seconds the server may stay silent, at each step.

        Raises:
            UsageError: a password would travel readable.
        """
        if username and security == "none" and not is_loopback(host):
            raise UsageError(
                f"The password for {host} would travel readable. Use starttls or ssl; "
                "none is for loopback."
            )
        self._host, self._port, self._security = host, port, security
        self._username, self._password = username, password
        self._timeout = timeout
        self._clock = clock
        self._threads = threading.local()
        self._lock = threading.Lock()
        self._open: list[SMTP] = []
        self._prepared = lru_cache(LETTERS_KEPT)(Prepared)

    def __repr__(self) -> str:
        secret = f", {self._username!r}, {MASK!r}" if self._username else ""
        return f"SmtpTransport({self._host!r}, {self._port}, {self._security!r}{secret})"

    def send(self, batch: Batch) -> Receipt:
        """Hand over each reader's message.

        Raises:
            ValueError: more readers than `most`.
        """
        readers = len(batch.recipients)
        if readers > self.most:
            raise ValueError(f"{readers} readers in one call; SMTP takes {self.most}")
        if not readers:
            return Receipt(Answer.ACCEPTED, ())
        try:
            prepared = self._prepared(batch.letter)
        except ValueError as exc:
            return self._nobody(Answer.CONTENT_REFUSED, f"sender: {exc}", readers)
        try:
            smtp = self._connection()
        except (SMTPException, OSError) as exc:
            return self._no_connection(exc, readers)
        verdicts = self._verdicts(smtp, prepared, batch)
        return receipt(verdicts, readers, self._clock.now(), self._password)

    def close(self) -> None:
        """Say goodbye on every connection; call it after the last `send`."""
        with self._lock:
            connections, self._open = self._open, []
        for smtp in connections:
            _goodbye(smtp)
        self._threads = threading.local()

    def _verdicts(self, smtp: SMTP, prepared: Prepared, batch: Batch) -> list[Verdict]:
        made: list[Verdict] = []
        for recipient in batch.recipients:
            verdict = self._one(smtp, prepared, recipient, batch.attempt)
            made.append(verdict)
            if verdict.stop:
                self._forget(smtp)
                break
        return made

    def _one(self, smtp: SMTP, prepared: Prepared, recipient: Recipient, attempt: str) -> Verdict:
        try:
            message = prepared.message(recipient, attempt, self._clock.now())
            to = address(recipient.email)
        except ValueError as exc:
            return Verdict(Outcome.REJECTED, Stage.MAIL, words=_own_words(exc))
        return hand_over(smtp, prepared.sender, to, message)

    def _connection(self) -> SMTP:
        """This thread's connection, if it still answers; a new one otherwise."""
        smtp: SMTP | None = getattr(self._threads, "smtp", None)
        if smtp is not None:
            with suppress(SMTPException, OSError):
                if smtp.noop()[0] == 250:
                    return smtp
            self._forget(smtp)
        self._threads.smtp = smtp = self._connect()
        with self._lock:
            self._open.append(smtp)
        return smtp

    def _connect(self) -> SMTP:
        if self._security == "ssl":
            context = ssl.create_default_context()
            smtp: SMTP = SMTP_SSL(self._host, self._port, timeout=self._timeout, context=context)
        else:
            smtp = SMTP(self._host, self._port, timeout=self._timeout)
        try:
            if self._security == "starttls":
                smtp.starttls(context=ssl.create_default_context())
            if self._username:
                smtp.login(self._username, self._password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _forget(self, smtp: SMTP) -> None:
        with self._lock:
            if smtp in self._open:
                self._open.remove(smtp)
        self._threads.smtp = None
        _goodbye(smtp)

    def _no_connection(self, exc: Exception, readers: int) -> Receipt:
        refused = isinstance(exc, SMTPNotSupportedError) or (
            isinstance(exc, SMTPAuthenticationError) and exc.smtp_code >= 500
        )
        answer = Answer.KEY_REFUSED if refused else Answer.UNREACHABLE
        return self._nobody(answer, f"{type(exc).__name__}: {exc}", readers)

    def _nobody(self, answer: Answer, words: str, readers: int) -> Receipt:
        told = reason(words, self._password)
        return Receipt(answer, (Outcome.UNTOUCHED,) * readers, reason=told)


def _goodbye(smtp: SMTP) -> None:
    if smtp.sock is not None:
        with suppress(SMTPException, OSError):
            smtp.quit()
    smtp.close()


def _own_words(exc: ValueError) -> str:
    if isinstance(exc, UnicodeError):
        return "a value of this reader can not be written"
    return str(exc)
