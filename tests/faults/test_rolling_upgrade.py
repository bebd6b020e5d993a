"""The database is expanded beneath programs that send, and a newer one sends beside them."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from newsletter.model.ledger import DeliveryOutcome
from newsletter.sandbox import RunningSandbox
from newsletter.store import Store
from newsletter.store.tables import attempt
from tests.faults.processes import Senders, wait_until
from tests.faults.promises import require_promises, set_faults
from tests.faults.staging import prepare_issue
from tests.next_version import FIRST, NextVersion, make_next_version

_O = DeliveryOutcome


@pytest.fixture
def expanding(tmp_path: Path) -> NextVersion:
    """A next version that adds to every table that sending touches."""
    return make_next_version(tmp_path, "expand")


@contextmanager
def alongside(
    version: NextVersion, what: str, database: str, sandbox: RunningSandbox, **orders: object
) -> Iterator[subprocess.Popen[bytes]]:
    """A sender of the next version, until the end of the block; SIGTERM ends a worker well."""
    told = json.dumps({"database": database, "sandbox": sandbox.url, **orders})
    process = version.start("-m", "tests.faults.alongside", what, told)
    try:
        yield process
        if what == "run_worker":
            process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()


def begun_by(store: Store, pid: int | None) -> int:
    """How many attempts that process has begun."""
    with store.read() as connection:
        mine = attempt.c.owner.contains(f"|{pid}|")
        return connection.execute(select(func.count()).where(mine)).scalar_one()


def is_sending(store: Store, pid: int | None) -> bool:
    """Whether that process is well under way."""
    return begun_by(store, pid) > 1


def revision(store: Store) -> str:
    """The database's."""
    with store.read() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    return str(found)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_machine(
    now_store: Store,
    database_url: str,
    sandbox: RunningSandbox,
    sending: Senders,
    expanding: NextVersion,
) -> None:
    """Old and new send from one file at once: nobody twice, nobody lost, nobody unknown."""
    emails = prepare_issue(now_store, 1_000)
    set_faults(sandbox, "slow:1:0.5")
    old = sending.start(threads=1)
    wait_until(partial(is_sending, now_store, old.process.pid))

    assert f"revision='{FIRST}'" in expanding.upgrade(database_url)
    with alongside(expanding, "run", database_url, sandbox, threads=1) as new:
        wait_until(partial(is_sending, now_store, new.pid))
        set_faults(sandbox)
        assert old.result()["state"] == "sent"

    assert revision(now_store) == FIRST
    assert require_promises(now_store, sandbox, emails).count(_O.ACCEPTED) == len(emails)


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_many_machines(
    now_store: Store,
    database_url: str,
    sandbox: RunningSandbox,
    sending: Senders,
    expanding: NextVersion,
) -> None:
    """Worker after worker is exchanged under way, and the old scheduler rings for both."""
    emails = prepare_issue(now_store, 1_500)
    set_faults(sandbox, "slow:1:0.5")
    old = [sending.start_worker(threads=1) for _ in range(2)]
    ringing = sending.start(queue=True)
    for each in old:
        wait_until(partial(is_sending, now_store, each.process.pid))

    assert f"revision='{FIRST}'" in expanding.upgrade(database_url)
    behind = begun_by(now_store, old[1].process.pid)
    old[0].signal(signal.SIGTERM)
    with alongside(expanding, "run_worker", database_url, sandbox, threads=1, queue=True) as new:
        wait_until(partial(is_sending, now_store, new.pid))
        wait_until(lambda: begun_by(now_store, old[1].process.pid) > behind)
        old[1].signal(signal.SIGTERM)
        for each in old:
            each.process.join(60)
            assert each.process.exitcode == 0
        set_faults(sandbox)
        assert ringing.result()["state"] == "sent"

    assert revision(now_store) == FIRST
    assert require_promises(now_store, sandbox, emails).count(_O.ACCEPTED) == len(emails)
