"""What a whole dispatch costs, the ledger included: `python -m benchmarks dispatch`.

Readers stand in a SQLite file with full durability; one process prepares, sends and records
through the real SendGrid client, into a counting server in a process of its own. Beside it the
same readers are composed and posted without a database. Every number comes from a fresh process,
so that memory means something.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from benchmarks.parts.cost import peak_memory
from benchmarks.parts.counting import counting_server, talk_http, talk_smtp
from benchmarks.parts.letters import HTML_BYTES, ISSUE, TAGS, renditions
from benchmarks.parts.site import NAMES, app_on, make_due
from benchmarks.parts.stages import COMPOSE, MADE_UP, STAGES, Stages, TimedTransport
from newsletter.bootstrap import App
from newsletter.cli.logs import log_quietly
from newsletter.dispatching.letters import ReadyLetter
from newsletter.dispatching.marks import mark
from newsletter.dispatching.readers import Readers, recipients
from newsletter.dispatching.running import Dispatcher
from newsletter.dispatching.sending import send_batch
from newsletter.engines.inline import InlineEngine
from newsletter.model.ledger import DeliveryOutcome
from newsletter.model.transport import Answer, Batch, Letter, Transport
from newsletter.rendering import list_id
from newsletter.store.subscribers import NewReader, import_readers
from newsletter.transports.smtp import SmtpTransport

BATCH = 1_000
BARE_READERS = 300_000
SMTP_READERS = 5_000
KEY = "SG.benchmark"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Run:
    """What one dispatch took.

    Attributes:
        wall: seconds from the first tick to the end.
        preparing: of these, until the first batch was rung.
        cpu: seconds of this process, all threads.
        stages: seconds of CPU by stage; what is missing to `cpu` are ticks, counts and waiting.
        peak: bytes of memory at most.
    """

    readers: int
    wall: float
    preparing: float
    cpu: float
    stages: Counter[str]
    peak: int

    def each(self, seconds: float) -> float:
        """Microseconds a reader."""
        return seconds * 1e6 / self.readers


def main(argv: list[str]) -> None:
    """Measure and print two tables.

    Args:
        argv: `--readers N [N ...]` (default 100000 1000000), `--threads N` of the engine,
            `--folder DIR` in which the databases are made (it decides what a commit costs).
    """
    parser = argparse.ArgumentParser(prog="benchmarks dispatch", description=__doc__)
    parser.add_argument("--readers", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--threads", type=int, default=0, help="of the engine; 0: its own number")
    parser.add_argument("--folder", type=Path, help="where the databases are made")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        print(f"{BATCH:,} readers a request, {HTML_BYTES // 1000} KB of HTML, four values each")
        runs = [sendgrid_run(Path(folder), count, options.threads) for count in options.readers]
        bare = bare_run(Path(folder), options.threads)
        smtp = smtp_run(Path(folder))
    show_rates([*runs], bare, smtp)
    show_stages([*runs], bare)


def sendgrid_run(folder: Path, readers: int, threads: int) -> Run:
    """Bring readers in, then dispatch to them, each in a process of its own."""
    database = folder / f"{readers}.db"
    apart(fill, database, readers)
    with counting_server(talk_http) as counting:
        run = apart(dispatch, database, counting.port, readers, threads)
        check(counting.count(), readers)
    return run


def bare_run(folder: Path, threads: int) -> Run:
    """The same without a database: values, links, body and post."""
    with counting_server(talk_http) as counting:
        run = apart(compose_and_post, folder / "none.db", counting.port, threads)
        check(counting.count(), run.readers)
    return run


def smtp_run(folder: Path) -> Run:
    """The same ledger, one message a reader."""
    database = folder / "smtp.db"
    apart(fill, database, SMTP_READERS)
    with counting_server(talk_smtp) as counting:
        run = apart(dispatch_smtp, database, counting.port)
        check(counting.count(), SMTP_READERS)
    return run


def apart(work: Callable[..., T], *args: object) -> T:
    """Run it in a fresh process."""
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh, initializer=log_quietly) as pool:
        return pool.submit(work, *args).result()


def open_app(database: Path, port: int = 0) -> App:
    """The repository's site with a database and a provider of our own."""
    return app_on(f"sqlite:///{database}", port)


def fill(database: Path, readers: int) -> None:
    """Readers, an approval and a dispatch that is due."""
    app = open_app(database)
    store = app.open_store()
    import_readers(store, map(new_reader, range(readers)), app.clock.now())
    make_due(app, store)
    store.close()


def new_reader(number: int) -> NewReader:
    return NewReader(
        f"reader{number}@example.test", NAMES[number % len(NAMES)], {"clinic": "berlin"}
    )


def dispatch(database: Path, port: int, readers: int, threads: int) -> Run:
    """One dispatch from its first tick to its end."""
    app = open_app(database, port)
    stages = Stages()
    stages.watch()
    transport = timed_transport(app, port, stages)
    return measured(app, transport, stages, readers, threads)


def dispatch_smtp(database: Path, port: int) -> Run:
    """The same through SMTP; its stages are not told apart."""
    app = open_app(database)
    transport = SmtpTransport("127.0.0.1", port, clock=app.clock, security="none")
    return measured(app, transport, None, SMTP_READERS, 0)


