"""What a second worker brings when the provider is slow: `python -m benchmarks workers`.

`newsletter worker --slots 4` on PostgreSQL, one and then two of them, each a process as on a
machine of its own; this process is their scheduler. The provider answers 200 ms after a request
began. With a small batch the provider's slowness is measured, with a full one the processor too.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import select

from benchmarks.dispatch import apart, check
from benchmarks.events import Accepting
from benchmarks.growth import Deaf
from benchmarks.parts.cost import process_cpu
from benchmarks.parts.counting import Counting, counting_server
from benchmarks.parts.letters import ISSUE
from benchmarks.parts.postgres import Server, postgres
from benchmarks.parts.site import ROOT, add_readers, app_on, environ_on, make_due
from benchmarks.parts.slow import talk_slowly
from newsletter.bootstrap import App
from newsletter.cli.logs import log_quietly
from newsletter.dispatching.ticking import run_tick
from newsletter.store import Store
from newsletter.store.tables import attempt

SLOTS = 4
ENGINE = {"NEWSLETTER_DISPATCH__ENGINE": "procrastinate"}
STARTING = 60.0  # seconds; only a broken worker takes so long


@dataclass(frozen=True, slots=True)
class Measured:
    """One dispatch, from the first request to the last answer.

    Attributes:
        wall: seconds.
        on_the_wire: requests at once, on average.
        cpu: seconds of all workers.
    """

    readers: int
    wall: float
    on_the_wire: float
    cpu: float

    @property
    def rate(self) -> float:
        """Readers a second."""
        return self.readers / self.wall


def main(argv: list[str]) -> None:
    """Measure and print a table.

    Args:
        argv: `--calls N` a row (default 400), `--batch N [N ...]` readers a call (default 200
            1000), `--answer MS` after which the provider answers (default 200).
    """
    parser = argparse.ArgumentParser(prog="benchmarks workers", description=__doc__)
    parser.add_argument("--calls", type=int, default=400)
    parser.add_argument("--batch", type=int, nargs="+", default=[200, 1_000])
    parser.add_argument("--answer", type=int, default=200, help="milliseconds")
    options = parser.parse_args(argv)
    log_quietly()
    print(f"{options.calls} requests a row, {SLOTS} slots a worker", end="")
    print(f", answers after {options.answer} ms, PostgreSQL\n")
    print(f"{'readers a request':20}{'workers':>9}{'readers/s':>11}{'x':>6}", end="")
    print(f"{'at most':>11}{'at once':>9}{'CPU us':>8}")
    for batch in options.batch:
        with postgres() as server:  # which has nothing left to write from the rows before
            compare(server, batch, batch * options.calls, options.answer / 1_000)


def compare(server: Server, batch: int, readers: int, answer: float) -> None:
    """One worker and two, each on a copy of the same database."""
    ceiling = SLOTS * batch / answer
    with server.database(f"by_{batch}") as url:
        apart(fill, url, readers, batch)
        server.databases.run("CHECKPOINT")
        alone = measure(server, f"by_{batch}", 1, readers, answer)
        show(batch, 1, alone, alone, ceiling)
        both = measure(server, f"by_{batch}", 2, readers, answer)
        show(batch, 2, both, alone, 2 * ceiling)


def fill(url: str, readers: int, batch: int) -> None:
    """Readers, and an issue that is prepared in batches of that size."""
    app = app_on(url)
    store = app.open_store()
    add_readers(app, store, readers)
    make_due(app, store)
    store.close()
    dispatcher = app.open_dispatcher(Accepting())
    dispatcher.engine.close(0)
    rules = replace(dispatcher.desk.rules, most=batch)
    run_tick(replace(dispatcher.desk, rules=rules), Deaf())
    dispatcher.close()


def measure(server: Server, like: str, workers: int, readers: int, answer: float) -> Measured:
    """Send what is prepared with so many workers."""
    with (
        server.database(f"{like}_{workers}", like) as url,
        counting_server(talk_slowly(answer)) as counting,
        working(url, counting, workers) as processes,
    ):
        app = app_on(url, counting.port, **ENGINE)
        await_workers(app, processes, workers)
        dispatcher = app.open_dispatcher()
        cpu = cpu_of(processes)
        status = dispatcher.stay(ISSUE, lambda status: None)
        made = timed(dispatcher.desk.store, readers, cpu_of(processes) - cpu)
        dispatcher.close()
        check(counting.count(), readers)
        if status.state != "sent":
            raise SystemExit(f"it ended {status.state}: {status}")
    return made


@contextmanager
def working(url: str, counting: Counting, count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """So many workers, told to end with the block."""
    command = [sys.executable, "-m", "newsletter", "worker", "--slots", str(SLOTS)]
    environ = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    environ |= environ_on(url, counting.port) | ENGINE
    processes = [
        subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)
        for _ in range(count)
    ]
    try:
        yield processes
    finally:
        for each in processes:
            each.terminate()
        for each in processes:
            each.wait(STARTING)


def await_workers(app: App, processes: Sequence[subprocess.Popen[bytes]], count: int) -> None:
    """Until all of them have given a sign of life."""
    ends = time.monotonic() + STARTING
    while app.count_workers() != count:
        if time.monotonic() > ends or any(each.poll() is not None for each in processes):
            raise SystemExit("a worker did not start; what it said stands above")
        app.clock.wait(0.1)


def cpu_of(processes: Sequence[subprocess.Popen[bytes]]) -> float:
    return sum(process_cpu(each.pid) for each in processes)


def timed(store: Store, readers: int, cpu: float) -> Measured:
    """What the ledger's attempts tell: the server's own clock, the same for all workers."""
    with store.read() as connection:
        rows = connection.execute(select(attempt.c.started_at, attempt.c.answered_at)).all()
    wall = (max(row[1] for row in rows) - min(row[0] for row in rows)).total_seconds()
    spent = sum((row[1] - row[0]).total_seconds() for row in rows)
    return Measured(readers, wall, spent / wall, cpu)


def show(batch: int, workers: int, made: Measured, alone: Measured, ceiling: float) -> None:
    """Print a row."""
    print(f"{batch:<20,}{workers:>9}{made.rate:>11,.0f}{made.rate / alone.rate:>6.2f}", end="")
    cpu = made.cpu * 1e6 / made.readers
    print(f"{ceiling:>11,.0f}{made.on_the_wire:>9.1f}{cpu:>8.1f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
