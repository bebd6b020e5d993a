"""The engine of many machines: a queue in PostgreSQL, and workers that listen to it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import create_engine

from newsletter.engines.inline import NO_WORKS
from newsletter.engines.procrastinate import ProcrastinateEngine
from newsletter.engines.queue import SILENT, waiting_among
from newsletter.engines.worker import Worker, work
from newsletter.model.ports import Work
from tests.databases import Postgres, postgres, raw_url  # noqa: F401
from tests.faults.processes import wait_until

pytestmark = pytest.mark.postgres
SOON = 30.0  # seconds; an upper bound, not a wait


@pytest.fixture
def conninfo(postgres: Postgres) -> Iterator[str]:  # noqa: F811
    """An empty database."""
    name = f"queue_{uuid4().hex[:12]}"
    postgres.run(f"CREATE DATABASE {name}")
    yield raw_url(postgres.url(name))
    postgres.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(conninfo: str) -> Iterator[ProcrastinateEngine]:
    """An engine on it."""
    made = ProcrastinateEngine(conninfo)
    yield made
    made.close(SOON)


class Listener:
    """A worker in a thread, and what it was asked to send."""

    def __init__(
        self,
        conninfo: str,
        send: Callable[[int], None] = lambda batch: None,
        works: Mapping[Work, Callable[[], None]] = NO_WORKS,
        slots: int = 4,
    ) -> None:
        self.sent: list[int] = []
        self._send = send
        self._change = threading.Condition()
        self._stop = threading.Event()
        worker = Worker("listener", self._note, works, slots=slots, grace=SOON)
        self._thread = threading.Thread(
            target=work, args=(conninfo, worker, self._stop.is_set), daemon=True
        )

    def __enter__(self) -> Listener:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        self._thread.join(SOON)
        assert not self._thread.is_alive()

    def heard(self, count: int) -> list[int]:
        """Wait for that many and return what was sent."""
        with self._change:
            assert self._change.wait_for(lambda: len(self.sent) >= count, SOON), self.sent
        return sorted(self.sent)

    def _note(self, batch: int) -> None:
        self._send(batch)
        with self._change:
            self.sent.append(batch)
            self._change.notify_all()


def queued(conninfo: str, batches: range) -> set[int]:
    """Which of the batches wait in the queue."""
    with psycopg.connect(conninfo) as connection:
        return waiting_among(connection, list(batches))


def tear(conninfo: str) -> None:
    """As if a worker had taken every job and fallen silent."""
    with psycopg.connect(conninfo) as connection:
        connection.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - make_interval(secs => %s))",
            [SILENT + 1],
        )
        connection.execute(
            "UPDATE procrastinate_jobs SET status = 'doing',"
            " worker_id = (SELECT max(id) FROM procrastinate_workers)"
        )


def jobs(conninfo: str) -> list[tuple[Any, ...]]:
    """Every job's state."""
    with psycopg.connect(conninfo) as connection:
        return connection.execute("SELECT status::text FROM procrastinate_jobs").fetchall()


def test_a_worker_sends_what_is_rung(conninfo: str, engine: ProcrastinateEngine) -> None:
    """Each batch once, whether it was rung before the worker came or after; nothing is kept."""
    engine.ring(range(20))
    with Listener(conninfo) as worker:
        worker.heard(20)
        engine.ring([20])
        assert worker.heard(21) == list(range(21))
        assert engine.workers() == 1
    assert jobs(conninfo) == []
    assert engine.workers() == 0


def test_ringing_twice_queues_once(conninfo: str, engine: ProcrastinateEngine) -> None:
    """A batch that waits in the queue is not queued again, by this engine or by another."""
    other = ProcrastinateEngine(conninfo)
    for ringing in (engine, engine, other):
        ringing.ring([1, 2, 3])
    other.close(SOON)
    assert len(jobs(conninfo)) == 3


def test_it_rings_only_if_the_transaction_commits(
    conninfo: str, engine: ProcrastinateEngine
) -> None:
    """With the store's own connection the job and the batch come into being together."""
    database = create_engine(conninfo.replace("postgresql://", "postgresql+psycopg://"))
    with database.connect() as connection:
        with connection.begin() as given_up:
            engine.ring([1], connection)
            given_up.rollback()
        assert queued(conninfo, range(3)) == set()
        with connection.begin():
            engine.ring([2], connection)
            assert queued(conninfo, range(3)) == set()
    database.dispose()
    assert queued(conninfo, range(3)) == {2}


