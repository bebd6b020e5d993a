"""Whoever is erased is erased from what the provider told, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from newsletter.feedback.applying import Applier
from newsletter.feedback.forgetting import UNREADABLE_FOR, forget_told, forget_unreadable
from newsletter.model.event import EventMatch
from newsletter.model.ledger import Feedback
from newsletter.model.site import Site
from newsletter.store.tables import delivery_event, event_post, malformed_event
from newsletter.subscribing.own_data import erase_address
from newsletter.transports.sendgrid_events import SendGridEvents
from tests.factories import make_site
from tests.peers_ledger import World
from tests.unit.feedback.posting import Provider

ANN, BEN = "r00000@reader.test", "r00001@reader.test"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site's own settings."""
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.fixture
def provider(world: World, site: Site) -> Provider:
    """Tells about two mails, to a reception that forgets what it was told."""
    world.begin(2)
    world.run()
    made = Provider.of(world, site)
    applier = Applier(made.reception, SendGridEvents(()))

    def forget(connection: Connection, subscriber: int, address: str) -> None:
        forget_told(applier, connection, address)

    return replace(made, reception=replace(made.reception, on_erase=(forget,)))


def everything(provider: Provider) -> str:
    """All that is kept of what was told, as one text."""
    return "".join(str(provider.rows(each)) for each in (delivery_event, malformed_event))


def test_posts_that_wait_are_applied_while_erasing(provider: Provider) -> None:
    """What they prove about mails is kept; the address is not, in whatever letters it came."""
    provider.post(provider.event(ANN, "delivered", email=ANN.upper()))
    provider.post(provider.event(BEN, "delivered"))
    delivery = provider.row(ANN).id
    erase_address(provider.reception, ANN)

    [left] = provider.rows(event_post)
    assert BEN.encode() in left.body
    [kept] = provider.rows(delivery_event)
    assert (kept.delivery_id, kept.match) == (delivery, EventMatch.DELIVERY)
    assert provider.apply().problems == ()
    assert provider.feedback(BEN) is Feedback.DELIVERED


def test_foreign_and_malformed_parts_lose_the_address(provider: Provider) -> None:
    """Those of others stay as they are."""
    provider.tell(
        provider.event(ANN, "bounce", nl_delivery="", reason=f"no {ANN}"),
        provider.event(ANN, "teleported", nl_delivery=""),
        {"email": ANN.upper(), "event": "bounce"},
        provider.event(BEN, "bounce", nl_delivery=""),
        {"email": BEN, "event": "bounce"},
    )
    assert ANN in everything(provider)
    erase_address(provider.reception, ANN)

    assert ANN not in everything(provider).lower()
    assert everything(provider).count(BEN) == 2
    assert len(provider.rows(delivery_event)) == 3


def test_an_address_nobody_had_is_forgotten_too(provider: Provider) -> None:
    """Also what came about it from somewhere else, before and after."""
    stranger: dict[str, Any] = provider.event(ANN, "bounce", nl_delivery="") | {
        "email": "stranger@reader.test"
    }
    provider.tell(stranger)
    erase_address(provider.reception, "stranger@reader.test")
    provider.tell(stranger | {"sg_event_id": "later"})
    assert "stranger" not in everything(provider)
    assert len(provider.rows(delivery_event)) == 2


def test_what_nobody_could_read_is_kept_for_a_month(provider: Provider) -> None:
    """It may hold addresses; what came later stays."""
    provider.tell({"email": ANN, "event": "bounce"})
    clock, store = provider.world.clock, provider.world.store
    clock.move(UNREADABLE_FOR - timedelta(minutes=1))
    assert forget_unreadable(store) == 0
    provider.tell({"email": BEN, "event": "bounce"})
    clock.move(timedelta(minutes=2))
    assert forget_unreadable(store) == 1
    [left] = provider.rows(malformed_event)
    assert BEN in left.raw
