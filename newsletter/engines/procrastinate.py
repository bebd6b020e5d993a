"""Batches sent by workers on other machines, rung through a queue in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from procrastinate import SyncPsycopgConnector
from psycopg import Connection
from psycopg_pool import ConnectionPool

from newsletter.engines.queue import (
    SEND_BATCH,
    forget_torn,
    is_my_turn_to_ring,
    live_workers,
    lock_of,
    make_queue,
    queue_of,
    waiting_among,
)

_log = structlog.get_logger(__name__)


class ProcrastinateEngine:
    """A `newsletter.model.ports.Engine`: puts batches into the queue, sends nothing itself."""

    def __init__(self, conninfo: str) -> None:
        """Make the queue's tables if need be, and open two connections.

        Args:
            conninfo: of PostgreSQL, as libpq takes it.
        """
        make_queue(conninfo)
        self._pool: ConnectionPool[Connection[Any]] = ConnectionPool(
            conninfo, min_size=1, max_size=2, open=True
        )
        connector = SyncPsycopgConnector()
        connector.open(self._pool)
        self._app = queue_of(connector)

    def ring(self, batches: Sequence[int], connection: Any = None) -> None:
        """Put batches into the queue that do not stand there yet.

        While another process rings, nothing is done: the next tick rings what it left out.

        Args:
            connection: a SQLAlchemy connection to the same database; the jobs are then there
                if, and only if, its transaction commits.
        """
        if connection is not None:
            self._ring(connection.connection.driver_connection, list(batches))
            return
        with self._pool.connection() as own:
            torn = forget_torn(own)
            if torn:
                _log.warning("workers fell silent; what they held is rung again", jobs=torn)
            self._ring(own, list(batches))

    def workers(self) -> int:
        """How many workers live."""
        with self._pool.connection() as own:
            return live_workers(own)

    def close(self, grace: float) -> None:
        """Let go of the connections; workers go on."""
        self._pool.close(timeout=grace)

    def _ring(self, connection: Connection[Any], batches: list[int]) -> None:
        if not batches or not is_my_turn_to_ring(connection):
            return
        already = waiting_among(connection, batches)
        task = self._app.tasks[SEND_BATCH]
        jobs = [
            task.configure(queueing_lock=lock_of(batch)).make_new_job(batch=batch)
            for batch in batches
            if batch not in already
        ]
        if jobs:
            self._app.job_manager.batch_defer_jobs(jobs, connection)
