"""Dispatches out of the store, as values."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from newsletter.errors import NotFound
from newsletter.model.ledger import Dispatch
from newsletter.store.tables import dispatch

_COLUMNS = [dispatch.c[field.name] for field in fields(Dispatch)]


def load_dispatch(connection: Connection, dispatch_id: int, *, lock: bool = False) -> Dispatch:
    """One dispatch; raises NotFound.

    Args:
        lock: keep others from changing it until this transaction ends (PostgreSQL; SQLite's
            writers are alone anyway).
    """
    statement = select(*_COLUMNS).where(dispatch.c.id == dispatch_id)
    if lock:
        statement = statement.with_for_update(key_share=True)
    row = connection.execute(statement).first()
    if row is None:
        raise NotFound(f"There is no dispatch {dispatch_id}.")
    return _value(row)


def dispatches_of(connection: Connection, issue_number: int) -> tuple[Dispatch, ...]:
    """All dispatches of an issue, oldest first."""
    return _values(connection, select(*_COLUMNS).where(dispatch.c.issue_number == issue_number))


def dispatches_in(connection: Connection, *states: str) -> tuple[Dispatch, ...]:
    """All dispatches in one of these states, oldest first."""
    return _values(connection, select(*_COLUMNS).where(dispatch.c.state.in_(states)))


def _values(connection: Connection, statement: Select[Any]) -> tuple[Dispatch, ...]:
    return tuple(_value(row) for row in connection.execute(statement.order_by(dispatch.c.id)))


def _value(row: Row[Any]) -> Dispatch:
    return Dispatch(**row._mapping)
