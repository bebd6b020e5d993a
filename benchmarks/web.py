"""What the public pages take: sign-up and unsubscribe posts, 50 at a time (`benchmarks web`).

The pages are served as `newsletter serve` serves them, on loopback, with real forms and marks,
over kept connections; the client is another process. Every sign-up is of a new address, so each
writes a reader, a line of proof, a request and a queued mail; every unsubscribe post is of a
reader who still gets letters. Limits by place are off, for one machine plays everybody.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.parts.postgres import postgres
from newsletter.bootstrap import App, SystemClock
from newsletter.config import load_settings
from newsletter.store import Store
from newsletter.store.subscribers import NewReader, import_readers
from newsletter.subscribing.limits import RequestLimits
from newsletter.subscribing.reception import Reception, open_reception
from newsletter.tokens import Purpose
from newsletter.web import Served
from newsletter.web.public import PublicSide
from newsletter.web.public.app import create_public

ROOT = Path(__file__).parents[1]
AT_ONCE = 50
SECRET = "a-secret-for-benchmarks-0123456789"
_FORM = "application/x-www-form-urlencoded"
_STAMP_AGE = 2.1  # seconds; younger forms are asked again


@dataclass(frozen=True, slots=True)
class Measured:
    """One row.

    Attributes:
        seconds: from the first request to the last answer.
        waits: seconds that each request took, sorted.
    """

    seconds: float
    waits: Sequence[float]

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.waits) / self.seconds

    @property
    def p99(self) -> float:
        """Milliseconds within which 99 of 100 were answered."""
        return self.waits[int(len(self.waits) * 0.99) - 1] * 1_000


def main(argv: list[str]) -> None:
    """Measure and print one table.

    Args:
        argv: `--requests N` for each row (default 1,500).
    """
    parser = argparse.ArgumentParser(prog="benchmarks web", description=__doc__)
    parser.add_argument("--requests", type=int, default=1_500, help="posts for each row")
    count = parser.parse_args(argv).requests
    print(f"{count:,} posts a row, {AT_ONCE} at a time\n")
    print(f"{'':32}{'requests/s':>12}{'p50 ms':>10}{'p99 ms':>10}")
    with tempfile.TemporaryDirectory() as folder:
        measure_on("sqlite", f"sqlite:///{folder}/newsletter.db", count)
    with suppress(ImportError), postgres() as server, server.database("pages") as url:
        measure_on("postgresql", url, count)


def measure_on(name: str, url: str, count: int) -> None:
    """Both rows of one database."""
    with serving(url) as (served, reception):
        stamp = reception.stamps.make("sign-up")
        readers = bring_in(reception.store, count)
        SystemClock().wait(_STAMP_AGE)
        forms = [("/subscribe", urlencode(sign_up(stamp, n))) for n in range(count)]
        show(f"sign-up, {name}", measure(served.port, forms))
        mark = partial(reception.signer.mark, Purpose.UNSUBSCRIBE)
        leaving = [
            (f"/unsubscribe/{mark(reader)}", "List-Unsubscribe=One-Click") for reader in readers
        ]
        show(f"unsubscribe, {name}", measure(served.port, leaving))


def sign_up(stamp: str, number: int) -> list[tuple[str, str]]:
    """A filled-in form of somebody new."""
    email = f"reader{number}@benchmark{number % 97}.example"
    return [("stamp", stamp), ("email", email), ("first_name", "Ann"), ("interests", "tips")]


def bring_in(store: Store, count: int) -> list[int]:
    """Confirmed readers; their ids."""
    rows = (NewReader(f"known{n}@example.com") for n in range(count))
    import_readers(store, rows, SystemClock().now())
    return list(range(1, count + 1))


@contextmanager
def serving(url: str) -> Iterator[tuple[Served, Reception]]:
    """The public pages of the repository's site on that database."""
    environ = {"DATABASE_URL": url, "NEWSLETTER_SECRET_KEYS": SECRET}
    app = App(load_settings(ROOT, environ), SystemClock())
    store = app.open_store()
    nobody_counts = RequestLimits((), ())
    reception = open_reception(store, app.site, app.signer, app.clock, limits=nobody_counts)
    public = create_public(PublicSide(reception, app.links), access_log=False)
    with Served(public) as served:
        yield served, reception
    store.close()


def measure(port: int, posts: list[tuple[str, str]]) -> Measured:
    """Post them from another process; every answer must be 200."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_client, (port, posts))


def _client(port: int, posts: list[tuple[str, str]]) -> Measured:
    return asyncio.run(_post_all(port, posts))


async def _post_all(port: int, posts: list[tuple[str, str]]) -> Measured:
    waiting = iter(posts)
    waits: list[float] = []
    begun = time.perf_counter()
    await asyncio.gather(*(_one_connection(port, waiting, waits.append) for _ in range(AT_ONCE)))
    return Measured(time.perf_counter() - begun, sorted(waits))


async def _one_connection(
    port: int, waiting: Iterator[tuple[str, str]], told: Callable[[float], None]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for path, body in waiting:
        begun = time.perf_counter()
        writer.write(
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {_FORM}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        await _read_answer(reader)
        told(time.perf_counter() - begun)
    writer.close()
    await writer.wait_closed()


async def _read_answer(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    if " 200 " not in head.partition("\r\n")[0]:
        raise RuntimeError(f"an answer was not 200: {head}")
    length = int(head.partition("content-length:")[2].partition("\r\n")[0])
    await reader.readexactly(length)


def show(name: str, row: Measured) -> None:
    """Print a row."""
    middle = row.waits[len(row.waits) // 2] * 1_000
    print(f"{name:32}{row.rate:>12,.0f}{middle:>10.1f}{row.p99:>10.1f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
