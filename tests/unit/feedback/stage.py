"""Four mails whose story can be told again and again, and all that may depend on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import delete, select, update

from newsletter.feedback.rules import FeedbackRules
from newsletter.model.ledger import DeliveryOutcome, Feedback
from newsletter.model.site import Site
from newsletter.store import open_store
from newsletter.store.tables import (
    batch,
    consent,
    delivery,
    delivery_event,
    engagement,
    event_post,
    evidence,
    subscriber,
    suppression,
)
from newsletter.store.tables.subscribers import Status
from tests.databases import FINGERPRINT
from tests.peers_ledger import SettableClock, World, ambiguous
from tests.unit.feedback.posting import Provider

RULES = FeedbackRules(soft_bounces=1)
READERS = tuple(f"r{number:05}@reader.test" for number in range(4))
WORDS = (
    {"event": "processed"},
    {"event": "deferred"},
    {"event": "delivered"},
    {"event": "bounce", "type": "bounce"},
    {"event": "bounce", "type": "blocked"},
    {"event": "dropped"},
    {"event": "spamreport"},
    {"event": "unsubscribe"},
    {"event": "open"},
    {"event": "click", "url": "https://example.com/collagen"},
    {"event": "teleported"},
)


@contextmanager
def staged(url: str, site: Site) -> Iterator[Provider]:
    """Four mails, of which two were taken and two are unknown."""
    clock = SettableClock()
    store = open_store(url, secret_fingerprint=FINGERPRINT, clock=clock)
    world = World(store, clock)
    world.transport.script.append(ambiguous)
    world.begin(4)
    world.run()
    with store.write() as connection:
        first = select(subscriber.c.id).where(subscriber.c.email.in_(READERS[:2]))
        mine = delivery.c.subscriber_id.in_(first)
        connection.execute(update(delivery).where(mine).values(outcome=DeliveryOutcome.ACCEPTED))
    try:
        yield Provider.of(world, site, RULES)
    finally:
        store.close()


def reset(provider: Provider) -> None:
    """As nobody had told anything."""
    unknown = select(subscriber.c.id).where(subscriber.c.email.in_(READERS[2:]))
    with provider.world.store.write() as connection:
        # Posts too: an example that hypothesis gave up may have left some that nobody applied.
        for table in (event_post, delivery_event, engagement, evidence, suppression, consent):
            connection.execute(delete(table))
        connection.execute(update(subscriber).values(status=Status.CONFIRMED))
        connection.execute(update(delivery).values(feedback=Feedback.NONE))
        connection.execute(
            update(delivery)
            .where(delivery.c.subscriber_id.in_(unknown))
            .values(outcome=DeliveryOutcome.UNKNOWN)
        )
        connection.execute(update(batch).values(state="unknown"))


def state(provider: Provider) -> dict[str, Any]:
    """All that may depend on events."""
    with provider.world.store.read() as connection:

        def read(*columns: Any) -> list[Any]:
            return sorted(tuple(map(str, row)) for row in connection.execute(select(*columns)))

        return {
            "deliveries": read(delivery.c.id, delivery.c.outcome, delivery.c.feedback),
            "batches": read(batch.c.id, batch.c.state),
            "events": read(delivery_event.c.provider_id, delivery_event.c.kind),
            "engagement": read(engagement.c.provider_id, engagement.c.who, engagement.c.link_id),
            "evidence": read(evidence.c.delivery_id, evidence.c.attempt_id, evidence.c.kind),
            "suppressed": read(suppression.c.email, suppression.c.reason, suppression.c.at),
            "readers": read(subscriber.c.email, subscriber.c.status),
        }


def events(provider: Provider, told: Sequence[tuple[int, int, int]]) -> list[dict[str, Any]]:
    """Events about readers, each with an id and a time of its own."""
    start = int(provider.world.clock.now().timestamp())
    plain = [provider.event(reader, "-") for reader in READERS]
    return [
        plain[reader] | WORDS[word] | {"sg_event_id": f"e{at}", "timestamp": start - 5_000 + age}
        for at, (reader, word, age) in enumerate(told)
    ]
