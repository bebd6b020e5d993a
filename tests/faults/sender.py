"""A sending process of a fault test.

It is wired like the real one: the host's roster, the inline engine, the system's clock and the
real SendGrid transport, which speaks to a sandbox. Only the numbers are smaller, and it can be
told to end, or to stand still, at a named point.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy import event

from newsletter.dispatching.desk import Desk
from newsletter.dispatching.owners import HostRoster
from newsletter.dispatching.planning import Plan, schedule
from newsletter.dispatching.rules import Rules
from newsletter.dispatching.running import Dispatcher
from newsletter.dispatching.sending import send_batch
from newsletter.dispatching.status import IssueStatus
from newsletter.engines.inline import InlineEngine
from newsletter.engines.procrastinate import ProcrastinateEngine
from newsletter.engines.worker import Worker, work
from newsletter.store import Store, open_store
from newsletter.store.connecting import conninfo
from newsletter.transports.sendgrid import SendGridTransport
from tests.databases import FINGERPRINT
from tests.peers_ledger import Links

ISSUE = 12


class HostClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """The present."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Return after that many seconds."""
        threading.Event().wait(seconds)


class SignalAt:
    """Sends this process a signal when it comes to a point for the n-th time."""

    def __init__(self, point: str, nth: int, number: signal.Signals) -> None:
        self._point = point
        self._left = nth
        self._signal = number

    def __call__(self, point: str) -> None:
        if point != self._point:
            return
        self._left -= 1
        if not self._left:
            # To this thread, so that it does not go on until another one is woken.
            signal.pthread_kill(threading.get_ident(), self._signal)


@dataclass(frozen=True)
class Orders:
    """What a sending process is to do.

    Attributes:
        database: DATABASE_URL.
        sandbox: the sandbox's address.
        approval: schedule this one first, as `send` does; 0 takes what is scheduled.
        crash: end by SIGKILL at this crash point, for the `nth` time.
        stop: stand still (SIGSTOP) there instead.
        most: readers a batch.
        lease, timeout: seconds.
        pages: SQLite may use no more, as on a full disk; 0 means no limit.
        quiet: tick only while nothing is on the wire; stopped then, it holds no lock.
        queue: ring for workers instead of sending; with `run_worker`, be one of them.
    """

    database: str
    sandbox: str
    approval: int = 0
    crash: str = ""
    stop: str = ""
    nth: int = 1
    most: int = 10
    threads: int = 3
    lease: float = 180.0
    timeout: float = 30.0
    pages: int = 0
    quiet: bool = False
    queue: bool = False


def run(orders: Orders, wire: Connection) -> None:
    """Say `ready`, send until the issue rests, then say where it stands; or what went wrong."""
    try:
        dispatcher = _wire(orders)
        wire.send("ready")
        status = dispatcher.stay(ISSUE, lambda status: _wait(dispatcher, orders))
        dispatcher.close()
        wire.send(told(status))
    except Exception as problem:
        wire.send({"state": "failed", "reason": f"{problem}"})


def run_worker(orders: Orders, wire: Connection) -> None:
    """Say `ready`, and send what is rung for until SIGTERM."""
    asked = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: asked.set())
    desk = _desk(orders)
    worker = Worker(
        desk.roster.name,
        partial(send_batch, desk),
        slots=orders.threads,
        grace=orders.timeout,
    )
    wire.send("ready")
    work(conninfo(orders.database), worker, asked.is_set)


def _wait(dispatcher: Dispatcher, orders: Orders) -> None:
    if orders.quiet:
        assert isinstance(dispatcher.engine, InlineEngine)
        dispatcher.engine.wait_idle(orders.timeout)


def _wire(orders: Orders) -> Dispatcher:
    desk = _desk(orders)
    if orders.approval:
        schedule(desk.store, orders.approval, Plan(due_at=HostClock().now(), by="Ada"))
    if orders.queue:
        return Dispatcher(desk, ProcrastinateEngine(conninfo(orders.database)))
    return Dispatcher(desk, InlineEngine(partial(send_batch, desk), threads=orders.threads))


def _desk(orders: Orders) -> Desk:
    store = open_store(orders.database, secret_fingerprint=FINGERPRINT)
    if orders.pages:
        limit_pages(store, orders.pages)
    return Desk(
        store=store,
        transport=SendGridTransport(
            "sandbox", orders.sandbox, clock=HostClock(), timeout=orders.timeout
        ),
        clock=HostClock(),
        addresses=Links(),
        roster=HostRoster(),
        rules=make_rules(orders.most, orders.lease),
        crash_point=_crash_point(orders),
    )


def make_rules(most: int, lease: float = 180.0) -> Rules:
    """The real rules with small batches and short waits."""
    return Rules(
        most=most,
        chunk=10 * most,
        lease=timedelta(seconds=lease),
        call=timedelta(seconds=min(90.0, lease / 3)),
        first_pause=timedelta(seconds=0.05),
        longest_pause=timedelta(seconds=0.4),
    )


def told(status: IssueStatus) -> dict[str, Any]:
    """State and counts of an issue."""
    last = status.dispatches[-1]
    return {
        "state": status.state,
        "reason": last.dispatch.reason,
        "frozen": status.frozen,
        "dispatches": len(status.dispatches),
        **{word.value: count for word, count in last.outcomes.items()},
    }


def limit_pages(store: Store, pages: int) -> None:
    """Let the database file grow no further: SQLITE_FULL, as on a disk that is full."""

    def limit(connection: Any, record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}").close()

    store.engine.dispose()
    event.listen(store.engine, "connect", limit)


def _crash_point(orders: Orders) -> Callable[[str], None]:
    if orders.crash:
        return SignalAt(orders.crash, orders.nth, signal.SIGKILL)
    if orders.stop:
        return SignalAt(orders.stop, orders.nth, signal.SIGSTOP)
    return lambda point: None
