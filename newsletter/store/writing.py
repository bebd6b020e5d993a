"""Statements that both databases know under one name, and steps that the tables allow.

What is said once a batch is built once, as a constant of its module: to put a statement together
costs SQLAlchemy five times what it costs to say it. Values come by name when it is said: those of
columns that are written under the column's name, those it looks for under `its(column)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    CursorResult,
    Table,
    Update,
    bindparam,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.model.ledger import (
    BATCH_STEPS,
    DELIVERY_STEPS,
    DISPATCH_STEPS,
    HOLDING,
    WAVE_STEPS,
    BatchState,
    DeliveryOutcome,
    DispatchState,
    Steps,
    WaveState,
    require_step,
)
from newsletter.store.tables import batch, delivery, dispatch, wave

S = TypeVar("S", DispatchState, WaveState, BatchState, DeliveryOutcome)


def insert_into(connection: Connection, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT, whichever database it is."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def insert_or_ignore(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless its key exists; tells whether it did."""
    statement = _insert_or_ignore(connection.dialect.name, table)
    options = {"preserve_rowcount": True}
    return bool(connection.execute(statement, values, execution_options=options).rowcount == 1)


@cache  # putting a statement together costs more than running it
def _insert_or_ignore(dialect: str, table: Table) -> Any:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing()


def changed(result: CursorResult[Any]) -> bool:
    """Whether a compare-and-set won."""
    return result.rowcount > 0


def dispatch_step(target: DispatchState, *sources: DispatchState) -> Update:
    """An UPDATE of dispatches to `target`, from those sources or all that the table allows."""
    return _step(dispatch, "state", DISPATCH_STEPS, target, sources)


def wave_step(target: WaveState, *sources: WaveState) -> Update:
    """The same for waves."""
    return _step(wave, "state", WAVE_STEPS, target, sources)


def batch_step(target: BatchState, *sources: BatchState) -> Update:
    """The same for batches."""
    return _step(batch, "state", BATCH_STEPS, target, sources)


def delivery_step(target: DeliveryOutcome, *sources: DeliveryOutcome) -> Update:
    """The same for deliveries; keeps `holds` in step with the outcome."""
    statement = _step(delivery, "outcome", DELIVERY_STEPS, target, sources)
    # An update that does not name `holds` leaves the index alone: see `tables/deliveries.py`.
    return statement if target in HOLDING else statement.values(holds=False)


def its(column: Column[Any]) -> BindParameter[Any]:
    """The value to be given as `its_<column>` when the statement is said."""
    return bindparam(f"its_{column.name}", type_=column.type)


def in_range() -> ColumnElement[bool]:
    """Deliveries from `first` to `last`, to be given when the statement is said."""
    first, last = (bindparam(name, type_=delivery.c.id.type) for name in ("first", "last"))
    return delivery.c.id.between(first, last)


def _step(table: Table, column: str, steps: Steps[S], target: S, sources: Sequence[S]) -> Update:
    for source in sources:
        require_step(steps, source, target)
    allowed = sources or steps.sources(target)
    at = table.c[column]
    fits = at == allowed[0] if len(allowed) == 1 else at.in_(allowed)  # `in` is put together anew
    return update(table).where(fits).values({column: target})
