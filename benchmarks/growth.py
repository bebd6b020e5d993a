"""Whether a reader costs the same when there are more: `python -m benchmarks growth`.

Lists of 100,000, 1,000,000 and 5,000,000 readers, each in a database of its own: an issue is
prepared, sent through the real SendGrid client to a counting server, events about it are applied,
and it is reported. Each stage is a process of its own, so that memory means something; what the
database server takes beside it is counted from its processes.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import ColumnElement

from benchmarks.dispatch import apart, check
from benchmarks.events import Accepting
from benchmarks.parts.cost import Cost, cost_of
from benchmarks.parts.counting import counting_server, talk_http
from benchmarks.parts.letters import HTML_BYTES, ISSUE
from benchmarks.parts.postgres import postgres
from benchmarks.parts.site import add_readers, app_on, make_due
from benchmarks.parts.told import posts
from newsletter.dispatching.ticking import run_tick
from newsletter.feedback.applying import apply_posts
from newsletter.feedback.report import report_of
from newsletter.model.ledger import DeliveryOutcome
from newsletter.store import Store
from newsletter.store.event_posts import keep_post
from newsletter.store.tables import delivery

SIZES = (100_000, 1_000_000, 5_000_000)
ON_SQLITE = 1_000_000  # a list that is larger belongs on a server
TOLD_OF = 20_000  # readers whose mails a row of events is about
PREPARE, SEND, VACUUM, REPORT = "prepare", "send", "vacuum and analyse", "report"
IN_ORDER, SCATTERED = "events, as sent", "events, scattered"
STAGES = (PREPARE, SEND, VACUUM, IN_ORDER, SCATTERED, REPORT)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list stands.

    Attributes:
        url: of its database.
        postmaster: the server's first process; 0 without a server.
        readers: how many it has.
    """

    url: str
    postmaster: int
    readers: int

    def row(self, stage: str, cost: Cost, units: int = 0) -> Row:
        """What a stage took here, for so many units: readers, unless said otherwise."""
        return Row(stage, self.readers, units or self.readers, cost)


@dataclass(frozen=True, slots=True)
class Row:
    """One stage at one size.

    Attributes:
        units: what was worked on: readers, or events.
    """

    stage: str
    readers: int
    units: int
    cost: Cost

    def each(self, seconds: float) -> float:
        """Microseconds a reader, or an event."""
        return seconds * 1e6 / self.units

    @property
    def processor(self) -> float:
        """Microseconds of CPU each, ours and the server's."""
        return self.each(self.cost.cpu + self.cost.server)


class Deaf:
    """An engine that does nothing: what is prepared waits."""

    def ring(self, batches: Sequence[int], connection: object = None) -> None:
        """Nobody is there."""

    def call(self, work: object) -> None:
        """Nobody is there."""

    def close(self, grace: float) -> None:
        """Nothing is held."""


def main(argv: list[str]) -> None:
    """Measure, say each row as it comes on standard error, and print the tables.

    Args:
        argv: `--readers N [N ...]`, or GROWTH=N,N in the environment (default 100000 1000000
            5000000); `--databases postgresql sqlite`; `--folder DIR` in which they are made.
    """
    parser = argparse.ArgumentParser(prog="benchmarks growth", description=__doc__)
    parser.add_argument("--readers", type=int, nargs="+", default=wished())
    parser.add_argument("--databases", nargs="+", default=["postgresql", "sqlite"])
    parser.add_argument("--folder", type=Path, help="where the databases are made")
    options = parser.parse_args(argv)
    print(f"1,000 readers a request, {HTML_BYTES // 1000} KB of HTML, four values each")
    for name, grown in (("postgresql", on_postgresql), ("sqlite", on_sqlite)):
        if name in options.databases:
            note(name)
            rows: list[Row] = []
            for each in grown(options.readers, options.folder):
                rows.append(each)
                note(told(each, rows))
            show(name, rows)


def wished() -> list[int]:
    """The sizes that the environment asks for."""
    told = os.environ.get("GROWTH", "")
    return [int(each) for each in told.split(",")] if told else list(SIZES)


def on_postgresql(sizes: Sequence[int], folder: Path | None) -> Iterator[Row]:
    """One server; a database for each size."""
    with postgres(folder) as server:
        for readers in sizes:
            with server.database(f"of_{readers}") as url:
                yield from grow(Place(url, server.postmaster, readers))


def on_sqlite(sizes: Sequence[int], folder: Path | None) -> Iterator[Row]:
    """A file for each size."""
    for readers in sizes:
        if readers <= ON_SQLITE:
            with tempfile.TemporaryDirectory(dir=folder) as made:
                yield from grow(Place(f"sqlite:///{made}/{readers}.db", 0, readers))


