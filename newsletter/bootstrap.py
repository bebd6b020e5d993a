"""Settings to App: the only wiring.

Nothing is opened until it is asked for; whoever opens a store or a transport closes it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from newsletter.dispatching.running import GRACE, Dispatcher
from newsletter.dispatching.sending import send_batch
from newsletter.engines.inline import InlineEngine
from newsletter.errors import ProviderSilent, UsageError
from newsletter.feedback.applying import Applier
from newsletter.feedback.brakes import Brakes
from newsletter.feedback.calls import AskingRules
from newsletter.feedback.canaries import CanaryWatch
from newsletter.feedback.forgetting import forget_told
from newsletter.feedback.notices import LOG_PATIENCE, Watched, judge_list
from newsletter.feedback.reconciling import Reconciler
from newsletter.feedback.rules import Engagement, FeedbackRules
from newsletter.feedback.telling import Herald
from newsletter.feedback.ways import ways_of
from newsletter.lists import forget_rejected
from newsletter.model.consent import SuppressionReason
from newsletter.model.event import ProviderLog
from newsletter.model.ports import Clock, Engine
from newsletter.model.site import Site
from newsletter.model.transport import (
    MOST_READERS_A_BATCH,
    Answer,
    Batch,
    Outcome,
    Receipt,
    Transport,
)
from newsletter.publishing import Ask, Composition, compose
from newsletter.store import Store, open_store
from newsletter.store.connecting import conninfo
from newsletter.subscribing import Reception, open_reception
from newsletter.tokens import Purpose, Signer
from newsletter.transports.sendgrid import SendGridTransport
from newsletter.transports.sendgrid_events import SendGridEvents
from newsletter.transports.sendgrid_log import SendGridLog
from newsletter.transports.smtp import SmtpTransport

_SANDBOX_KEY = "sandbox"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

_PAGES = {
    "link.unsubscribe": ("unsubscribe", Purpose.UNSUBSCRIBE),
    "link.preferences": ("preferences", Purpose.PREFERENCES),
    "link.view": ("view", Purpose.VIEW),
}


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
    """The personal addresses that stand in readers' mails."""

    base: str
    signer: Signer

    def unsubscribe(self, subscriber: int, delivery: int = 0) -> str:
        """One click from it ends the letters (RFC 8058)."""
        return self.of("link.unsubscribe", [subscriber], [delivery])[0]

    def preferences(self, subscriber: int, delivery: int = 0) -> str:
        """Where a reader changes interests."""
        return self.of("link.preferences", [subscriber], [delivery])[0]

    def view(self, subscriber: int, delivery: int = 0) -> str:
        """The same letter in a browser."""
        return self.of("link.view", [subscriber], [delivery])[0]

    def of(
        self, source: str, subscribers: Sequence[int], deliveries: Sequence[int]
    ) -> Sequence[str]:
        """One for each reader; see `newsletter.dispatching.desk.Addresses`."""
        page, purpose = _PAGES[source]
        begin = f"{self.base}/{page}/"
        return [begin + mark for mark in self.signer.marks(purpose, subscribers, deliveries)]


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
    def why_no_events(self) -> str:
        """Why the provider can not tell what became of mails; empty when it can."""
        if not self.settings.sendgrid_api_key.get_secret_value() and not self._is_local:
            return "issues go out by SMTP"
        return "" if self.settings.webhook_keys else "SENDGRID_WEBHOOK_KEYS is not set"

    @property
    def _is_local(self) -> bool:
        return urlsplit(self.settings.sendgrid_url).hostname in _LOOPBACK

    def compose(self, ref: str | Path, ask: Ask | None = None) -> Composition:
        """Load, render and check an issue; see `publishing.compose`."""
        return compose(self.site, ref, self.evidence, ask)

    def open_store(self, url: str = "", *, moved: bool = False) -> Store:
        """The database, made and upgraded; see `store.open_store`.

        Args:
            url: another one than the site's.
            moved: open it although it was moved elsewhere.
        """
        signs, *verify = self.signer.fingerprints
        return open_store(
            url or self.settings.database_url,
            secret_fingerprint=signs,
            retired_fingerprints=verify,
            moved=moved,
        )

    def open_transport(self) -> Transport:
        """What mails go out through.

        Raises:
            UsageError: nothing is configured; says what to set.
        """
        settings, key = self.settings, self.settings.sendgrid_api_key.get_secret_value()
        if key or self._is_local:
            return SendGridTransport(
                key or _SANDBOX_KEY,
                settings.sendgrid_url,
                clock=self.clock,
                followed=self._feedback.engagement is not Engagement.OFF,
            )
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
        return Dispatcher(desk, self._open_engine(desk))

    def _open_engine(self, desk: Desk) -> Engine:
        if self.site.dispatch.engine == "inline":
            return InlineEngine(partial(send_batch, desk))
        # Of the extra `postgres`, which a site on one machine does not have.
        from newsletter.engines.procrastinate import ProcrastinateEngine

        return ProcrastinateEngine(conninfo(self.settings.database_url))

    @contextmanager
    def worker(self, stopping: Callable[[], bool]) -> Iterator[Callable[[int], None]]:
        """What sends batches that schedulers ring for, until `stopping`.

        It is called with how many batches to have on the wire at once.

        Raises:
            UsageError: the site's engine has no workers, or nothing is configured to send with.
        """
        if self.site.dispatch.engine == "inline":
            raise UsageError(
                "This site sends in its scheduling process and has no workers. "
                'Set engine = "procrastinate" under [dispatch] in newsletter.toml.'
            )
        from newsletter.engines.worker import work

        database = conninfo(self.settings.database_url)
        desk = self._desk(self.open_transport(), stopping)
        send = partial(send_batch, desk)
        try:
            yield lambda slots: work(
                database, send, stopping, name=desk.roster.name, slots=slots, grace=GRACE
            )
        finally:
            desk.transport.close()
            desk.store.close()

    def count_workers(self) -> int | None:
        """How many workers live; None where the site's engine has none."""
        if self.site.dispatch.engine == "inline":
            return None
        from newsletter.engines.queue import count_workers

        return count_workers(conninfo(self.settings.database_url))

    @property
    def lacks_workers(self) -> bool:
        """Whether batches wait for workers and none lives."""
        return self.count_workers() == 0

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
            store,
            self.site,
            self.signer,
            self.clock,
            on_erase=(self._forget_rejected, partial(self._forget_told, store)),
            on_lift=self._lift_at_provider,
        )

    def _forget_told(
        self, store: Store, connection: Connection, subscriber: int, address: str
    ) -> None:
        forget_told(self.applier(self.reception(store)), connection, address)

    def _lift_at_provider(self, reason: SuppressionReason, address: str) -> str:
        log = self.open_provider_log()
        try:
            if log is not None:
                log.lift(reason, address)
        except ProviderSilent as problem:
            return str(problem)
        return ""

    @cached_property
    def events(self) -> SendGridEvents:
        """What the provider posts by itself, verified and read."""
        return SendGridEvents(self.settings.webhook_keys)

    def applier(self, reception: Reception) -> Applier:
        """Takes in what the provider posted."""
        return Applier(reception, self.events, self._feedback)

    @property
    def _feedback(self) -> FeedbackRules:
        chosen = self.settings.feedback
        return FeedbackRules(
            soft_bounces=chosen.soft_bounces,
            soft_bounce_span=timedelta(days=chosen.soft_bounce_days),
            engagement=Engagement(chosen.engagement),
        )

    def open_provider_log(self) -> ProviderLog | None:
        """What is asked afterwards; None where issues go out by SMTP, which has no log."""
        settings, key = self.settings, self.settings.sendgrid_api_key.get_secret_value()
        if not (key or self._is_local):
            return None
        return SendGridLog(key or _SANDBOX_KEY, settings.sendgrid_url, clock=self.clock)

    def reconciler(self, desk: Desk) -> Reconciler | None:
        """Asks the provider about what nobody knows the end of; None where nobody can be asked."""
        log, chosen = self.open_provider_log(), self.settings.feedback
        if log is None:
            return None
        rules = AskingRules(
            resend_absent=chosen.resend_absent, calls_per_minute=chosen.log_calls_per_minute
        )
        return Reconciler(desk, log, self.reception(desk.store), rules, self._feedback)

    def herald(self, store: Store, transport: Transport | None = None) -> Herald:
        """Tells people of the site what happened.

        Args:
            transport: what mails go out through where [smtp] is not set; a refused key of the
                provider's is told by [smtp].
        """
        mailing = self._smtp() if self.settings.smtp.host else transport
        ways = ways_of(self.site, store.site_id, self.settings.notify, mailing)
        has_log = bool(self.settings.sendgrid_api_key.get_secret_value()) or self._is_local
        patience = LOG_PATIENCE if has_log else self.rules.patience
        return Herald(store, ways, Watched(patience, judge_list))

    @property
    def rejected(self) -> Path:
        """Where bad rows of lists are kept; whoever is erased is erased there too."""
        return self.site.root / "var" / "rejected"

    def _forget_rejected(self, connection: Connection, subscriber: int, address: str) -> None:
        forget_rejected(self.rejected, address)

    def _desk(self, transport: Transport, stopping: Callable[[], bool] = goes_on) -> Desk:
        store, limits = self.open_store(), self.settings.brakes
        return Desk(
            store=store,
            transport=transport,
            clock=self.clock,
            addresses=self.links,
            roster=HostRoster(),
            rules=self.rules,
            verdict=CanaryWatch(store, limits, can_hear=not self.why_no_events).verdict,
            watch=Brakes(store, self.clock, limits).look,
            stopping=stopping,
        )

    @property
    def rules(self) -> Rules:
        """The numbers the ledger works by."""
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
