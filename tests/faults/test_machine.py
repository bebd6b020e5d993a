"""The machine under it fails: disk full, database locked, clocks that jump, hours asleep."""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event

import psycopg
import pytest
from sqlalchemy import event

from newsletter.dispatching.control import resume
from newsletter.dispatching.planning import Plan, reschedule
from newsletter.dispatching.rules import Rules
from newsletter.model.ledger import DeliveryOutcome
from newsletter.sandbox import RunningSandbox
from newsletter.store import Store, open_store
from tests.databases import FINGERPRINT, raw_url
from tests.faults.audit import watch
from tests.faults.inside import inside
from tests.faults.processes import Senders, wait_until
from tests.faults.promises import require_promises, script, set_faults
from tests.faults.staging import forbidden_steps, prepare_issue
from tests.peers_ledger import SettableClock

_O = DeliveryOutcome
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Another program keeps the database to itself."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.rollback()
        connection.close()
        return
    with psycopg.connect(raw_url(url)) as server:
        server.execute("LOCK TABLE batch IN ACCESS EXCLUSIVE MODE")
        yield
        server.rollback()


@pytest.mark.parametrize(
    "seconds",
    [pytest.param(3.0, id="short"), pytest.param(30.0, id="long", marks=pytest.mark.long)],
)
def test_locked_by_another_program(
    database_url: str, now_store: Store, sandbox: RunningSandbox, sending: Senders, seconds: float
) -> None:
    """While it is locked nothing moves; afterwards everyone gets it once and nobody is unknown."""
    emails = prepare_issue(now_store, 300)
    set_faults(sandbox, "slow:1:0.05")
    sender = sending.start()
    wait_until(lambda: sandbox.stats()["recipients"] > 20)
    with locked(database_url):
        Event().wait(seconds)
    told = sender.result()
    assert told["state"] == "sent", told

    assert require_promises(now_store, sandbox, emails).count(_O.ACCEPTED) == 300


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("pages", [1, 10, 20])
def test_a_full_disk(
    now_store: Store, sandbox: RunningSandbox, sending: Senders, pages: int
) -> None:
    """It says that the disk is full; with room again it goes on, and both sides agree."""
    emails = prepare_issue(now_store, 1_500)
    with now_store.read() as connection:
        used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    told = sending.run(pages=used + pages, most=100)

    assert told["state"] == "failed"
    assert "database or disk is full" in told["reason"]
    assert sending.run(most=100)["state"] == "sent"
    require_promises(now_store, sandbox, emails)
    assert forbidden_steps(now_store) == []


