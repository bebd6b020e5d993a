"""In which order rows are locked, so that no two transactions wait for each other.

PostgreSQL only; SQLite's writers are alone. The order is: batches by id, dispatches by id, waves,
then what all share (`throttle`, `brake`). Whoever writes an answer down holds a batch and comes to
its dispatch; so whoever needs both for another reason takes the batches first.

A claim alone goes from the dispatch to one of its batches. It does so only while the dispatch is
sending and the batch is ready, and then nobody holds that batch who waits for the dispatch.
Evidence goes from deliveries to their batch; should it meet a late answer there, one of the two
is told so by the server, and both are done again by whoever does them.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, select

from newsletter.store.tables import batch, dispatch


def lock_batches(connection: Connection, *which: ColumnElement[bool]) -> None:
    """Hold these batches until the transaction ends."""
    statement = select(batch.c.id).where(*which).order_by(batch.c.id)
    connection.execute(statement.with_for_update(of=batch, key_share=True)).all()


def lock_dispatches(connection: Connection, *which: ColumnElement[bool]) -> None:
    """Hold these dispatches until the transaction ends; after batches."""
    statement = select(dispatch.c.id).where(*which).order_by(dispatch.c.id)
    connection.execute(statement.with_for_update(of=dispatch, key_share=True)).all()
