"""The App: everything a command or a page needs, made from Settings in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

from sqlalchemy import Connection

from newsletter.accounts import Accounts
from newsletter.bootstrap import engines
from newsletter.bootstrap.clock import SystemClock
from newsletter.bootstrap.links import Links
from newsletter.bootstrap.outside import NoTransport, Outside
from newsletter.bootstrap.rules import asking_rules, dispatch_rules, feedback_rules
from newsletter.bootstrap.works import works_of
from newsletter.checks import Evidence
from newsletter.config import Settings, find_site, load_settings, make_secret_key
from newsletter.dispatching.desk import Desk, goes_on
from newsletter.dispatching.owners import HostRoster
from newsletter.dispatching.rules import Rules
from newsletter.dispatching.running import Dispatcher
from newsletter.errors import ProviderSilent
from newsletter.feedback.applying import Applier
from newsletter.feedback.brakes import Brakes
from newsletter.feedback.canaries import CanaryWatch
from newsletter.feedback.forgetting import forget_told
from newsletter.feedback.notices import LOG_PATIENCE, Watched, judge_list
from newsletter.feedback.reconciling import Reconciler
from newsletter.feedback.telling import Herald
from newsletter.feedback.ways import ways_of
from newsletter.lists import forget_rejected
from newsletter.model.consent import SuppressionReason
from newsletter.model.event import ProviderLog
from newsletter.model.ports import Clock
from newsletter.model.site import Site
from newsletter.model.transport import Transport
from newsletter.publishing import Ask, Composition, compose
from newsletter.safekeeping.journal import NAME, Journal
from newsletter.store import Store, open_store
from newsletter.store.list_imports import drop_bad_rows
from newsletter.subscribing import Reception, open_reception
from newsletter.tokens import Signer
from newsletter.transports.sendgrid_events import SendGridEvents


@dataclass(frozen=True)
class App:
    """Everything a command or a page needs."""

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

    @cached_property
    def outside(self) -> Outside:
        """The other side, as far as it is configured."""
        return Outside(self.settings, self.clock)

    @property
    def evidence(self) -> Evidence:
        """What is known about the world around the bytes, without asking it."""
        return Evidence(real_key=self.sends_for_real)

    @property
    def sends_for_real(self) -> bool:
        """Whether a key is set and its requests leave this machine."""
        return self.outside.sends_for_real

    @property
    def why_no_events(self) -> str:
        """Why the provider can not tell what became of mails; empty when it can."""
        return self.outside.why_no_events

    @property
    def rules(self) -> Rules:
        """The numbers the ledger works by."""
        return dispatch_rules(self.settings)

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
        """What mails go out through; raises UsageError, which says what to set."""
        return self.outside.open_transport()

    def open_provider_log(self) -> ProviderLog | None:
        """What is asked afterwards; None where there is no log."""
        return self.outside.open_log()

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
        return Dispatcher(desk, engines.open_engine(self.settings, desk, self.works(desk)))

    def works(self, desk: Desk) -> engines.Works:
        """What is done beside sending batches, by whoever the engine asks."""
        reception = self.reception(desk.store)
        applier = replace(self.applier(reception), stopping=desk.stopping)
        return works_of(desk, reception, applier, self.reconciler(desk), self.uploads)

    @contextmanager
    def worker(self, stopping: Callable[[], bool]) -> Iterator[Callable[[int], None]]:
        """What does what schedulers ring for, until `stopping`.

        It is called with how many batches to have on the wire at once.

        Raises:
            UsageError: the site's engine has no workers, or nothing is configured to send with.
        """
        engines.require_workers(self.settings)
        desk = self._desk(self.open_transport(), stopping)
        try:
            yield partial(engines.work_at, self.settings, desk, self.works(desk), stopping)
        finally:
            desk.transport.close()
            desk.store.close()

    @property
    def has_workers(self) -> bool:
        """Whether others do the work of this site's schedulers and pages."""
        return engines.has_workers(self.settings)

    def count_workers(self) -> int | None:
        """How many workers live; None where the site's engine has none."""
        return engines.count_workers(self.settings)

    @property
    def lacks_workers(self) -> bool:
        """Whether batches wait for workers and none lives."""
        return self.count_workers() == 0

    @contextmanager
    def deskwork(self) -> Iterator[Desk]:
        """A desk for decisions about the ledger, at which nothing can be sent."""
        desk = self._desk(NoTransport())
        try:
            yield desk
        finally:
            desk.store.close()

    def desk_on(self, store: Store) -> Desk:
        """As `deskwork`, on a store that is open already and stays so."""
        return self._desk(NoTransport(), store=store)

    def accounts(self, store: Store) -> Accounts:
        """People of the studio, on an open store."""
        return Accounts(store, self.clock, self.signer, site_name=self.site.name)

    def reception(self, store: Store) -> Reception:
        """The use cases of readers, on an open store."""
        return open_reception(
            store,
            self.site,
            self.signer,
            self.clock,
            on_erase=(self._forget_rejected, partial(self._forget_told, store)),
            on_lift=self._lift_at_provider,
            on_step=Journal(self.settings.var / NAME).note,
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
        return Applier(reception, self.events, feedback_rules(self.settings))

    def reconciler(self, desk: Desk) -> Reconciler | None:
        """Asks the provider about what nobody knows the end of; None where nobody can be asked."""
        log = self.open_provider_log()
        if log is None:
            return None
        asking, feedback = asking_rules(self.settings), feedback_rules(self.settings)
        return Reconciler(desk, log, self.reception(desk.store), asking, feedback)

    def herald(self, store: Store, transport: Transport | None = None) -> Herald:
        """Tells people of the site what happened.

        Args:
            transport: what mails go out through where [smtp] is not set; a refused key of the
                provider's is told by [smtp].
        """
        mailing = self.outside.open_smtp() or transport
        ways = ways_of(self.site, store.site_id, self.settings.notify, mailing)
        patience = LOG_PATIENCE if self.outside.has_provider else self.rules.patience
        return Herald(store, ways, Watched(patience, judge_list))

    @property
    def rejected(self) -> Path:
        """Where bad rows of lists are kept; whoever is erased is erased there too."""
        return self.site.root / "var" / "rejected"

    @property
    def uploads(self) -> Path:
        """Where lists lie as long as somebody works on them."""
        return self.site.root / "var" / "uploads"

    def _forget_rejected(self, connection: Connection, subscriber: int, address: str) -> None:
        forget_rejected(self.rejected, address)
        drop_bad_rows(connection)

    def _desk(
        self,
        transport: Transport,
        stopping: Callable[[], bool] = goes_on,
        store: Store | None = None,
    ) -> Desk:
        store, limits = store or self.open_store(), self.settings.brakes
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
