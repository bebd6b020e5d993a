"""Several workers on one PostgreSQL database: killed, frozen, cut off from it."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event

import psycopg
import pytest

from newsletter.model.ledger import DeliveryOutcome
from newsletter.sandbox import RunningSandbox
from newsletter.store import Store, open_store
from newsletter.store.connecting import conninfo
from tests.databases import FINGERPRINT, Postgres, start_server
from tests.faults.processes import Sender, Senders, senders, wait_until
from tests.faults.promises import no_answer_is_lost, require_promises, set_faults
from tests.faults.staging import prepare_issue

pytestmark = pytest.mark.postgres
_O = DeliveryOutcome


@pytest.fixture
def database_url(postgres: Postgres, tmp_path: Path) -> Iterator[str]:
    """A migrated PostgreSQL database: SQLite has no workers."""
    name = f"workers_{tmp_path.name[-20:].replace('-', '_')}_{random.randrange(10**6)}"
    postgres.run(f'CREATE DATABASE "{name}" TEMPLATE newsletter_template')
    yield postgres.url(name)
    postgres.run(f'DROP DATABASE "{name}" WITH (FORCE)')


def cut_off(database: str) -> int:
    """End every connection to a database but this one, as a network that fails does."""
    with psycopg.connect(conninfo(database), autocommit=True) as connection:
        rows = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return len(rows.fetchall())


def until_sent(sandbox: RunningSandbox, readers: int) -> Callable[[], bool]:
    """Whether the other side has had that many."""
    return lambda: sandbox.stats()["recipients"] >= readers


@pytest.mark.parametrize(
    "kills",
    [pytest.param(4, id="short"), pytest.param(40, id="long", marks=pytest.mark.long)],
)
def test_workers_killed_at_random(
    now_store: Store, sandbox: RunningSandbox, sending: Senders, kills: int
) -> None:
    """Two at a time, one of them killed and replaced again and again: nobody twice or lost."""
    chance = random.Random(kills)
    emails = prepare_issue(now_store, 250 * kills)
    set_faults(sandbox, "slow:1:0.1")
    ringing = sending.start(queue=True)
    steady = sending.start_worker(threads=2)
    for _ in range(kills):
        victim = sending.start_worker(threads=2)
        victim.wait_ready()
        Event().wait(chance.uniform(0, 1.0))
        victim.kill()
    set_faults(sandbox)

    assert ringing.result()["state"] == "sent"

    steady.signal(signal.SIGTERM)
    ending = require_promises(now_store, sandbox, emails)
    assert ending.count(_O.UNKNOWN) <= kills * 2 * 10  # two slots, ten readers each
    assert ending.count(_O.ACCEPTED) + ending.count(_O.UNKNOWN) == len(emails)


def test_a_worker_frozen_past_its_lease(
    now_store: Store, sandbox: RunningSandbox, sending: Senders
) -> None:
    """Woken up again just before the socket, it sends nothing; everybody else is served."""
    emails = prepare_issue(now_store, 200)
    frozen = sending.start_worker(stop="before_socket", threads=1, lease=6.0)
    ringing = sending.start(queue=True, lease=6.0)
    wait_until(frozen.is_stopped)
    sending.start_worker(threads=2, lease=6.0)
    wait_until(until_sent(sandbox, 190))
    assert ringing.result()["state"] == "sent"

    frozen.signal(signal.SIGCONT)
    frozen.signal(signal.SIGTERM)
    frozen.process.join(30)

    ending = require_promises(now_store, sandbox, emails)
    assert ending.count(_O.ACCEPTED) == 190
    assert ending.count(_O.UNKNOWN) + ending.count(_O.EXCLUDED) == 10


@pytest.mark.long
def test_a_worker_frozen_on_the_wire(
    now_store: Store, sandbox: RunningSandbox, sending: Senders
) -> None:
    """Its answer comes after its lease has ended, and still lands on its attempt."""
    emails = prepare_issue(now_store, 200)
    frozen = sending.start_worker(stop="after_answer", threads=1, lease=6.0)
    ringing = sending.start(queue=True, lease=6.0)
    wait_until(frozen.is_stopped)
    sending.start_worker(threads=2, lease=6.0)
    assert ringing.result()["state"] == "sent"
    assert require_promises(now_store, sandbox, emails).count(_O.UNKNOWN) == 10

    frozen.signal(signal.SIGCONT)

    wait_until(
        lambda: require_promises(now_store, sandbox, emails).count(_O.ACCEPTED) == len(emails)
    )


@pytest.mark.long
def test_a_scheduler_frozen_while_it_writes(
    now_store: Store, sandbox: RunningSandbox, sending: Senders
) -> None:
    """The server takes back the rows it holds, so that another goes on; it does no harm later."""
    emails = prepare_issue(now_store, 100)
    assert sending.start(crash="after_sending", threads=1).was_killed()
    frozen = sending.start(queue=True, stop="sweeping")
    wait_until(frozen.is_stopped)

    assert sending.run(threads=1)["state"] == "sent"

    ending = require_promises(now_store, sandbox, emails)
    assert (ending.count(_O.ACCEPTED), ending.count(_O.UNKNOWN)) == (90, 10)
    frozen.signal(signal.SIGCONT)
    assert frozen.result()["state"] == "sent"
    assert require_promises(now_store, sandbox, emails) == ending


@pytest.mark.long
def test_cut_off_from_the_database(
    now_store: Store, sandbox: RunningSandbox, sending: Senders
) -> None:
    """Every connection ends, several times, while both send: all live on, no answer is lost."""
    emails = prepare_issue(now_store, 1_000)
    set_faults(sandbox, "slow:1:0.1")
    database = now_store.engine.url.render_as_string(hide_password=False)
    workers = [sending.start_worker(threads=2, lease=6.0) for _ in range(2)]
    ringing = sending.start(queue=True, lease=6.0)
    for share in (200, 400, 600):
        wait_until(until_sent(sandbox, share))
        assert cut_off(database) > 0
    set_faults(sandbox)

    assert ringing.result()["state"] == "sent"
    require_all_of_it(database, sandbox, emails, workers)


@pytest.mark.long
def test_the_server_restarts(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """PostgreSQL itself goes away in the middle and comes back: the rest goes out after it."""
    server = start_server(tmp_path / "pg")
    try:
        database = server.get_uri()
        store = open_store(database, secret_fingerprint=FINGERPRINT)
        emails = prepare_issue(store, 600)
        store.close()
        set_faults(sandbox, "slow:1:0.1")
        with senders(database, sandbox.url) as sending:
            workers = [sending.start_worker(threads=2, lease=6.0) for _ in range(2)]
            ringing = sending.start(queue=True, lease=6.0)
            wait_until(until_sent(sandbox, 150))
            server.stop()
            server.start()
            set_faults(sandbox)
            assert ringing.result()["state"] == "sent"
            require_all_of_it(database, sandbox, emails, workers)
    finally:
        server.cleanup()


def require_all_of_it(
    database: str, sandbox: RunningSandbox, emails: Sequence[str], workers: Sequence[Sender]
) -> None:
    """The promises; each worker lives; each answer landed on its attempt, however late.

    Unknown is at most what each slot had begun when its commit was not heard of, a time.
    """
    assert all(worker.process.is_alive() for worker in workers)
    store = open_store(database, secret_fingerprint=FINGERPRINT)
    try:
        wait_until(lambda: no_answer_is_lost(require_promises(store, sandbox, emails)))
        ending = require_promises(store, sandbox, emails)
    finally:
        store.close()
    assert ending.count(_O.ACCEPTED) + ending.count(_O.UNKNOWN) == len(emails)
    assert ending.count(_O.UNKNOWN) <= 3 * len(workers) * 2 * 10
