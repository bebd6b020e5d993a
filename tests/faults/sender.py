"""A sending process of a fault test: `python -m tests.faults.sender --help`.

It is wired like the real one: the host's roster, the inline engine, the system's clock and the
real SendGrid transport, which speaks to a sandbox. Only the numbers are smaller, and it can be
told to end, or to stand still, at a named point.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import event

from newsletter.dispatching.desk import CRASH_POINTS, Desk
from newsletter.dispatching.owners import HostRoster
from newsletter.dispatching.planning import Plan, schedule
from newsletter.dispatching.rules import Rules
from newsletter.dispatching.running import Dispatcher
from newsletter.dispatching.sending import send_batch
from newsletter.dispatching.status import IssueStatus
from newsletter.engines.inline import InlineEngine
from newsletter.store import Store, open_store
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
            os.kill(os.getpid(), self._signal)


def main() -> None:
    """Send until the issue rests; then print where it stands as JSON."""
    asked = _arguments()
    store = _open(asked)
    transport = SendGridTransport(
        "sandbox", asked.sandbox, clock=HostClock(), timeout=asked.timeout
    )
    desk = Desk(
        store=store,
        transport=transport,
        clock=HostClock(),
        addresses=Links(),
        roster=HostRoster(),
        rules=make_rules(asked.most, asked.lease),
        crash_point=_crash_point(asked),
    )
    dispatcher = Dispatcher(desk, InlineEngine(partial(send_batch, desk), threads=asked.threads))
    if asked.send:
        schedule(store, asked.send, Plan(due_at=HostClock().now(), by="Ada"))
    _say("ready")
    status = dispatcher.stay(ISSUE, lambda status: None)
    dispatcher.close()
    _say(json.dumps(told(status)))


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


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", help="DATABASE_URL")
    parser.add_argument("sandbox", help="the sandbox's address")
    parser.add_argument("--send", type=int, default=0, help="schedule this approval first")
    parser.add_argument("--crash", choices=CRASH_POINTS, help="end by SIGKILL at this point")
    parser.add_argument("--stop", choices=CRASH_POINTS, help="stand still (SIGSTOP) at this point")
    parser.add_argument("--nth", type=int, default=1, help="at the n-th time")
    parser.add_argument("--most", type=int, default=10, help="readers a batch")
    parser.add_argument("--threads", type=int, default=3)
    parser.add_argument("--lease", type=float, default=180.0, help="seconds")
    parser.add_argument("--timeout", type=float, default=30.0, help="seconds the wire waits")
    parser.add_argument("--pages", type=int, default=0, help="SQLite may use no more: a full disk")
    return parser.parse_args()


def _open(asked: argparse.Namespace) -> Store:
    store = open_store(asked.database, secret_fingerprint=FINGERPRINT)
    if asked.pages:
        limit_pages(store, asked.pages)
    return store


def limit_pages(store: Store, pages: int) -> None:
    """Let the database file grow no further: SQLITE_FULL, as on a disk that is full."""

    def limit(connection: Any, record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}").close()

    store.engine.dispose()
    event.listen(store.engine, "connect", limit)


def _crash_point(asked: argparse.Namespace) -> Callable[[str], None]:
    if asked.crash:
        return SignalAt(asked.crash, asked.nth, signal.SIGKILL)
    if asked.stop:
        return SignalAt(asked.stop, asked.nth, signal.SIGSTOP)
    return lambda point: None


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
