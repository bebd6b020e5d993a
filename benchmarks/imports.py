"""What bringing a list in costs: `python -m benchmarks imports`.

Lists as Mailchimp exports them, in no order, are brought into a fresh SQLite file with full
durability, by the use case behind `newsletter subscribers import`: read, checked, proof written.
Then the same list again, which changes nothing. Each row is a process of its own, so that memory
means something. CPU is beside wall time because machines are rarely alone.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from newsletter.bootstrap import load_app
from newsletter.lists import ListRules, find_sources, look_at
from newsletter.subscribing import normalise
from newsletter.subscribing.importing import Import, Tally, import_lists

ROOT = Path(__file__).parents[1]
HEADER = (
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,"
    "CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,"
    "NOTES,TAGS\n"
)
_SCATTER = 7_368_787  # prime: visits every number below a count once, in no order


@dataclass(frozen=True, slots=True)
class Cost:
    """What one import took.

    Attributes:
        wall, cpu: seconds.
        peak: bytes of memory at most, the program itself included.
    """

    rows: int
    wall: float
    cpu: float
    peak: int


def main(argv: list[str]) -> None:
    """Measure and print one table.

    Args:
        argv: `--rows N [N ...]` (default 100000 1000000), `--folder DIR` for the databases.
    """
    parser = argparse.ArgumentParser(prog="benchmarks imports", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, help="where the databases are made")
    chosen = parser.parse_args(argv)
    print(f"{'':24}{'rows':>10}{'seconds':>10}{'rows/s':>10}{'CPU us a row':>14}{'peak MB':>10}")
    for rows in chosen.rows:
        with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
            path = Path(folder) / "subscribed_members_export.csv"
            write(path, rows)
            show("reading alone", alone(read, path, rows))
            show("bringing in", alone(bring, path, rows))
            show("the same again", alone(bring, path, rows))


def alone(work: object, path: Path, rows: int) -> Cost:
    """Run it in a fresh process."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(measure, work, path, rows).result()


def measure(work: object, path: Path, rows: int) -> Cost:
    assert callable(work)
    wall, cpu = time.perf_counter(), time.process_time()
    work(path, rows)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Cost(rows, wall, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def read(path: Path, rows: int) -> None:
    """Read every row, and do nothing with it."""
    (source,) = find_sources(path)
    rules = ListRules((), {}, normalise)
    check(sum(1 for _ in look_at(source, rules).rows(rules)), rows)


def bring(path: Path, rows: int) -> None:
    """Bring the list into the database beside it."""
    environ = {
        "DATABASE_URL": f"sqlite:///{path.with_suffix('.db')}",
        "NEWSLETTER_SECRET_KEYS": "a-secret-of-this-benchmark-and-of-no-other",
    }
    app = load_app(ROOT, environ)
    rules = ListRules((), {}, normalise, app.clock.now())
    (source,) = find_sources(path)
    store = app.open_store()
    try:
        tally: Tally = import_lists(app.reception(store), Import([look_at(source, rules)], rules))
    finally:
        store.close()
    check(tally.imported + tally.updated, rows)


def write(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER)
        file.writelines(members(rows))


def members(rows: int) -> Iterator[str]:
    """Rows of usual length; every tenth has tags, a few are beyond ASCII."""
    for at in range(rows):
        number = at * _SCATTER % rows
        name = "Zoë" if number % 50 == 0 else f"Ann{number % 1000}"
        tags = '"""vip"",""spring"""' if number % 10 == 0 else ""
        yield (
            f"reader.{number}@mail{number % 997}.example,{name},Lee,2,2020-01-02 03:04:05,"
            f"203.0.113.{number % 250},2020-01-02 03:05:05,203.0.113.{number % 250},52.5,13.4,1,2,"
            f"Europe/Berlin,DE,BE,2024-05-06 07:08:09,{number},{number:x},,{tags}\n"
        )


def show(name: str, cost: Cost) -> None:
    rate = cost.rows / cost.wall
    each = cost.cpu * 1e6 / cost.rows
    print(
        f"{name:24}{cost.rows:>10,}{cost.wall:>10.1f}{rate:>10,.0f}{each:>14.1f}"
        f"{cost.peak / 1e6:>10.0f}",
        flush=True,
    )


def check(counted: int, rows: int) -> None:
    """What came in must be what was in the list, or the row means nothing."""
    if counted != rows:
        raise SystemExit(f"{counted:,} rows came in; the list has {rows:,}")
