"""What the provider's events cost, applied and received: `python -m benchmarks events`.

First an issue has gone out; then its events are applied from posts of 1,000: processed and
delivered for everybody, opens, clicks, bounces and complaints for some, a few doubled, all
shuffled. Each row is a process of its own, so that memory means something. Then another issue
goes out while signed posts arrive at 10 a second, which is 10,000 events, at the process that
serves, sends and applies, as `newsletter serve` does; the provider is a process of its own.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks.dispatch import apart, fill, open_app
from benchmarks.parts.cost import peak_memory
from benchmarks.parts.counting import counting_server, talk_http
from benchmarks.parts.site import app_on, make_due
from benchmarks.parts.told import A_POST, post_steadily, posts, public, signature
from newsletter.bootstrap import App
from newsletter.cli.logs import log_quietly
from newsletter.cli.ticking import jobs_of
from newsletter.feedback.applying import apply_posts
from newsletter.model.transport import Answer, Batch, Outcome, Receipt
from newsletter.scheduling.clockwork import clockwork
from newsletter.store.event_posts import count_waiting, keep_post
from newsletter.transports.sendgrid_events import read_events
from newsletter.web.public.serving import public_server

SECOND_ISSUE = 2


@dataclass(frozen=True, slots=True)
class Run:
    """What applying took.

    Attributes:
        wall, cpu: seconds; `reading` of the CPU is JSON to events.
        peak: bytes of memory at most.
    """

    events: int
    wall: float
    cpu: float
    reading: float
    peak: int


@dataclass(frozen=True, slots=True)
class Served:
    """How posts were answered while a dispatch ran.

    Attributes:
        waits: seconds for each answer, sorted.
        late: events that still waited to be applied when the last post was answered.
    """

    posts: int
    wall: float
    waits: Sequence[float]
    late: int
    readers: int

    def within(self, share: float) -> float:
        """Milliseconds within which that share was answered."""
        return self.waits[max(0, int(len(self.waits) * share) - 1)] * 1_000


class Accepting:
    """A transport that takes everything at once."""

    most = 1_000

    def send(self, batch: Batch) -> Receipt:
        """Accept."""
        outcomes = (Outcome.ACCEPTED,) * len(batch.recipients)
        return Receipt(Answer.ACCEPTED, outcomes, status=202)

    def close(self) -> None:
        """Nothing is held."""


def main(argv: list[str]) -> None:
    """Measure and print two tables.

    Args:
        argv: `--readers N [N ...]` (default 20000 200000), `--posts N` while a dispatch runs
            (default 300), `--profile` tells where the first row's time goes instead.
    """
    parser = argparse.ArgumentParser(prog="benchmarks events", description=__doc__)
    parser.add_argument("--readers", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--posts", type=int, default=300)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args(argv)
    log_quietly()
    with tempfile.TemporaryDirectory() as folder:
        if options.profile:
            profile(Path(folder) / "profiled.db", options.readers[0])
            return
        print(f"posts of {A_POST:,} events, SQLite, one process\n")
        print(f"{'':28}{'events/s':>11}{'CPU us':>9}{'reading':>9}{'MB':>6}")
        for readers in options.readers:
            show_run(readers, applied(Path(folder) / f"{readers}.db", readers))
        show_served(served(Path(folder) / "served.db", options.readers[0], options.posts))


def applied(database: Path, readers: int) -> Run:
    """An issue goes out, its events are posted, and a fresh process applies them."""
    apart(fill, database, readers)
    apart(send_out, database)
    apart(post_all, database)
    return apart(apply_all, database)


def send_out(database: Path) -> None:
    """The issue that events will be about."""
    dispatcher = open_app(database).open_dispatcher(Accepting())
    dispatcher.tick()
    dispatcher.stay(1, lambda status: None)
    dispatcher.close()


def post_all(database: Path) -> None:
    """Every event of the issue, in posts as the webhook keeps them."""
    app = open_app(database)
    store = app.open_store()
    for body in posts(store):
        with store.write(durable=False) as connection:
            keep_post(connection, body, app.clock.now())
    store.close()


def apply_all(database: Path) -> Run:
    """Apply until nothing waits."""
    app = open_app(database)
    store = app.open_store()
    applier, events, reading = app.applier(app.reception(store)), 0, 0.0

    class Timed:
        has_keys = False

        def is_genuine(self, headers: Any, body: bytes) -> bool:
            return False

        def read(self, body: bytes) -> Any:
            nonlocal reading
            begun = time.thread_time()
            found = read_events(body)
            reading += time.thread_time() - begun
            return found

    applier = replace(applier, source=Timed())
    wall, cpu = time.perf_counter(), time.process_time()
    while (done := apply_posts(applier)).posts:
        events += done.events
        if done.problems:
            raise SystemExit(f"it went wrong: {done.problems}")
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    store.close()
    return Run(events, wall, cpu, reading, peak_memory())


def profile(database: Path, readers: int) -> None:
    """Where the time of applying goes, by function."""
    apart(fill, database, readers)
    apart(send_out, database)
    apart(post_all, database)
    clock = cProfile.Profile()
    clock.runcall(apply_all, database)
    pstats.Stats(clock).sort_stats("tottime").print_stats(40)


def served(database: Path, readers: int, count: int) -> Served:
    """Posts arrive while another issue goes out."""
    apart(fill, database, readers)
    apart(send_out, database)
    key = ec.generate_private_key(ec.SECP256R1())
    with counting_server(talk_http) as counting:
        app = serving_app(database, counting.port, public(key))
        dispatcher = app.open_dispatcher()
        store, begun = dispatcher.desk.store, time.perf_counter()
        bodies = list(posts(store))
        signed = [(body, signature(key, body)) for body in bodies]
        make_due(app, store, SECOND_ISSUE)
        with public_server(app, store) as server, clockwork(*jobs_of(app, dispatcher)):
            begun = time.perf_counter()
            waits = from_outside(server.port, [signed[n % len(signed)] for n in range(count)])
            wall, sent = time.perf_counter() - begun, counting.count()
            with store.read() as connection:
                late = count_waiting(connection) * A_POST
        dispatcher.close()
    return Served(count, wall, sorted(waits), late, sent)


def serving_app(database: Path, port: int, key: str) -> App:
    """As `serve` has it, with a provider of our own."""
    return app_on(f"sqlite:///{database}", port, SENDGRID_WEBHOOK_KEYS=key)


def from_outside(port: int, signed: list[tuple[bytes, str]]) -> list[float]:
    """The provider, in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        asked: Future[list[float]] = pool.submit(post_steadily, port, signed)
        return asked.result()


def show_run(readers: int, run: Run) -> None:
    """Print a row."""
    cpu, reading = (each * 1e6 / run.events for each in (run.cpu, run.reading))
    name = f"{run.events:,} events"
    print(
        f"{name:28}{run.events / run.wall:>11,.0f}{cpu:>9.1f}{reading:>9.1f}{run.peak / 1e6:>6.0f}",
        flush=True,
    )


def show_served(run: Served) -> None:
    """Print the answers' times."""
    print(f"\n{'while a dispatch runs':28}{'posts/s':>11}{'p50 ms':>9}{'p99 ms':>9}")
    rate = run.posts / run.wall
    print(
        f"{run.posts:,} posts{'':18}{rate:>11,.1f}{run.within(0.5):>9.1f}{run.within(0.99):>9.1f}"
    )
    print(f"{run.readers:,} readers were sent meanwhile; {run.late:,} events waited at the end")


if __name__ == "__main__":
    main(sys.argv[1:])
