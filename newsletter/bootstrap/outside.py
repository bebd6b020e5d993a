"""What settings say about the world outside: who takes mails, who is asked about them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from newsletter.bootstrap.rules import feedback_rules
from newsletter.config import Settings
from newsletter.errors import UsageError
from newsletter.feedback.rules import Engagement
from newsletter.model.event import ProviderLog
from newsletter.model.ports import Clock
from newsletter.model.transport import (
    MOST_READERS_A_BATCH,
    Answer,
    Batch,
    Outcome,
    Receipt,
    Transport,
)
from newsletter.transports.sendgrid import SendGridTransport
from newsletter.transports.sendgrid_log import SendGridLog
from newsletter.transports.sendgrid_scopes import scopes_of
from newsletter.transports.smtp import SmtpTransport

_SANDBOX_KEY = "sandbox"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Outside:
    """The other side, as far as it is configured."""

    settings: Settings
    clock: Clock

    @property
    def has_provider(self) -> bool:
        """Whether SendGrid, or our stand-in for it, takes the mails."""
        return bool(self._key) or self._is_local

    @property
    def sends_for_real(self) -> bool:
        """Whether a key is set and its requests leave this machine."""
        return bool(self._key) and not self._is_local

    @property
    def can_mail(self) -> bool:
        """Whether anything is configured to send with."""
        return self.has_provider or bool(self.settings.smtp.host)

    @property
    def why_no_events(self) -> str:
        """Why the provider can not tell what became of mails; empty when it can."""
        if not self.has_provider:
            return "issues go out by SMTP"
        return "" if self.settings.webhook_keys else "SENDGRID_WEBHOOK_KEYS is not set"

    def open_transport(self) -> Transport:
        """What mails go out through.

        Raises:
            UsageError: nothing is configured; says what to set.
        """
        if self.has_provider:
            engagement = feedback_rules(self.settings).engagement
            return SendGridTransport(
                self._key or _SANDBOX_KEY,
                self.settings.sendgrid_url,
                clock=self.clock,
                followed=engagement is not Engagement.OFF,
            )
        if mailing := self.open_smtp():
            return mailing
        raise UsageError(
            "Nothing is set up to send with. Set SENDGRID_API_KEY; or start `newsletter sandbox` "
            "and set SENDGRID_URL to its address; or give [smtp] in newsletter.toml."
        )

    def open_smtp(self) -> Transport | None:
        """The server of `[smtp]`; None where there is none."""
        smtp = self.settings.smtp
        if not smtp.host:
            return None
        return SmtpTransport(
            smtp.host,
            smtp.port,
            clock=self.clock,
            security="starttls" if smtp.starttls else "none",
            username=smtp.username,
            password=smtp.password.get_secret_value(),
        )

    def open_log(self) -> ProviderLog | None:
        """What is asked afterwards; None where issues go out by SMTP, which has no log."""
        if not self.has_provider:
            return None
        url = self.settings.sendgrid_url
        return SendGridLog(self._key or _SANDBOX_KEY, url, clock=self.clock)

    def scopes(self) -> frozenset[str] | None:
        """What the key may do, by SendGrid's word; None where SendGrid is not asked for it.

        Raises:
            ProviderSilent: no answer, or the key was refused.
        """
        if not self.has_provider:
            return None
        return scopes_of(self._key or _SANDBOX_KEY, self.settings.sendgrid_url)

    @property
    def _key(self) -> str:
        return self.settings.sendgrid_api_key.get_secret_value()

    @property
    def _is_local(self) -> bool:
        return urlsplit(self.settings.sendgrid_url).hostname in _LOOPBACK


class NoTransport:
    """Where nothing is to be sent, nothing can be."""

    most = MOST_READERS_A_BATCH

    def send(self, batch: Batch) -> Receipt:
        """Say that nothing left this machine."""
        untouched = (Outcome.UNTOUCHED,) * len(batch.recipients)
        return Receipt(Answer.UNREACHABLE, untouched, reason="nothing is sent here")

    def close(self) -> None:
        """Nothing to let go of."""