def grow(place: Place) -> Iterator[Row]:
    """Every stage of one size, one after the other."""
    begun = time.perf_counter()
    apart(fill, place)
    note(f"{place.readers:,} readers were brought in within {time.perf_counter() - begun:.0f} s")
    yield place.row(PREPARE, apart(prepare, place))
    with counting_server(talk_http) as counting:
        yield place.row(SEND, apart(send, place, counting.port))
        check(counting.count(), place.readers)
    if place.postmaster:
        yield place.row(VACUUM, apart(vacuum, place))
    for stage in (IN_ORDER, SCATTERED):
        yield place.row(stage, *apart(apply_events, place, stage))
    yield place.row(REPORT, apart(report, place))


def note(words: str) -> None:
    """Say how far it is, where it is not in the way of the tables."""
    print(words, file=sys.stderr, flush=True)


@contextmanager
def opened(place: Place) -> Iterator[Store]:
    store = app_on(place.url).open_store()
    try:
        yield store
    finally:
        store.close()


def fill(place: Place) -> None:
    """The list as it has stood for a while, and an issue that is due."""
    with opened(place) as store:
        app = app_on(place.url)
        add_readers(app, store, place.readers)
        if place.postmaster:
            tidy(store)
        make_due(app, store)


def tidy(store: Store) -> None:
    """What a server does by itself within minutes: here it must not fall into another stage."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM (ANALYZE)")
        connection.exec_driver_sql("CHECKPOINT")


def prepare(place: Place) -> Cost:
    """The tick in which it is due."""
    dispatcher = app_on(place.url).open_dispatcher(Accepting())
    dispatcher.engine.close(0)
    cost = cost_of(partial(run_tick, dispatcher.desk, Deaf()), place.postmaster)
    dispatcher.close()
    return cost


def send(place: Place, port: int) -> Cost:
    """All that is left until it has ended."""
    dispatcher = app_on(place.url, port).open_dispatcher()

    def stay() -> None:
        status = dispatcher.stay(ISSUE, lambda status: None)
        if status.state != "sent" or status.count(DeliveryOutcome.ACCEPTED) != place.readers:
            raise SystemExit(f"it ended {status.state}: {status}")

    cost = cost_of(stay, place.postmaster)
    dispatcher.close()
    return cost


def vacuum(place: Place) -> Cost:
    """What the server does once each row was written three times."""
    with opened(place) as store:
        return cost_of(partial(tidy, store), place.postmaster)


def apply_events(place: Place, stage: str) -> tuple[Cost, int]:
    """The same number of events at each size; returns how many they were."""
    app, events = app_on(place.url), 0
    with opened(place) as store:
        for body in posts(store, about(place, stage), seed=STAGES.index(stage)):
            with store.write(durable=False) as connection:
                keep_post(connection, body, app.clock.now())
        applier = app.applier(app.reception(store))

        def apply() -> None:
            nonlocal events
            while (done := apply_posts(applier)).posts:
                events += done.events
                if done.problems:
                    raise SystemExit(f"it went wrong: {done.problems}")

        return cost_of(apply, place.postmaster), events


def about(place: Place, stage: str) -> ColumnElement[bool]:
    """Mails that went out one after the other; or others, from all over the list."""
    many = min(TOLD_OF, place.readers // 5)
    if stage == IN_ORDER:
        return delivery.c.id <= many
    apart_by = (place.readers - many) // many
    return (delivery.c.id > many) & (delivery.c.id % apart_by == 0)


def report(place: Place) -> Cost:
    """Every number about the issue."""
    with opened(place) as store:
        if place.postmaster:
            tidy(store)
        with store.read() as connection:
            found = partial(report_of, connection, ISSUE, app_on(place.url).clock.now())
            return cost_of(found, place.postmaster)


def show(name: str, rows: Sequence[Row]) -> None:
    """One table, stage by stage."""
    print(f"\n{name:20}{'readers':>10}{'seconds':>9}{'us each':>9}{'x':>6}", end="")
    print(f"{'CPU us':>9}{'server':>9}{'x':>6}{'MB':>6}")
    for stage in STAGES:
        for each in rows:
            if each.stage == stage:
                print(told(each, rows))


def told(each: Row, rows: Sequence[Row]) -> str:
    """A row, beside the first of its stage."""
    first = next(other for other in rows if other.stage == each.stage)
    cost, wall = each.cost, each.each(each.cost.wall)
    return (
        f"{each.stage:20}{each.readers:>10,}{cost.wall:>9.1f}{wall:>9.2f}"
        f"{wall / first.each(first.cost.wall):>6.2f}{each.each(cost.cpu):>9.2f}"
        f"{each.each(cost.server):>9.2f}{each.processor / first.processor:>6.2f}"
        f"{cost.peak / 1e6:>6.0f}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
