"""Mails of the program, the provider's events, lists: schedulers ring, workers do it."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import orjson
import psycopg
import pytest
from sqlalchemy import select, update

from newsletter.engines.queue import SILENT
from newsletter.model.consent import MailState
from newsletter.model.ledger import DeliveryOutcome
from newsletter.model.list_import import ImportStage
from newsletter.store.connecting import conninfo
from newsletter.store.list_imports import LEASE, ImportStanding
from newsletter.store.mail_queue import count_mails
from newsletter.store.tables import delivery, event_post, list_import
from newsletter.subscribing.handing_over import hand_over, look_at_handed, take_back
from newsletter.subscribing.list_choices import Choices
from tests.acceptance.newsroom import Newsroom, back_date, make_due, until
from tests.processes import Running
from tests.unit.feedback.posting import Key

pytestmark = pytest.mark.postgres
KEY = Key()


@pytest.fixture
def newsroom(postgres_newsroom: Newsroom) -> Newsroom:
    """A newsroom with workers, and a provider whose posts are believed."""
    postgres_newsroom.environ["NEWSLETTER_DISPATCH__ENGINE"] = "procrastinate"
    postgres_newsroom.environ["SENDGRID_WEBHOOK_KEYS"] = KEY.public
    return postgres_newsroom


@contextmanager
def pages(newsroom: Newsroom) -> Iterator[str]:
    """`newsletter serve` that does nothing but serve; yields the address of readers' pages."""
    ports = ("--port", "0", "--preview-port", "0")
    running = newsroom.begin("serve", "--no-scheduler", *ports)
    said = running.folder / "out"
    try:
        found = until(lambda: re.search(r"Readers: (\S+)", said.read_text("utf-8")))
        yield found[1]
    finally:
        running.end()


@contextmanager
def worker(newsroom: Newsroom) -> Iterator[Running]:
    """`newsletter worker`, until the end of the block."""
    running = newsroom.begin("worker", "--slots", "1")
    try:
        yield running
    finally:
        running.end()


def join(url: str, email: str) -> None:
    """Sign up by the API."""
    asked = {"email": email, "interests": ["tips"]}
    assert httpx.post(f"{url}/api/subscribe", json=asked).status_code == 202


def tell(url: str) -> None:
    """Post an event as the provider does."""
    event = {"email": "x@reader.test", "event": "open", "timestamp": 1, "sg_event_id": "e1"}
    body = orjson.dumps([event])
    answer = httpx.post(f"{url}/webhooks/sendgrid", content=body, headers=KEY.headers(body))
    assert answer.status_code < 300, answer.text


def is_all_applied(newsroom: Newsroom) -> bool:
    """Whether no post waits."""
    with newsroom.store() as store, store.read() as connection:
        return connection.execute(select(event_post.c.id)).first() is None


def mails(newsroom: Newsroom) -> dict[MailState, int]:
    """The program's own mails by state."""
    with newsroom.store() as store, store.read() as connection:
        return count_mails(connection)


def outcomes(newsroom: Newsroom) -> set[DeliveryOutcome]:
    """What became of the readers' mails."""
    with newsroom.store() as store, store.read() as connection:
        return set(connection.execute(select(delivery.c.outcome)).scalars())


def queued(newsroom: Newsroom) -> list[str]:
    """The works that stand in the queue and nobody has begun."""
    with psycopg.connect(conninfo(newsroom.database_url)) as connection:
        found = connection.execute(
            "SELECT args ->> 'work' FROM procrastinate_jobs"
            " WHERE queue_name = 'works' AND status = 'todo' ORDER BY 1"
        )
        return [row[0] for row in found]


def let_silence_pass(newsroom: Newsroom) -> None:
    """As if every worker so far had given no sign of life for as long as it takes."""
    with psycopg.connect(conninfo(newsroom.database_url)) as connection:
        connection.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - make_interval(secs => %s)",
            [SILENT + 1],
        )


