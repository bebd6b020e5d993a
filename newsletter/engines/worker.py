"""A worker: takes batches and other work from the queue, until it is told to stop."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import psycopg
import structlog
from procrastinate import PsycopgConnector
from procrastinate.exceptions import ConnectorException

from newsletter.engines.queue import BATCHES, HEARTBEAT, SILENT, WORKS, make_queue, queue_of
from newsletter.model.ports import Work

SLOTS = 4
"""Batches a worker has on the wire at once."""

_LOOK_EVERY = 0.1  # seconds between two looks at whether to stop
_FETCH_EVERY = 1.0  # seconds; a notification comes sooner
_TURN = 0.0005  # seconds one thread may keep the interpreter: CPython's 5 ms let the queue wait
_AGAIN_AFTER = 1.0  # seconds; opening anew waits for the server, longer each time

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Worker:
    """What a worker does, and how much of it.

    Attributes:
        name: for the log.
        send: sends one batch by its id, in one of `slots` threads; what it raises ends in the
            log, and the ledger's lease finds what it left behind.
        works: what does each other work. Each has a thread, and of all workers one at a time
            does it: so a long one keeps nobody waiting, batches included.
        slots: batches on the wire at once.
        grace: seconds for what is under way when stopping.
    """

    name: str
    send: Callable[[int], None]
    works: Mapping[Work, Callable[[], None]] = field(default_factory=dict)
    slots: int = SLOTS
    grace: float = 0.0

    @property
    def places(self) -> dict[str, int]:
        """Queue -> how many of its jobs are done at once. Both are listened to, always: that is
        how workers are counted.
        """
        return {BATCHES: self.slots, WORKS: max(1, len(self.works))}


def work(conninfo: str, worker: Worker, stopping: Callable[[], bool]) -> None:
    """Do what is rung for until `stopping`; then finish what is under way.

    Args:
        conninfo: of PostgreSQL, as libpq takes it.
        stopping: asked ten times a second.
    """
    make_queue(conninfo)
    sys.setswitchinterval(_TURN)
    asyncio.run(_work(conninfo, worker, stopping))


async def _work(conninfo: str, worker: Worker, stopping: Callable[[], bool]) -> None:
    places = worker.places
    with ThreadPoolExecutor(sum(places.values()), thread_name_prefix="worker") as threads:
        asyncio.get_running_loop().set_default_executor(threads)
        listening = [
            asyncio.create_task(_stay(conninfo, worker, queue, most))
            for queue, most in places.items()
        ]
        while not stopping() and not any(each.done() for each in listening):
            await asyncio.sleep(_LOOK_EVERY)
        await _end(listening)


async def _stay(conninfo: str, worker: Worker, queue: str, most: int) -> None:
    """Listen until cancelled, whatever becomes of the connection.

    A server restarts, a network goes away, and a machine that slept finds itself taken off the
    queue's list of workers. All of it passes, and a service manager need not know of it.
    """
    while not _is_cancelled():
        try:
            await _listen(conninfo, worker, queue, most)
        except (ConnectorException, psycopg.Error) as problem:
            cause = problem.__cause__ or problem
            if isinstance(cause, psycopg.ProgrammingError):
                raise  # of another version, or no right to it: that does not pass
            _log.warning("the queue does not answer; it is tried again", problem=str(cause))
        await asyncio.sleep(_AGAIN_AFTER)


def _is_cancelled() -> bool:
    """Whether this task is to end, though it was a lost connection that it heard of last."""
    task = asyncio.current_task()
    return task is not None and bool(task.cancelling())


async def _listen(conninfo: str, worker: Worker, queue: str, most: int) -> None:
    connector = PsycopgConnector(conninfo=conninfo, min_size=1, max_size=most + 1)
    app = queue_of(connector, worker.send, worker.works)
    async with app.open_async():
        await app.run_worker_async(
            queues=[queue],
            name=worker.name,
            concurrency=most,
            fetch_job_polling_interval=_FETCH_EVERY,
            shutdown_graceful_timeout=worker.grace,
            delete_jobs="always",
            install_signal_handlers=False,
            update_heartbeat_interval=HEARTBEAT,
            stalled_worker_timeout=SILENT,
        )


async def _end(listening: list[asyncio.Task[None]]) -> None:
    """Let them finish; raise what ended one of them before."""
    for each in listening:
        each.cancel()
    for ended in await asyncio.gather(*listening, return_exceptions=True):
        if isinstance(ended, Exception):
            raise ended
