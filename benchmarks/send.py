"""What handing over costs: `python -m benchmarks send`.

Batches of 1,000 readers of a 40 KB letter with four personal values go to counting servers in
processes of their own, on loopback. CPU is this process's alone. Posting bodies made
beforehand is the floor: the ratio says what composing adds. About twenty seconds.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from benchmarks.parts.counting import counting_server, talk_http, talk_smtp
from benchmarks.parts.letters import HTML_BYTES, TAGS, TOKENS, html, text
from newsletter.model.site import Sender
from newsletter.model.transport import Answer, Batch, Letter, Recipient, Transport
from newsletter.transports.sendgrid import SendGridTransport
from newsletter.transports.sendgrid_body import body
from newsletter.transports.sendgrid_json import ready_body
from newsletter.transports.sendgrid_wire import Wire
from newsletter.transports.smtp import SmtpTransport

READERS = 1_000
KEY = "SG.benchmark"


def main(argv: list[str]) -> None:
    """Measure and print one table.

    Args:
        argv: `--seconds N`, the time for each row (default 2.5).
    """
    parser = argparse.ArgumentParser(prog="benchmarks send", description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.5, help="time for each row")
    seconds = parser.parse_args(argv).seconds
    batch = make_batch(READERS)
    print(f"{READERS:,} readers a request, {HTML_BYTES // 1000} KB of HTML, four personal values\n")
    print(f"{'':32}{'readers/s':>12}{'CPU us a reader':>18}{'beside ready':>15}")
    compose_rows(batch, seconds)
    sendgrid_rows(batch, seconds)
    smtp_row(seconds)


def compose_rows(batch: Batch, seconds: float) -> None:
    """The body alone, made in three ways."""
    show("compose: woven columns (ours)", measure(lambda: ready_body(batch), seconds / 2))
    show("compose: dicts, orjson", measure(lambda: orjson.dumps(body(batch)), seconds / 2))
    show("compose: dicts, stdlib json", measure(lambda: json.dumps(body(batch)), seconds / 2))


def sendgrid_rows(batch: Batch, seconds: float) -> None:
    """The real client with bodies made beforehand, ours, and the plain way."""
    ready = orjson.dumps(body(batch))
    with counting_server(talk_http) as counting:
        url = f"http://127.0.0.1:{counting.port}"
        wire = Wire(KEY, url, 30.0)
        ours = SendGridTransport(KEY, url, clock=SystemClock())
        plain = SendGridTransport(KEY, url, clock=SystemClock(), ready_bodies=False)
        floor = measure(lambda: wire.post(ready), seconds)
        show("sendgrid: post ready bodies", floor, floor)
        whole = measure(sending(ours, batch), seconds)
        show("sendgrid: compose and post", whole, floor)
        slow = measure(sending(plain, batch), seconds)
        show("sendgrid: the client's own JSON", slow, floor)
        check(counting.count(), [floor, whole, slow])


def smtp_row(seconds: float) -> None:
    """One message a reader, in batches of twenty over one connection."""
    with counting_server(talk_smtp) as counting:
        transport = SmtpTransport("127.0.0.1", counting.port, clock=SystemClock(), security="none")
        batch = make_batch(transport.most)
        cost = measure(sending(transport, batch), seconds, transport.most)
        show("smtp: one message a reader", cost)
        transport.close()
        check(counting.count(), [cost])


@dataclass(frozen=True, slots=True)
class Cost:
    """What a row took.

    Attributes:
        rounds: how often, the first one left out.
        wall, cpu: seconds, all rounds together.
        readers: in one round.
    """

    rounds: int
    wall: float
    cpu: float
    readers: int

    @property
    def cpu_each(self) -> float:
        """Microseconds of CPU a reader."""
        return self.cpu * 1e6 / (self.rounds * self.readers)


def measure(work: Callable[[], object], seconds: float, readers: int = READERS) -> Cost:
    """Repeat `work` for that long, after one round that does not count as warm."""
    work()
    rounds, wall, cpu = 0, time.perf_counter(), time.process_time()
    while (passed := time.perf_counter() - wall) < seconds:
        work()
        rounds += 1
    return Cost(rounds, passed, time.process_time() - cpu, readers)


def sending(transport: Transport, batch: Batch) -> Callable[[], None]:
    """A round of `send` that stops the benchmark when it is not accepted."""

    def work() -> None:
        receipt = transport.send(batch)
        if receipt.answer is not Answer.ACCEPTED:
            raise SystemExit(f"not accepted: {receipt}")

    return work


def show(name: str, cost: Cost, floor: Cost | None = None) -> None:
    rate = cost.rounds * cost.readers / cost.wall
    beside = f"{cost.cpu_each / floor.cpu_each:.2f}" if floor else ""
    print(f"{name:32}{rate:>12,.0f}{cost.cpu_each:>18.2f}{beside:>15}", flush=True)


def check(counted: int, costs: list[Cost]) -> None:
    """What arrived must be what was sent, or the rows mean nothing."""
    sent = sum((cost.rounds + 1) * cost.readers for cost in costs)
    if counted != sent:
        raise SystemExit(f"the server counted {counted} readers; {sent} were sent")


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)


def make_batch(readers: int) -> Batch:
    """Readers with values of usual length."""
    sender = Sender("Lumen Skin Clinic", "letters@lumen.test")
    subject, list_id = f"For {TOKENS[0]}", "Lumen <news.lumen.test>"
    letter = Letter("bench", sender, subject, html(), text(), TAGS, list_id)
    return Batch(letter, "lumen.1", [make_recipient(number) for number in range(readers)])


def make_recipient(number: int) -> Recipient:
    link = f"https://news.lumen.test/u/k1.AbCdEfGhIjKlMnOpQrStUvWx.{number:08d}"
    values = (f"Marianne{number}", "Berlin", link, link.replace("/u/", "/p/"))
    return Recipient(
        f"lumen.{number}", f"reader{number}@example.test", f"Reader {number}", values, link
    )


if __name__ == "__main__":
    main(sys.argv[1:])
