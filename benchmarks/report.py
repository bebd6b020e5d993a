"""What the report of a large issue costs: `python -m benchmarks report`.

One issue with its deliveries, three opens and clicks for each of them, in a SQLite file: written
as the ledger writes them, under pseudonyms and, in a second row, under the delivery's own number,
where clicks are also compared with the moment of delivery. Then the report, in a fresh process.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sqlite3
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.parts.cost import peak_memory
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
_CACHE_KIB = 512 * 1024  # while filling: the index of opens and clicks is filled in no order


def _count_to(most: str) -> str:
    """The numbers from 1 to a bound value, as `n.i`."""
    return f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :{most}) "


def _draw(prime: int) -> str:
    """A number from 0 to 1 out of `i`: another prime, another order."""
    return f"(i * {prime} % 1000003) / 1000003.0"


_DISPATCH = f"""
INSERT INTO dispatch (id, issue_number, approval_id, kind, state, due_at, created_at, started_at,
                      frozen, first_delivery, last_delivery)
VALUES (1, {ISSUE}, 1, 'first', 'sent', :at, :at, :at, :readers, 1, :readers)
"""
_DELIVERIES = f"""
{_count_to("readers")}
INSERT INTO delivery SELECT i, 1, {ISSUE}, i, 1, 4, 1, NULL, 4, 1 FROM n
"""
_LINKS = f"""
{_count_to("links")} INSERT INTO link (id, url) SELECT i, 'https://example.test/' || i FROM n
"""
_PLACES = f"""
{_count_to("links")}
INSERT INTO approval_link SELECT 1, 'https://example.test/' || i, 's' || (i / 3), '' FROM n
"""
_DELIVERED = f"""
{_count_to("readers")}
INSERT INTO delivery_event (provider_id, kind, match, at, delivery_id)
SELECT printf('d%09d', i), 'delivered', 'delivery', :at, i FROM n
"""
# Opens and clicks as they ebb away, with machines and a few scanners among them; pseudonyms are
# as wide as real ones and come in no order.
_FOLLOWED = f"""
{_count_to("most")},
drawn AS (SELECT i, 1 + i * 7368787 % 2147483647 % :half AS reader FROM n),
told AS (
    SELECT i, reader, reader % :scanned = 0 AS scanned,
           reader % :scanned = 0 OR {_draw(611953)} < :clicks AS click
    FROM drawn
),
timed AS (
    SELECT *, iif(scanned, reader % 60 + i % 4,
                  5 + 100000 * {" * ".join([_draw(799999)] * 4)}) AS seconds
    FROM told
)
INSERT INTO engagement (provider_id, issue_number, dispatch_id, who, is_pseudonym, kind, at,
                        link_id, by_machine)
SELECT printf('e%09d', i), {ISSUE}, 1,
       iif(:pseudonyms, reader * 7368787 % 2147483647 * 2147483647, reader), :pseudonyms,
       iif(click, 'clicked', 'opened'),
       strftime('%Y-%m-%d %H:%M:%S', :start + CAST(seconds AS INTEGER), 'unixepoch') || '.000000',
       iif(click, 1 + i * 15485863 % :links, NULL), NOT click AND {_draw(350377)} < 0.4
FROM timed
"""


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
    return Cost(wall, cpu, peak_memory())


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
    begun = {"at": moment_text(START), "readers": readers, "links": LINKS}
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        for statement in (_DISPATCH, _DELIVERIES, _LINKS, _PLACES, _DELIVERED):
            connection.execute(statement, begun)
        connection.execute(_FOLLOWED, {**followed(readers), "pseudonyms": pseudonyms})


def followed(readers: int) -> dict[str, float]:
    """What `_FOLLOWED` is told beside whether it writes pseudonyms."""
    return {
        "most": readers * EACH,
        "half": max(1, readers // 2 - 1),
        "links": LINKS,
        "clicks": CLICKS,
        "scanned": int(1 / SCANNED),
        "start": int(START.timestamp()),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
