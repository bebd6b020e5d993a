"""No statement of a dispatch reads the whole delivery table, on either database."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from newsletter.dispatching.planning import Plan, follow_up
from newsletter.dispatching.resolving import resolve
from newsletter.dispatching.rules import Rules
from newsletter.model.audience import Audience
from newsletter.model.ledger import Resolution
from newsletter.store import Store
from newsletter.store.approvals import latest_approval
from newsletter.store.freezing import placing
from tests.databases import *  # noqa: F403
from tests.peers_ledger import SettableClock, World, ambiguous, names, refuses

Said = dict[str, Any]


@pytest.fixture
def said(store: Store) -> Said:
    """Every statement about deliveries that is said while the test runs, with its parameters."""
    heard: Said = {}

    def listen(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        reads = "delivery.id" in statement or "delivery.issue_number" in statement
        if reads and not statement.startswith("EXPLAIN"):
            heard.setdefault(statement, parameters)

    event.listen(store.engine, "before_cursor_execute", listen)
    return heard


def plan_of(store: Store, statement: str, parameters: Any) -> str:
    """How the database would go about it."""
    with store.read() as connection:
        placing.create(connection)  # gone at the end of the transaction that said it
        if store.is_sqlite:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plan = "\n".join(row[3] for row in rows)
            placing.drop(connection)
            return plan
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # few rows: it would be right
        rows = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
        plan = "\n".join(row[0] for row in rows)
        placing.drop(connection)
        return plan


def test_the_hot_statements_use_an_index(store: Store, clock: SettableClock, said: Said) -> None:
    """Freezing, sending, refusing, splitting, sweeping, resolving, counting and following up."""
    world = World(store, clock, rules=Rules(most=4, chunk=10))
    world.transport.script.extend([ambiguous, names("r00005@reader.test")])
    world.transport.always = refuses("r00010@reader.test")
    world.begin(30, canary=2)
    world.run()
    clock.move(world.rules.patience)
    resolve(world.desk, 12, Resolution.SEND_AGAIN, by="Ada")
    world.run()
    with store.read() as connection:
        approved = latest_approval(connection, 12)
    assert approved is not None
    follow_up(store, approved.id, Plan(clock.now()))
    world.run()
    world.schedule(world.approve(13, audience=Audience(name="", received=(12,))))
    world.run()

    assert len(said) > 12
    for statement, parameters in said.items():
        plan = plan_of(store, statement, parameters)
        assert "SCAN delivery" not in plan, statement
        assert "Seq Scan on delivery" not in plan, statement


def test_a_stretch_looks_at_its_own_readers_only(
    store: Store, clock: SettableClock, said: Said
) -> None:
    """Who is held already is not asked of everybody frozen so far, however it is planned."""
    world = World(store, clock, rules=Rules(chunk=1_000))
    world.begin(2_000)
    with store.write() as connection:
        connection.exec_driver_sql("ANALYZE")
    looked_up = [each for each in said.items() if "looked_up" in each[0]]
    assert looked_up
    for statement, parameters in looked_up:
        plan = plan_of(store, statement, parameters).splitlines()
        asked = [line for line in plan if "issue_number" in line]
        assert asked
        assert all("subscriber_id" in line for line in asked), statement


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_look_into_an_index_is_taken_to_be_cheap(store: Store) -> None:
    """Else PostgreSQL reads all readers of a list of 40,000 to find the 1,000 of a batch."""
    with store.read() as connection:
        assert connection.exec_driver_sql("SHOW random_page_cost").scalar_one() == "1.1"
