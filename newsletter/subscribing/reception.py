"""What the use cases of readers work with: the parts that `bootstrap` puts together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from newsletter.model.consent import ConsentStep, SuppressionReason
from newsletter.model.ports import Clock
from newsletter.model.site import Site
from newsletter.store import Store
from newsletter.subscribing.addresses import AddressHashes
from newsletter.subscribing.forms import FormStamps
from newsletter.subscribing.limits import RequestLimits
from newsletter.subscribing.links import ReaderLinks
from newsletter.tokens import Signer

OnErase = Callable[[Connection, int, str], None]
"""Takes one more place where a person is known: the transaction, their id, their address."""

OnLift = Callable[[SuppressionReason, str], str]
"""Takes an address off the provider's own list; empty, or why it could not."""


OnStep = Callable[[ConsentStep, Sequence[str], datetime], None]
"""Keeps a step of readers elsewhere too: what, the keyed hashes of their addresses, when."""


def not_kept(what: ConsentStep, address_hashes: Sequence[str], at: datetime) -> None:
    """Where only the database keeps it."""


def nobody_else(reason: SuppressionReason, address: str) -> str:
    """Where no provider keeps a list of its own, there is nothing to take an address off."""
    return ""


@dataclass(frozen=True)
class Reception:
    """Where readers come, choose and go.

    Attributes:
        on_erase: what other parts of the program have to forget; run in the same transaction.
        on_step: run before the commit, so that a no outlives even the database.
        on_lift: run after the commit that lifted a suppression, for it asks the network.
    """

    store: Store
    site: Site
    signer: Signer
    clock: Clock
    hashes: AddressHashes
    stamps: FormStamps
    limits: RequestLimits
    links: ReaderLinks
    on_erase: tuple[OnErase, ...] = field(default=())
    on_lift: OnLift = nobody_else
    on_step: OnStep = not_kept

    @property
    def now(self) -> datetime:
        """The present, aware, in UTC."""
        return self.clock.now()


def open_reception(
    store: Store,
    site: Site,
    signer: Signer,
    clock: Clock,
    *,
    limits: RequestLimits | None = None,
    on_erase: tuple[OnErase, ...] = (),
    on_lift: OnLift = nobody_else,
    on_step: OnStep = not_kept,
) -> Reception:
    """Put one together; keep it as long as the process runs, for the limits count in it."""
    return Reception(
        store=store,
        site=site,
        signer=signer,
        clock=clock,
        hashes=AddressHashes(signer),
        stamps=FormStamps(signer, clock),
        limits=limits or RequestLimits(),
        links=ReaderLinks(site.public_url, signer),
        on_erase=on_erase,
        on_lift=on_lift,
        on_step=on_step,
    )