def measured(
    app: App, transport: Transport, stages: Stages | None, readers: int, threads: int
) -> Run:
    """Stay until it has ended, and look at the clocks."""
    dispatcher = wired(app, transport, stages, threads)
    wall, cpu = time.perf_counter(), time.process_time()
    dispatcher.tick()
    preparing = time.perf_counter() - wall
    status = dispatcher.stay(ISSUE, lambda status: None)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    if status.state != "sent" or status.count(DeliveryOutcome.ACCEPTED) != readers:
        raise SystemExit(f"it ended {status.state}: {status}")
    dispatcher.close()
    spent = stages.total() if stages else Counter[str]()
    return Run(readers, wall, preparing, cpu, spent, peak_memory())


def wired(app: App, transport: Transport, stages: Stages | None, threads: int) -> Dispatcher:
    """As `App.open_dispatcher` wires it, with clocks between the stages."""
    opened = app.open_dispatcher(transport)
    opened.engine.close(0)
    desk, send = opened.desk, partial(send_batch, opened.desk)
    if stages:
        desk = replace(desk, crash_point=stages.point)
        send = partial(stages.sender(desk))
    return Dispatcher(desk, engine(send, threads))


def engine(send: Callable[[int], None], threads: int) -> InlineEngine:
    return InlineEngine(send, threads=threads) if threads else InlineEngine(send)


def compose_and_post(database: Path, port: int, threads: int) -> Run:
    """Values, links, body and post of rows that are made up on the way."""
    app = open_app(database, port)
    stages = Stages()
    transport = timed_transport(app, port, stages)
    ready = ready_letter(app)

    def send(number: int) -> None:
        stages.begin()
        readers = made_up(range(number * BATCH, (number + 1) * BATCH))
        stages.end(MADE_UP)
        made = recipients(readers, ready, app.links, "site")
        stages.end(COMPOSE)
        receipt = transport.send(Batch(ready.letter, mark("site", number), made))
        if receipt.answer is not Answer.ACCEPTED:
            raise SystemExit(f"not accepted: {receipt}")

    senders = engine(send, threads)
    wall, cpu = time.perf_counter(), time.process_time()
    senders.ring(range(BARE_READERS // BATCH))
    senders.wait_idle(600)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    senders.close(10)
    spent = stages.total()
    rows = spent.pop(MADE_UP)
    return Run(BARE_READERS, wall, 0.0, cpu - rows, spent, peak_memory())


def ready_letter(app: App) -> ReadyLetter:
    """The letter as `Letters` loads it."""
    made = renditions().renditions[0]
    letter = Letter(
        "bare", app.site.sender, made.subject, made.html, made.text, TAGS, list_id(app.site)
    )
    return ReadyLetter.of(letter)


def made_up(numbers: Sequence[int]) -> Readers:
    """As `read_readers` gives them."""
    ids = [number + 1 for number in numbers]
    made = [new_reader(number) for number in numbers]
    emails, names = [each.email for each in made], [each.first_name for each in made]
    return Readers(ids, ids, emails, names, {"clinic": ["berlin"] * len(made)})


def timed_transport(app: App, port: int, stages: Stages) -> TimedTransport:
    transport = TimedTransport(KEY, f"http://127.0.0.1:{port}", clock=app.clock)
    transport.stages = stages
    return transport


def show_rates(runs: list[Run], bare: Run, smtp: Run) -> None:
    """Readers a second, beside those without a database."""
    print(f"\n{'':34}{'readers/s':>11}{'sending':>11}{'CPU us':>9}{'beside':>8}{'MB':>6}")
    named = [(f"dispatch, {run.readers:,} readers", run) for run in runs]
    rows = [("compose and post, no database", bare), *named, (f"smtp, {smtp.readers:,}", smtp)]
    for name, run in rows:
        rate, sending = run.readers / run.wall, run.readers / (run.wall - run.preparing)
        cpu = run.each(run.cpu)
        beside = f"{cpu / bare.each(bare.cpu):.2f}" if run is not smtp else ""
        print(
            f"{name:34}{rate:>11,.0f}{sending:>11,.0f}{cpu:>9.2f}{beside:>8}{run.peak / 1e6:>6.0f}"
        )


def show_stages(runs: list[Run], bare: Run) -> None:
    """Microseconds of CPU a reader."""
    columns = [*runs, bare]
    names = [f"{run.readers:,}" for run in runs] + ["no database"]
    print(f"\n{'CPU us a reader':34}" + "".join(f"{name:>14}" for name in names))
    for stage in STAGES:
        costs = "".join(f"{run.each(run.stages[stage]):>14.2f}" for run in columns)
        print(f"{stage:34}{costs}")
    rest = "".join(f"{run.each(run.cpu - sum(run.stages.values())):>14.2f}" for run in columns)
    print(f"{'ticks, counts, threads':34}{rest}")


def check(counted: int, sent: int) -> None:
    """What arrived must be what was sent, or the rows mean nothing."""
    if counted != sent:
        raise SystemExit(f"the server counted {counted} readers; {sent} were sent")