class Room(SettableClock):
    """Room on a disk: none from the first answer on, until somebody has waited long enough."""

    def __init__(self, waits: int) -> None:
        super().__init__()
        self._waits = waits
        self._limit = 2**30

    def limit(self, connection: sqlite3.Connection, *rest: object) -> None:
        """How far the file may grow; asked whenever a connection is taken."""
        connection.execute(f"PRAGMA max_page_count={self._limit}").close()

    def fill(self, point: str) -> None:
        """At the first answer the disk is full."""
        if point == "after_answer" and self._waits:
            self._limit = 1  # SQLite takes what is used already

    def wait(self, seconds: float) -> None:
        """Time passes; in the end somebody makes room."""
        super().wait(seconds)
        self._waits -= 1
        if not self._waits:
            self._limit = 2**30


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_disk_that_is_full_when_an_answer_comes(
    database_url: str, sandbox: RunningSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the provider said is not lost: it is written down as soon as there is room."""
    room = Room(waits=5)
    store = open_store(database_url, secret_fingerprint=FINGERPRINT, clock=room)
    event.listen(store.engine, "checkout", room.limit)
    with inside(store, room, sandbox, crash_point=room.fill) as sender:
        emails = sender.world.readers(1_000)
        sender.world.schedule(sender.world.approve())
        with store.write() as connection:
            watch(connection)

        assert sender.run() == "sent"

    assert require_promises(store, sandbox, emails).count(_O.ACCEPTED) == 1_000
    assert capsys.readouterr().out.count("database or disk is full") == 5
    store.close()


@pytest.mark.parametrize("step", [HOUR, -HOUR], ids=["forward", "back"])
def test_the_clock_steps_while_it_sends(
    store: Store, clock: SettableClock, sandbox: RunningSandbox, step: timedelta
) -> None:
    """An hour either way, between any two ticks, costs nobody their mail."""
    with inside(store, clock, sandbox, Rules(most=20, chunk=100)) as sender:
        emails = sender.world.readers(300)
        sender.world.schedule(sender.world.approve())
        script(sandbox, "none", "none", "429", "503", "none", "400")
        sender.step(timedelta(seconds=1))
        clock.step(step)

        assert sender.run(every=timedelta(minutes=1)) == "sent"

    ending = require_promises(store, sandbox, emails)
    assert ending.count(_O.UNKNOWN) == 20  # the 503
    assert ending.count(_O.ACCEPTED) == 280
    assert sender.pauses == []


def test_asleep_for_a_day_between_two_batches(
    store: Store, clock: SettableClock, sandbox: RunningSandbox
) -> None:
    """What was cut short a day ago is not sent unasked; a person says when, and all get it once."""
    with inside(store, clock, sandbox, Rules(most=20)) as sender:
        emails = sender.world.readers(300)
        of = sender.world.schedule(sender.world.approve())
        script(sandbox, *["none"] * 4, "429")
        sender.step(timedelta(seconds=1))
        clock.step(DAY)  # a sleeping machine's monotonic clock stands still

        assert sender.run() == "needs_review"
        assert "nothing ran" in sender.world.status().dispatch.reason
        reschedule(store, of.id, Plan(due_at=clock.now(), by="Ada"))
        assert sender.run() == "sent"

    assert require_promises(store, sandbox, emails).count(_O.ACCEPTED) == 300


def test_asleep_just_before_the_socket(
    now_store: Store, sandbox: RunningSandbox, sending: Senders
) -> None:
    """Stopped with a batch in hand while its lease ran out: it wakes, sees that, and lets go."""
    emails = prepare_issue(now_store, 60)
    sleeper = sending.start(stop="before_socket", nth=2, threads=1, lease=1.5, quiet=True)
    wait_until(sleeper.is_stopped)

    other = sending.run(threads=1, lease=1.5)
    sleeper.signal(signal.SIGCONT)

    assert other["state"] == "sent"
    assert other["unknown"] == 10
    sleeper.result()
    assert require_promises(now_store, sandbox, emails).count(_O.ACCEPTED) == 50


def test_asleep_while_the_answer_is_on_its_way(
    now_store: Store, sandbox: RunningSandbox, sending: Senders
) -> None:
    """An answer that is read after the lease ran out still settles its readers."""
    emails = prepare_issue(now_store, 60)
    script(sandbox, "none", "slow:1:0.5")
    sleeper = sending.start(threads=1, lease=3.0, quiet=True)
    wait_until(lambda: sandbox.stats()["requests"] == 2)
    sleeper.signal(signal.SIGSTOP)
    other = sending.run(threads=1, lease=3.0)
    assert other["unknown"] == 10

    sleeper.signal(signal.SIGCONT)

    assert sleeper.result()["state"] == "sent"
    assert require_promises(now_store, sandbox, emails).count(_O.ACCEPTED) == 60


def test_a_pause_by_hand_outlives_a_clock_step(
    store: Store, clock: SettableClock, sandbox: RunningSandbox
) -> None:
    """Paused, then a day passes: resuming goes on where it was, and nothing is late."""
    with inside(store, clock, sandbox, Rules(most=20)) as sender:
        emails = sender.world.readers(100)
        of = sender.world.schedule(sender.world.approve())
        script(sandbox, "none", "401")
        sender.step(timedelta(seconds=1))
        assert sender.world.status().dispatch.state == "paused"
        clock.move(DAY)
        sender.step(timedelta(seconds=1))
        resume(store, of.id, by="Ada")

        assert sender.run() == "sent"

    assert require_promises(store, sandbox, emails).count(_O.ACCEPTED) == 100