def test_what_fails_is_not_tried_again_by_the_queue(
    conninfo: str, engine: ProcrastinateEngine, caplog: pytest.LogCaptureFixture
) -> None:
    """The ledger decides about a second time; the worker lives on."""

    def fail(batch: int) -> None:
        if batch == 1:
            raise RuntimeError("boom")

    with Listener(conninfo, fail) as worker:
        engine.ring([1])
        engine.ring([2])
        assert worker.heard(1) == [2]
    assert jobs(conninfo) == []


def test_a_silent_worker_tears_nothing(conninfo: str, engine: ProcrastinateEngine) -> None:
    """What it held is taken away after a while, and may then be rung again."""
    engine.ring([7])
    tear(conninfo)
    engine.ring([7])
    assert queued(conninfo, range(8)) == {7}
    assert len(jobs(conninfo)) == 1
    with Listener(conninfo) as worker:
        assert worker.heard(1) == [7]


def test_a_work_stands_in_the_queue_once(conninfo: str, engine: ProcrastinateEngine) -> None:
    """However often and by whomever it is asked for; another work is another job."""
    other = ProcrastinateEngine(conninfo)
    for calling in (engine, other, engine):
        calling.call(Work.SYSTEM_MAILS)
    other.call(Work.EVENTS)
    other.close(SOON)
    assert len(jobs(conninfo)) == 2


def test_what_a_silent_worker_was_at_is_asked_for_again(
    conninfo: str, engine: ProcrastinateEngine
) -> None:
    """Not while it gives signs of life; afterwards it holds nothing back."""
    done = threading.Event()
    engine.call(Work.EVENTS)
    tear(conninfo)
    engine.call(Work.EVENTS)
    assert jobs(conninfo) == [("todo",)]
    with Listener(conninfo, works={Work.EVENTS: done.set}):
        assert done.wait(SOON)


def test_a_long_work_keeps_neither_batches_nor_other_work_waiting(
    conninfo: str, engine: ProcrastinateEngine
) -> None:
    """And batches that fill every slot keep no work waiting."""
    go, mailed, full = threading.Event(), threading.Event(), threading.Barrier(2)

    def fill(batch: int) -> None:
        if batch:
            full.wait(SOON)
            assert go.wait(SOON)

    def long() -> None:
        assert go.wait(SOON)

    works = {Work.RECONCILE: long, Work.SYSTEM_MAILS: mailed.set}
    with Listener(conninfo, fill, works, slots=1) as worker:
        engine.call(Work.RECONCILE)
        engine.ring([0])
        worker.heard(1)
        engine.ring([1])
        full.wait(SOON)
        engine.call(Work.SYSTEM_MAILS)
        assert mailed.wait(SOON)
        go.set()
        worker.heard(2)


def test_one_at_a_time_does_a_work(conninfo: str, engine: ProcrastinateEngine) -> None:
    """While a worker is at it, nobody is asked; afterwards it can be asked for again."""
    go, begun = threading.Event(), threading.Semaphore(0)

    def long() -> None:
        begun.release()
        assert go.wait(SOON)

    works = {Work.EVENTS: long, Work.SYSTEM_MAILS: lambda: None}
    with Listener(conninfo, works=works), Listener(conninfo, works=works):
        wait_until(lambda: engine.workers() == 2)
        engine.call(Work.EVENTS)
        assert begun.acquire(timeout=SOON)
        engine.call(Work.EVENTS)
        assert jobs(conninfo) == [("doing",)]
        go.set()
        asked_again = threading.Event()
        for _ in range(int(SOON / 0.02)):
            engine.call(Work.EVENTS)
            if begun.acquire(blocking=False):
                break
            asked_again.wait(0.02)
        else:
            raise AssertionError("it is not done again")


def test_a_work_that_fails_is_not_tried_again_by_the_queue(
    conninfo: str, engine: ProcrastinateEngine, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever looks into the database rings for it again; the worker lives on."""
    done = threading.Event()

    def fail() -> None:
        raise RuntimeError("boom")

    with Listener(conninfo, works={Work.EVENTS: fail, Work.RECONCILE: done.set}):
        engine.call(Work.EVENTS)
        engine.call(Work.RECONCILE)
        assert done.wait(SOON)
    assert jobs(conninfo) == []


@pytest.mark.parametrize(
    "happens",
    [
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        "DELETE FROM procrastinate_workers",  # as for one that stood still for half a minute
    ],
    ids=["cut off", "given up"],
)
def test_a_worker_goes_on_by_itself(
    conninfo: str, engine: ProcrastinateEngine, caplog: pytest.LogCaptureFixture, happens: str
) -> None:
    """It comes back, under a new name if need be, and so does whoever rings."""
    with Listener(conninfo) as worker:
        engine.ring([1])
        worker.heard(1)
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute(happens.encode())
        engine.ring([2])
        assert worker.heard(2) == [1, 2]
