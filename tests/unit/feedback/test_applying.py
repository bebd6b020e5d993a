"""From posts to deliveries, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from newsletter.model.event import EventKind, EventMatch
from newsletter.model.ledger import DeliveryOutcome, Feedback
from newsletter.model.site import Site
from newsletter.store.tables import (
    delivery,
    delivery_event,
    engagement,
    event_post,
    evidence,
    identity,
    malformed_event,
)
from tests.factories import make_site
from tests.peers_ledger import World, ambiguous
from tests.unit.feedback.posting import Provider

ANN, BEN, CAT = "r00000@reader.test", "r00001@reader.test", "r00002@reader.test"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site's own settings."""
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.fixture
def provider(world: World, site: Site) -> Provider:
    """Tells about three mails that were taken."""
    world.begin(3)
    world.run()
    return Provider.of(world, site)


def test_an_event_becomes_the_feedback_of_its_delivery(provider: Provider) -> None:
    """What the receiving side said stands at the delivery, and the outcome is left alone."""
    done = provider.tell(
        provider.event(ANN, "delivered"),
        provider.event(BEN, "bounce", type="bounce", reason="550 5.1.1 <r00001@reader.test>?"),
    )

    assert (done.posts, done.events, done.problems) == (1, 2, ())
    assert done.matches == {EventMatch.DELIVERY: 2}
    told = [provider.feedback(each) for each in (ANN, BEN, CAT)]
    assert told == [Feedback.DELIVERED, Feedback.BOUNCED, Feedback.NONE]
    assert provider.world.outcomes() == {"accepted": 3}
    assert provider.rows(event_post) == []
    kept = provider.rows(delivery_event)
    assert [row.kind for row in kept] == [EventKind.DELIVERED, EventKind.BOUNCED]
    assert kept[1].reason == "550 5.1.1 <•••>?"
    assert (kept[1].address, kept[1].delivery_id) == ("", provider.row(BEN).id)