def test_workers_mail_and_apply_what_the_pages_took(newsroom: Newsroom) -> None:
    """Without a worker nothing is done, and each work is rung for once; then all of it is."""
    with newsroom.scheduler(), pages(newsroom) as url:
        join(url, "ann@reader.test")
        tell(url)
        until(lambda: {"events", "system-mails"} <= set(queued(newsroom)))
        waiting = queued(newsroom)
        assert len(waiting) == len(set(waiting))
        assert newsroom.requests() == 0
        assert not is_all_applied(newsroom)
        with worker(newsroom) as running:
            until(lambda: newsroom.mailed() == {"ann@reader.test": 1})
            until(lambda: is_all_applied(newsroom))
            until(lambda: mails(newsroom) == {MailState.SENT: 1})
            running.end().require(0)


def test_what_a_killed_worker_was_at_is_done_by_the_next(newsroom: Newsroom) -> None:
    """A mail on the wire is not sent a second time; the one that waited behind it goes out."""
    newsroom.faults("slow:1:2")
    with newsroom.scheduler(), pages(newsroom) as url:
        join(url, "ann@reader.test")
        join(url, "ben@reader.test")
        with worker(newsroom) as victim:
            until(lambda: mails(newsroom).get(MailState.SENDING))
            victim.send_signal(signal.SIGKILL)
        newsroom.faults()
        tell(url)
        let_silence_pass(newsroom)
        with worker(newsroom):
            until(lambda: "ben@reader.test" in newsroom.mailed())
            until(lambda: is_all_applied(newsroom))
    assert set(newsroom.mailed().values()) == {1}
    assert mails(newsroom) == {MailState.SENDING: 1, MailState.SENT: 1}


@pytest.mark.long  # the log is asked once a minute
def test_a_worker_asks_the_log_about_a_lost_answer(newsroom: Newsroom) -> None:
    """Readers of whom nobody knew are settled by what the provider has; none is mailed again."""
    newsroom.bring(50)
    newsroom.faults("reset_after_accept:1")
    newsroom.run("approve", "1", "--by", "Ada")
    newsroom.run("schedule", "1", "--at", "2037-12-01 09:00", "--by", "Ada", "--yes")
    make_due(newsroom, hours_ago=0)
    with newsroom.scheduler(), worker(newsroom):
        until(lambda: outcomes(newsroom) == {DeliveryOutcome.UNKNOWN})
    back_date(newsroom, timedelta(minutes=6))
    with newsroom.scheduler():
        until(lambda: "reconcile" in queued(newsroom))
        with worker(newsroom):
            until(lambda: outcomes(newsroom) == {DeliveryOutcome.ACCEPTED})
    assert set(newsroom.mailed().values()) == {1}


def standing(newsroom: Newsroom, number: int) -> ImportStanding:
    """How far a list is."""
    with newsroom.store() as store:
        return look_at_handed(store, number)


@pytest.mark.long
def test_a_list_is_brought_in_by_a_worker_and_by_the_next(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    """The one who is killed loses nothing and brings nobody in twice."""
    file = tmp_path / "people.csv"
    rows = "".join(f"r{at}@reader.test\n" for at in range(30_000))
    file.write_text(f"email\n{rows}nobody\n")
    with newsroom.store() as store:
        number = hand_over(store, file, Choices((("email",),), proof="Yes."))
    with newsroom.scheduler():
        with worker(newsroom) as victim:
            until(lambda: standing(newsroom, number).stage is ImportStage.BRINGING)
            victim.send_signal(signal.SIGKILL)
        let_silence_pass(newsroom)
        with newsroom.store() as store, store.write() as connection:
            long_ago = store.now(connection) - 2 * LEASE
            connection.execute(update(list_import).values(seen_at=long_ago))
        with worker(newsroom):
            until(lambda: standing(newsroom, number).is_over)
    with newsroom.store() as store:
        tally, bad = take_back(store, number, tmp_path / "rejected")
    assert (tally.imported + tally.updated, tally.rejected) == (30_000, 1)
    assert len(bad.paths) == 1
    assert newsroom.ask("subscribers", "stats")["mailable"]["all"] == 30_000
