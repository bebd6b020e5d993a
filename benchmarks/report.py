"""What the report of a large issue costs: `python -m benchmarks report`.

One issue with its deliveries, three opens and clicks for each of them, in a SQLite file: written
as the ledger writes them, under pseudonyms and, in a second row, under the delivery's own number,
where clicks are also compared with the moment of delivery. Then the report, in a fresh process.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import resource
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.parts.letters import ISSUE, renditions
from newsletter.feedback.report import report_of
from newsletter.model.site import Sender
from newsletter.store import open_store
from newsletter.store.approvals import record_approval
from newsletter.store.delivery_events import moment_text

FINGERPRINT = "0123456789abcdef"
START = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
LINKS = 12
EACH = 3  # opens and clicks a delivery, of half the readers
CLICKS = 0.15
SCANNED = 0.02
_SCATTER = 7_368_787  # prime: pseudonyms come in no order
_WIDE = 1 << 62


@dataclass(frozen=True, slots=True)
class Cost:
    """What one report took."""

    wall: float
    cpu: float
    peak: int


def main(argv: list[str]) -> None:
    """Measure and print a table; `--readers N` (default 1000000)."""
    parser = argparse.ArgumentParser(prog="benchmarks report", description=__doc__)
    parser.add_argument("--readers", type=int, default=1_000_000)
    readers = parser.parse_args(argv).readers
    print(f"{readers:,} deliveries, {readers * EACH:,} opens and clicks\n")
    print(f"{'':24}{'seconds':>10}{'CPU s':>10}{'MB':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for name, pseudonyms in (("totals", True), ("personal", False)):
            database = Path(folder) / f"{name}.db"
            fill(database, readers, pseudonyms=pseudonyms)
            cost = apart(database)
            print(f"{name:24}{cost.wall:>10.1f}{cost.cpu:>10.1f}{cost.peak / 1e6:>8.0f}")


def apart(database: Path) -> Cost:
    """Report in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measure, database).result()


def measure(database: Path) -> Cost:
    """Report once, from a cold start of the connection."""
    store = open_store(f"sqlite:///{database}", secret_fingerprint=FINGERPRINT)
    wall, cpu = time.perf_counter(), time.process_time()
    with store.read() as connection:
        found = report_of(connection, ISSUE, START + timedelta(days=30))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    store.close()
    if found.engaged is None or not found.engaged.clicked.surely:
        raise SystemExit(f"nothing was counted: {found}")
    return Cost(wall, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def fill(database: Path, readers: int, *, pseudonyms: bool) -> None:
    """An issue that was sent, and what was heard of it."""
    store = open_store(f"sqlite:///{database}", secret_fingerprint=FINGERPRINT)
    record_approval(
        store,
        renditions(),
        by="benchmark",
        at=START,
        sender=Sender("Lumen", "letters@lumen.test"),
        list_id="lumen.test",
        findings=(),
        sources={},
    )
    store.close()
    begun = moment_text(START)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(
            "INSERT INTO dispatch (id, issue_number, approval_id, kind, state, due_at, created_at,"
            " started_at, frozen, first_delivery, last_delivery)"
            " VALUES (1, ?, 1, 'first', 'sent', ?, ?, ?, ?, 1, ?)",
            (ISSUE, begun, begun, begun, readers, readers),
        )
        connection.executemany(
            f"INSERT INTO delivery VALUES (?, 1, {ISSUE}, ?, 1, 4, 1, NULL, 4, 1)",
            ((number, number) for number in range(1, readers + 1)),
        )
        connection.executemany(
            "INSERT INTO link (id, url) VALUES (?, ?)",
            ((number, f"https://example.test/{number}") for number in range(1, LINKS + 1)),
        )
        connection.executemany(
            "INSERT INTO approval_link VALUES (1, ?, ?, '')",
            (
                (f"https://example.test/{number}", f"s{number // 3}")
                for number in range(1, LINKS + 1)
            ),
        )
        connection.executemany(
            "INSERT INTO delivery_event (provider_id, kind, match, at, delivery_id)"
            " VALUES ('d' || ?1, 'delivered', 'delivery', ?2, ?1)",
            ((number, begun) for number in range(1, readers + 1)),
        )
        connection.executemany(
            "INSERT INTO engagement (provider_id, issue_number, dispatch_id, who, is_pseudonym,"
            f" kind, at, link_id, by_machine) VALUES (?, {ISSUE}, 1, ?, ?, ?, ?, ?, ?)",
            follow(readers, pseudonyms=pseudonyms),
        )


def follow(readers: int, *, pseudonyms: bool) -> Iterator[tuple[object, ...]]:
    """Opens and clicks as they ebb away, with machines and a few scanners among them."""
    draw = random.Random(1)
    for number in range(readers * EACH):
        reader = draw.randrange(1, max(2, readers // 2))
        scanned = reader % int(1 / SCANNED) == 0
        click = scanned or draw.random() < CLICKS
        seconds = reader % 60 + number % 4 if scanned else 5 + draw.expovariate(1 / 20_000)
        yield (
            f"e{number}",
            reader * _SCATTER * _SCATTER % _WIDE if pseudonyms else reader,
            pseudonyms,
            "clicked" if click else "opened",
            moment_text(START + timedelta(seconds=int(seconds))),
            draw.randrange(1, LINKS + 1) if click else None,
            not click and draw.random() < 0.4,
        )
