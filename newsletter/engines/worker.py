"""A worker: takes batches from the queue and sends them, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from procrastinate import PsycopgConnector

from newsletter.engines.queue import BATCHES, HEARTBEAT, SILENT, make_queue, queue_of

SLOTS = 4
"""Batches a worker has on the wire at once."""

_LOOK_EVERY = 0.1  # seconds between two looks at whether to stop
_FETCH_EVERY = 1.0  # seconds; a notification comes sooner


def work(
    conninfo: str,
    send: Callable[[int], None],
    stopping: Callable[[], bool],
    *,
    name: str,
    slots: int = SLOTS,
    grace: float,
) -> None:
    """Send what is rung for until `stopping`; then finish what is on the wire.

    Args:
        conninfo: of PostgreSQL, as libpq takes it.
        send: sends one batch by its id, in one of `slots` threads; what it raises ends in the
            log, and the ledger's lease finds what it left behind.
        stopping: asked ten times a second.
        name: for the log and the queue's own list of workers.
        grace: seconds for what is on the wire.
    """
    make_queue(conninfo)
    asyncio.run(_work(conninfo, send, stopping, name, slots, grace))


async def _work(
    conninfo: str,
    send: Callable[[int], None],
    stopping: Callable[[], bool],
    name: str,
    slots: int,
    grace: float,
) -> None:
    app = queue_of(PsycopgConnector(conninfo=conninfo, min_size=1, max_size=slots + 2), send)
    with ThreadPoolExecutor(slots, thread_name_prefix="sender") as threads:
        asyncio.get_running_loop().set_default_executor(threads)
        async with app.open_async():
            running = asyncio.create_task(
                app.run_worker_async(
                    queues=[BATCHES],
                    name=name,
                    concurrency=slots,
                    fetch_job_polling_interval=_FETCH_EVERY,
                    shutdown_graceful_timeout=grace,
                    delete_jobs="always",
                    install_signal_handlers=False,
                    update_heartbeat_interval=HEARTBEAT,
                    stalled_worker_timeout=SILENT,
                )
            )
            while not stopping() and not running.done():
                await asyncio.sleep(_LOOK_EVERY)
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
