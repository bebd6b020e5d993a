"""What is told to those who watch machines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert
from starlette.responses import PlainTextResponse
from starlette.routing import Route, Router

from newsletter.model.consent import MailName
from newsletter.store.mail_queue import hold_all, queue_mail
from newsletter.store.tables import event_post
from newsletter.web.operations.answers import Operations, Watching
from newsletter.web.serving import Served
from tests import loopback
from tests.peers_ledger import World, ambiguous

TOKEN = "a-token-that-only-this-test-knows"


@pytest.fixture
def asking(world: World) -> Iterator[httpx.Client]:
    """Asks a site that is watched."""
    pages = Router([Route("/", lambda request: PlainTextResponse("a page"))])
    watching = Watching(world.store, TOKEN, lambda: 3)
    with (
        Served(Operations(pages, watching)) as served,
        loopback.client(served.url) as client,
    ):
        yield client


def figures(asking: httpx.Client) -> dict[tuple[str, str], float]:
    """Name and label -> value."""
    answer = asking.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_a_process_that_answers_is_healthy(asking: httpx.Client) -> None:
    """Whatever name it is called by; other addresses are none of its business."""
    answer = asking.get("/healthz", headers={"Host": "10.0.0.7:8700"})
    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert answer.headers["cache-control"] == "no-store"
    assert asking.head("/healthz").status_code == 200
    assert asking.get("/").text == "a page"
    assert asking.post("/healthz").status_code == 404


def test_ready_while_due_work_is_looked_at(world: World, asking: httpx.Client) -> None:
    """Nothing due is ready; due and unwatched for two minutes is not; a tick mends it."""
    assert asking.get("/readyz").status_code == 200
    world.readers(10)
    world.schedule(world.approve(), due_at=world.clock.now() + timedelta(hours=1))
    world.clock.move(timedelta(minutes=59))
    assert asking.get("/readyz").status_code == 200
    world.clock.move(timedelta(minutes=4))
    answer = asking.get("/readyz")
    assert answer.status_code == 503
    assert answer.text == "work is due and no scheduler has looked for two minutes\n"
    world.tick()
    assert (asking.get("/readyz").status_code, asking.get("/readyz").text) == (200, "ready\n")


def test_posts_that_nobody_reads_are_told(world: World, asking: httpx.Client) -> None:
    """What the provider said is to be taken in within two minutes."""
    with world.store.write() as connection:
        connection.execute(insert(event_post).values(received_at=world.clock.now(), body=b"[]"))
    assert asking.get("/readyz").status_code == 200
    world.clock.move(timedelta(minutes=3))
    assert "posts of the provider" in asking.get("/readyz").text
    assert figures(asking)["newsletter_unread_age_seconds", ""] == 180


def test_mails_that_nobody_sends_are_told(world: World, asking: httpx.Client) -> None:
    """A reader waits for them; while the provider puts us off, that is no fault of ours."""
    now = world.clock.now()
    with world.store.write() as connection:
        queue_mail(
            connection,
            MailName.CONFIRM,
            1,
            "ann@reader.test",
            about=1,
            now=now,
            expires_at=now + timedelta(days=7),
        )
    assert asking.get("/readyz").status_code == 200
    world.clock.move(timedelta(minutes=3))
    assert asking.get("/readyz").text == "mails of the program itself have waited for two minutes\n"
    with world.store.write() as connection:
        hold_all(connection, world.clock.now() + timedelta(minutes=5), "429")
    assert asking.get("/readyz").status_code == 200


def test_that_no_worker_lives_is_told_when_something_is_late(world: World) -> None:
    """So a worker that starts anew takes no page off."""
    watching = Watching(world.store, workers=lambda: 0)
    with (
        Served(Operations(Router([]), watching)) as served,
        loopback.client(served.url) as client,
    ):
        assert client.get("/readyz").status_code == 200
        world.begin(10)
        assert client.get("/readyz").status_code == 200
        world.clock.move(timedelta(minutes=3))
        world.tick()
        told = client.get("/readyz")
    assert (told.status_code, told.text) == (
        503,
        "no worker lives; start one: newsletter worker\n",
    )


def test_a_database_that_does_not_answer(world: World, asking: httpx.Client) -> None:
    """Healthy still, and not ready."""
    with world.store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE tick RENAME TO elsewhere")
    assert asking.get("/healthz").status_code == 200
    answer = asking.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "the database does not answer\n")


def test_figures_follow_the_ledger(world: World, asking: httpx.Client) -> None:
    """Depth, answers, the uncertain, and the age of the last look."""
    world.begin(2_500)
    before = figures(asking)
    assert before["newsletter_dispatches", "sending"] == 1
    assert before["newsletter_batches", "ready"] == 3
    assert before["newsletter_unknown_deliveries", ""] == 0
    assert before["newsletter_workers", ""] == 3
    world.transport.script.append(ambiguous)
    world.run()
    world.clock.move(timedelta(seconds=30))
    after = figures(asking)
    assert after["newsletter_calls_total", "ambiguous"] == 1
    assert after["newsletter_readers_total", "accepted"] == 1_500
    assert after["newsletter_unknown_deliveries", ""] == 1_000
    assert after["newsletter_last_tick_age_seconds", ""] >= 30


def test_figures_are_for_those_with_the_token(world: World, asking: httpx.Client) -> None:
    """Without it, with another, and where none is set: nothing."""
    assert asking.get("/metrics").status_code == 401
    wrong = {"Authorization": "Bearer something-else"}
    assert asking.get("/metrics", headers=wrong).status_code == 401
    with (
        Served(Operations(Router([]), Watching(world.store))) as served,
        loopback.client(served.url) as client,
    ):
        assert client.get("/metrics").status_code == 404
