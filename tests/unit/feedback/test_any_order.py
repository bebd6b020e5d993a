"""Whatever order events come in, doubled or cut into posts at will, the end is the same."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
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
from tests.factories import make_site
from tests.peers_ledger import SettableClock, World, ambiguous
from tests.unit.feedback.posting import Provider

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


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site's own settings."""
    return make_site(tmp_path_factory.mktemp("site"))


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
    provider = Provider.of(world, site)
    yield replace(provider, rules=FeedbackRules(soft_bounces=1))
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


def events(provider: Provider, told: list[tuple[int, int, int]]) -> list[dict[str, Any]]:
    """Events about readers, each with an id and a time of its own."""
    start = int(provider.world.clock.now().timestamp())
    plain = [provider.event(reader, "-") for reader in READERS]
    return [
        plain[reader] | WORDS[word] | {"sg_event_id": f"e{at}", "timestamp": start - 5_000 + age}
        for at, (reader, word, age) in enumerate(told)
    ]


TOLD = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, len(WORDS) - 1), st.integers(0, 4_000)),
    min_size=1,
    max_size=12,
)


def require_order_free(provider: Provider, data: st.DataObject) -> None:
    made = events(provider, data.draw(TOLD, "told"))
    reset(provider)
    provider.tell(*made)
    expected = state(provider)

    again = data.draw(st.lists(st.sampled_from(range(len(made))), max_size=8), "again")
    order = data.draw(st.permutations([*range(len(made)), *again]), "order")
    cuts = sorted(data.draw(st.lists(st.integers(0, len(order)), max_size=4), "cuts"))
    reset(provider)
    for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True):
        provider.post(*(made[at] for at in order[start:end]))
        if data.draw(st.booleans(), "apply now"):
            assert provider.apply().problems == ()
    assert provider.apply().problems == ()
    assert state(provider) == expected


@pytest.fixture(scope="module")
def on_sqlite(sqlite_template: Path, site: Site, tmp_path_factory: Any) -> Iterator[Provider]:
    """A stage on SQLite, set back before each example."""
    file = tmp_path_factory.mktemp("any") / "newsletter.db"
    shutil.copy(sqlite_template, file)
    with staged(f"sqlite:///{file}", site) as made:
        yield made


@pytest.fixture(scope="module")
def on_server(postgres: Any, site: Site) -> Iterator[Provider]:
    """The same on PostgreSQL."""
    name = f"test_{uuid4().hex[:12]}"
    postgres.run(f"CREATE DATABASE {name} TEMPLATE newsletter_template")
    with staged(postgres.url(name), site) as made:
        yield made
    postgres.run(f"DROP DATABASE {name} WITH (FORCE)")


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_order_of_events_matters(on_sqlite: Provider, data: st.DataObject) -> None:
    """Any permutation with repeats, in any posts, leaves the same rows, on SQLite."""
    require_order_free(on_sqlite, data)


@pytest.mark.postgres
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_order_of_events_matters_on_a_server(on_server: Provider, data: st.DataObject) -> None:
    """The same on PostgreSQL."""
    require_order_free(on_server, data)
