"""Several workers and schedulers on one PostgreSQL database: the same promises."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.acceptance.newsroom import Newsroom, in_utc, make_due, until
from tests.processes import Running

pytestmark = pytest.mark.postgres


@pytest.fixture
def newsroom(postgres_newsroom: Newsroom) -> Newsroom:
    """A newsroom whose batches are sent by workers."""
    postgres_newsroom.environ["NEWSLETTER_DISPATCH__ENGINE"] = "procrastinate"
    return postgres_newsroom


@contextmanager
def worker(newsroom: Newsroom) -> Iterator[Running]:
    """`newsletter worker`, until the end of the block."""
    running = newsroom.begin("worker", "--slots", "2")
    try:
        yield running
    finally:
        running.end()


def plan(newsroom: Newsroom, readers: int) -> None:
    """An approved issue that is due now."""
    newsroom.bring(readers)
    newsroom.run("approve", "1", "--by", "Ada")
    newsroom.run("schedule", "1", "--at", in_utc(hours=3), "--timezone", "UTC")
    make_due(newsroom, hours_ago=0)


def test_workers_send_what_schedulers_ring(newsroom: Newsroom) -> None:
    """Two of each: everybody gets it once, and SIGTERM ends all of them well."""
    plan(newsroom, 5_000)
    with ExitStack() as running:
        for _ in range(2):
            running.enter_context(newsroom.scheduler())
        workers = [running.enter_context(worker(newsroom)) for _ in range(2)]
        until(lambda: newsroom.status()["state"] == "sent")
        for each in workers:
            each.end().require(0)
    status = newsroom.status()
    assert (status["frozen"], status["accepted"], status["unknown"]) == (5_000, 5_000, 0)
    assert set(newsroom.mailed().values()) == {1}


def test_without_a_worker_it_waits_and_says_so(newsroom: Newsroom) -> None:
    """Nothing is lost meanwhile; the first worker that comes sends it."""
    plan(newsroom, 100)
    with newsroom.scheduler():
        until(lambda: newsroom.status()["state"] == "sending")
        assert "no worker" in newsroom.run("status", "1").lower()
        assert newsroom.requests() == 0
        with worker(newsroom):
            until(lambda: newsroom.status()["state"] == "sent")
    assert set(newsroom.mailed().values()) == {1}


def test_a_killed_worker_costs_nobody_a_mail_and_repeats_none(newsroom: Newsroom) -> None:
    """What it had on the wire is uncertain and said so; the other sends all the rest."""
    newsroom.faults("slow:1")
    plan(newsroom, 6_000)
    with newsroom.scheduler(), worker(newsroom) as victim:
        until(lambda: newsroom.requests() >= 1)
        with worker(newsroom):
            victim.send_signal(signal.SIGKILL)
            newsroom.faults()
            until(lambda: newsroom.status()["queued"] == 0)
            until(lambda: newsroom.status()["state"] == "sent")
    status = newsroom.status()
    assert status["frozen"] == status["accepted"] + status["unknown"] == 6_000
    assert 0 < status["unknown"] <= 2_000
    assert set(newsroom.mailed().values()) == {1}


def test_a_site_without_workers_refuses_one(postgres_newsroom: Newsroom) -> None:
    """One clear line, and how to have workers."""
    told = postgres_newsroom.run("worker", code=2)
    assert "has no workers" in told
    assert 'engine = "procrastinate"' in told


def test_workers_need_postgresql(newsroom: Newsroom) -> None:
    """A SQLite file is not for several machines."""
    del newsroom.environ["DATABASE_URL"]
    for command in (("worker",), ("send", "1", "--by", "Ada")):
        assert "needs PostgreSQL" in newsroom.run(*command, code=2)


def test_a_site_moves_to_postgresql(newsroom: Newsroom) -> None:
    """In the middle of an issue: the rest goes out from there, and the old file refuses."""
    postgresql = newsroom.environ.pop("DATABASE_URL")
    del newsroom.environ["NEWSLETTER_DISPATCH__ENGINE"]
    newsroom.bring(2_000)
    newsroom.run("approve", "1", "--by", "Ada")
    newsroom.run("schedule", "1", "--at", in_utc(hours=3), "--timezone", "UTC")
    assert newsroom.ask("db", "copy", "--abandon") == {"abandoned": ""}
    assert newsroom.ask("db", "copy", "--to", postgresql)["rows"]["subscriber"] == 2_000
    assert "was moved" in newsroom.run("send", "1", "--by", "Ada", code=2)

    newsroom.environ["DATABASE_URL"] = postgresql
    assert newsroom.status()["state"] == "scheduled"
    newsroom.run("unschedule", "1")
    assert newsroom.ask("send", "1", "--by", "Ada")["accepted"] == 2_000
    assert set(newsroom.mailed().values()) == {1}
