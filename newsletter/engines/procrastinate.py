"""Batches sent, and other work done, by workers that are rung through a queue in the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import structlog
from procrastinate import SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from psycopg import Connection, OperationalError
from psycopg_pool import ConnectionPool

from newsletter.engines.queue import (
    DO_WORK,
    SEND_BATCH,
    forget_torn,
    is_heard,
    is_my_turn_to_ring,
    live_workers,
    lock_of,
    make_queue,
    queue_of,
    waiting_among,
    work_lock_of,
)
from newsletter.model.ports import Work

_PATIENCE = 5.0  # seconds for a connection; the next tick asks again

_log = structlog.get_logger(__name__)


class ProcrastinateEngine:
    """A `newsletter.model.ports.Engine`: puts jobs into the queue, does nothing itself."""

    def __init__(self, conninfo: str) -> None:
        """Make the queue's tables if need be, and open two connections.

        Args:
            conninfo: of PostgreSQL, as libpq takes it.
        """
        make_queue(conninfo)
        self._pool: ConnectionPool[Connection[Any]] = ConnectionPool(
            conninfo,
            min_size=1,
            max_size=2,
            open=True,
            timeout=_PATIENCE,
            check=ConnectionPool.check_connection,  # a server that restarted costs no ring
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
        with _if_it_answers(), self._pool.connection() as own:
            _forget_torn(own)
            self._ring(own, list(batches))

    def call(self, work: Work) -> None:
        """Put a work into the queue, unless it stands there or a worker that lives is at it."""
        # Another process may have put it there in the same moment: as good as ours.
        with _if_it_answers(), suppress(AlreadyEnqueued), self._pool.connection() as own:
            _forget_torn(own)
            if not is_heard(own, work):
                lock = work_lock_of(work)
                task = self._app.tasks[DO_WORK].configure(queueing_lock=lock, lock=lock)
                job = task.make_new_job(work=work.value)
                self._app.job_manager.batch_defer_jobs([job], own)

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


@contextmanager
def _if_it_answers() -> Iterator[None]:
    """The queue is a doorbell: what could not be rung is rung at the next tick."""
    try:
        yield
    except (ConnectorException, OperationalError) as problem:
        _log.warning("the queue does not answer; it is rung again", problem=str(problem))


def _forget_torn(connection: Connection[Any]) -> None:
    if torn := forget_torn(connection):
        _log.warning("workers fell silent; what they held is rung again", jobs=torn)
