"""Settings to App: the only wiring.

Nothing is opened until it is asked for; whoever opens a store or a transport closes it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Connection

from newsletter.checks import Evidence
from newsletter.config import Settings, find_site, load_settings, make_secret_key
from newsletter.dispatching.desk import Desk, goes_on
from newsletter.dispatching.owners import HostRoster
from newsletter.dispatching.rules import Rules
from newsletter.dispatching.running import Dispatcher
from newsletter.dispatching.sending import send_batch
from newsletter.engines.inline import InlineEngine
from newsletter.errors import UsageError
from newsletter.lists import forget_rejected
from newsletter.model.ports import Clock
from newsletter.model.site import Site
from newsletter.model.transport import (
    MOST_READERS_A_BATCH,
    Answer,
    Batch,
    Outcome,
    Receipt,
    Transport,
)
from newsletter.publishing import Composition, compose
from newsletter.store import Store, open_store
from newsletter.subscribing import Reception, open_reception
from newsletter.tokens import Purpose, Signer
from newsletter.transports.sendgrid import SendGridTransport
from newsletter.transports.smtp import SmtpTransport

_SANDBOX_KEY = "sandbox"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

# Looking a member up costs as much as a tenth of a mark, of which millions are made.
_UNSUBSCRIBE, _PREFERENCES, _VIEW = Purpose.UNSUBSCRIBE, Purpose.PREFERENCES, Purpose.VIEW


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Return after that many seconds."""
        threading.Event().wait(seconds)


@dataclass(frozen=True, slots=True)
class Links:
    """The personal addresses that stand in a reader's mail."""

    base: str
    signer: Signer

    def unsubscribe(self, subscriber: int, delivery: int = 0) -> str:
        """One click from it ends the letters (RFC 8058)."""
        return f"{self.base}/unsubscribe/{self.signer.mark(_UNSUBSCRIBE, subscriber, delivery)}"

    def preferences(self, subscriber: int, delivery: int = 0) -> str:
        """Where a reader changes interests."""
        return f"{self.base}/preferences/{self.signer.mark(_PREFERENCES, subscriber, delivery)}"

    def view(self, subscriber: int, delivery: int = 0) -> str:
        """The same letter in a browser."""
        return f"{self.base}/view/{self.signer.mark(_VIEW, subscriber, delivery)}"


class _NoTransport:
    """Where nothing is to be sent, nothing can be."""

    most = MOST_READERS_A_BATCH

    def send(self, batch: Batch) -> Receipt:
        """Say that nothing left this machine."""
        untouched = (Outcome.UNTOUCHED,) * len(batch.recipients)
        return Receipt(Answer.UNREACHABLE, untouched, reason="nothing is sent here")

    def close(self) -> None:
        """Nothing to let go of."""


@dataclass(frozen=True)
class App:
    """Everything a command or a page needs, made from Settings in one place."""

    settings: Settings
    clock: Clock

    @property
    def site(self) -> Site:
        """The letter's own settings."""
        return self.settings.site

    @cached_property
    def signer(self) -> Signer:
        """Signs links; makes the site's secret when there is none."""
        keys = self.settings.secret_keys or (make_secret_key(self.site.root),)
        return Signer([key.get_secret_value() for key in keys])

    @cached_property
    def links(self) -> Links:
        """Makes readers' personal addresses."""
        return Links(self.site.public_url, self.signer)

    @property
    def evidence(self) -> Evidence:
        """What is known about the world around the bytes, without asking it."""
        return Evidence(real_key=self.sends_for_real)

    @property
    def sends_for_real(self) -> bool:
        """Whether a key is set and its requests leave this machine."""
        return bool(self.settings.sendgrid_api_key) and not self._is_local

    @property
    def _is_local(self) -> bool:
        return urlsplit(self.settings.sendgrid_url).hostname in _LOOPBACK

    def compose(self, ref: str | Path) -> Composition:
        """Load, render and check an issue; see `publishing.compose`."""
        return compose(self.site, ref, self.evidence)

    def open_store(self) -> Store:
        """The database, made and upgraded; see `store.open_store`."""
        signs, *verify = self.signer.fingerprints
        return open_store(
            self.settings.database_url, secret_fingerprint=signs, retired_fingerprints=verify
        )

    def open_transport(self) -> Transport:
        """What mails go out through.

        Raises:
            UsageError: nothing is configured; says what to set.
        """
        settings, key = self.settings, self.settings.sendgrid_api_key.get_secret_value()
        if key or self._is_local:
            return SendGridTransport(key or _SANDBOX_KEY, settings.sendgrid_url, clock=self.clock)
        if settings.smtp.host:
            return self._smtp()
        raise UsageError(
            "Nothing is set up to send with. Set SENDGRID_API_KEY; or start `newsletter sandbox` "
            "and set SENDGRID_URL to its address; or give [smtp] in newsletter.toml."
        )

    def _smtp(self) -> Transport:
        smtp = self.settings.smtp
        return SmtpTransport(
            smtp.host,
            smtp.port,
            clock=self.clock,
            security="starttls" if smtp.starttls else "none",
            username=smtp.username,
            password=smtp.password.get_secret_value(),
        )

    def open_dispatcher(
        self, transport: Transport | None = None, stopping: Callable[[], bool] = goes_on
    ) -> Dispatcher:
        """Everything that sends, for the caller to close.

        Args:
            transport: instead of the one that is configured.
            stopping: whether the process was asked to end; see `Desk`.

        Raises:
            UsageError: nothing is configured to send with.
        """
        desk = self._desk(transport or self.open_transport(), stopping)
        return Dispatcher(desk, InlineEngine(partial(send_batch, desk)))

    @contextmanager
    def deskwork(self) -> Iterator[Desk]:
        """A desk for decisions about the ledger, at which nothing can be sent."""
        desk = self._desk(_NoTransport())
        try:
            yield desk
        finally:
            desk.store.close()

    def reception(self, store: Store) -> Reception:
        """The use cases of readers, on an open store."""
        return open_reception(
            store, self.site, self.signer, self.clock, on_erase=(self._forget_rejected,)
        )

    @property
    def rejected(self) -> Path:
        """Where bad rows of lists are kept; whoever is erased is erased there too."""
        return self.site.root / "var" / "rejected"

    def _forget_rejected(self, connection: Connection, subscriber: int, address: str) -> None:
        forget_rejected(self.rejected, address)

    def _desk(self, transport: Transport, stopping: Callable[[], bool] = goes_on) -> Desk:
        return Desk(
            store=self.open_store(),
            transport=transport,
            clock=self.clock,
            addresses=self.links,
            roster=HostRoster(),
            rules=self._rules,
            stopping=stopping,
        )

    @property
    def _rules(self) -> Rules:
        chosen = self.site.dispatch
        return Rules(
            late_limit=timedelta(hours=chosen.late_limit),
            readers_per_hour=chosen.readers_per_hour,
            warm_up=chosen.warm_up,
            site_zone=chosen.timezone,
        )


def load_app(start: Path, environ: Mapping[str, str], site: Path | None = None) -> App:
    """Find the site, read its settings once, and wire.

    Args:
        start: where to look for a site from, upward.
        environ: the environment.
        site: a folder someone chose; beats the environment and `start`.

    Raises:
        NotFound: there is no site.
        ContentError: its settings are wrong.
    """
    root = find_site(start, environ, site)
    return App(load_settings(root, environ), SystemClock())
