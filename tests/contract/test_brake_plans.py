"""What is counted while a dispatch sends comes from an index, on either database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event

from newsletter.feedback.tallying import is_heard, tally_dispatch, tally_wave
from newsletter.store import Store
from tests.databases import *  # noqa: F403
from tests.peers_ledger import SettableClock, World


def test_events_are_found_by_their_indexes(store: Store, clock: SettableClock) -> None:
    """Complaints by the index that holds nothing else, other events by their delivery."""
    world = World(store, clock)
    of = world.begin(3)
    world.run()
    with store.write() as connection:
        if not store.is_sqlite:
            connection.exec_driver_sql("ANALYZE")
    heard: list[tuple[str, Any]] = []

    def listen(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if "delivery_event" in statement and not statement.startswith("EXPLAIN"):
            heard.append((statement, parameters))

    event.listen(store.engine, "before_cursor_execute", listen)
    with store.read() as connection:
        tally_dispatch(connection, of.id)
        tally_wave(connection, 1)
        is_heard(connection, 1)
    assert len(heard) == 3
    for statement, parameters in heard:
        index = (
            "ix_delivery_event_complained"
            if "complained" in statement
            else "ix_delivery_event_delivery"
        )
        assert index in plan_of(store, statement, parameters), statement


def plan_of(store: Store, statement: str, parameters: Any) -> str:
    """How the database would go about it."""
    with store.read() as connection:
        if store.is_sqlite:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            return "\n".join(row[3] for row in rows)
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # few rows: it would be right
        return "\n".join(
            row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
        )
