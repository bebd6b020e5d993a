"""The queue in the database that Procrastinate workers listen to.

A job says no more than `send_batch(id)`, or which other work to do. The ledger is the truth: a
job that is lost, doubled, late or torn changes nothing, so its own retries are off and ended jobs
are not kept. https://procrastinate.readthedocs.io/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import procrastinate
import psycopg
import structlog

from newsletter.engines.inline import NO_WORKS

BATCHES = "batches"
WORKS = "works"
QUEUES = [BATCHES, WORKS]
SEND_BATCH = "newsletter.send_batch"
DO_WORK = "newsletter.do_work"

HEARTBEAT = 5.0
"""Seconds between two signs of life of a worker."""

SILENT = 30.0
"""Seconds without one after which what a worker held is rung again."""

_SETTING_UP = 7_041_776_102  # advisory locks; numbers of our own
_RINGING = _SETTING_UP + 1

_log = structlog.get_logger(__name__)


def lock_of(batch: int) -> str:
    """What keeps a batch from standing in the queue twice."""
    return f"batch-{batch}"


def work_lock_of(work: str) -> str:
    """What keeps a work from standing in the queue twice, and from being done by two."""
    return f"work-{work}"


def queue_of(
    connector: procrastinate.BaseConnector,
    send: Callable[[int], None] | None = None,
    works: Mapping[Any, Callable[[], None]] = NO_WORKS,
) -> procrastinate.App:
    """The application whose tasks send a batch and do other work.

    Args:
        send: without it, it can only be rung.
        works: what does each work, by its name.
    """
    app = procrastinate.App(connector=connector)

    @app.task(name=SEND_BATCH, queue=BATCHES, retry=False)
    def send_batch(batch: int) -> None:
        if send is not None:
            send(batch)

    @app.task(name=DO_WORK, queue=WORKS, retry=False)
    def do_work(work: str) -> None:
        if work in works:
            works[work]()
        else:  # a newer version's, perhaps; it is rung again until one of those takes it
            _log.warning("a work that this worker does not know", work=work)

    return app


def make_queue(conninfo: str) -> None:
    """Make the queue's tables where there are none; any number of processes may try at once."""
    with psycopg.connect(conninfo) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_SETTING_UP])
        if not has_queue(connection):
            # The vendor's schema has several statements and percent signs: no parameters.
            connection.execute(procrastinate.schema.SchemaManager.get_schema())


def has_queue(connection: psycopg.Connection[Any]) -> bool:
    """Whether the tables are there."""
    found = connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone()
    return found is not None and found[0] is not None


def is_my_turn_to_ring(connection: psycopg.Connection[Any]) -> bool:
    """Whether nobody else rings in this moment; holds others off until the transaction's end."""
    row = connection.execute("SELECT pg_try_advisory_xact_lock(%s)", [_RINGING]).fetchone()
    return row is not None and bool(row[0])


def waiting_among(connection: psycopg.Connection[Any], batches: list[int]) -> set[int]:
    """Those of the batches that stand in the queue and were not begun."""
    locks = {lock_of(batch): batch for batch in batches}
    rows = connection.execute(
        "SELECT queueing_lock FROM procrastinate_jobs"
        " WHERE status = 'todo' AND queueing_lock = ANY(%s)",
        [list(locks)],
    )
    return {locks[row[0]] for row in rows}


def is_heard(connection: psycopg.Connection[Any], work: str) -> bool:
    """Whether a work stands in the queue or is under way."""
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM procrastinate_jobs"
        " WHERE status IN ('todo', 'doing') AND lock = %s)",
        [work_lock_of(work)],
    ).fetchone()
    return row is not None and bool(row[0])


def forget_torn(connection: psycopg.Connection[Any]) -> int:
    """Take away what silent workers held, and the workers; the ledger's lease does the rest.

    Returns how many jobs were torn. They are rung again as soon as the database says that there
    is something to do: batches once the ledger has them back as `ready`.
    """
    connection.execute(
        "DELETE FROM procrastinate_workers"
        " WHERE last_heartbeat < now() - make_interval(secs => %s)",
        [SILENT],
    )  # their jobs keep no worker
    return connection.execute(
        "DELETE FROM procrastinate_jobs WHERE status = 'doing' AND worker_id IS NULL"
        " AND queue_name = ANY(%s)",
        [QUEUES],
    ).rowcount


def count_workers(conninfo: str) -> int:
    """How many workers live; none where there is no queue yet."""
    with psycopg.connect(conninfo) as connection:
        return live_workers(connection) if has_queue(connection) else 0


def live_workers(connection: psycopg.Connection[Any]) -> int:
    """How many workers gave a sign of life lately; each gives one for either queue."""
    row = connection.execute(
        "SELECT count(*) FROM procrastinate_workers"
        " WHERE last_heartbeat > now() - make_interval(secs => %s)",
        [SILENT],
    ).fetchone()
    return -(-int(row[0]) // len(QUEUES)) if row else 0
