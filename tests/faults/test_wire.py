"""The connection of one worker to PostgreSQL is cut, or falls silent, and comes back."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from threading import Event

import pytest
from sqlalchemy import func, select

from newsletter.model.ledger import DeliveryOutcome
from newsletter.sandbox import RunningSandbox
from newsletter.store import Store, open_store
from newsletter.store.tables import attempt
from tests.databases import FINGERPRINT
from tests.faults.processes import Sender, Senders, senders, wait_until
from tests.faults.promises import no_answer_is_lost, require_promises, set_faults
from tests.faults.staging import prepare_issue
from tests.faults.wire import Wire, wire_to

pytestmark = pytest.mark.postgres
_O = DeliveryOutcome
_WAYS = {"cut": (Wire.cut, Wire.mend), "silent": (Wire.fall_silent, Wire.speak)}


@pytest.fixture(params=["postgresql"])
def database_url(database_url: str) -> str:
    """SQLite has no workers."""
    return database_url


@pytest.fixture
def wire(database_url: str) -> Iterator[Wire]:
    """Between one worker and the database."""
    with wire_to(database_url) as made:
        yield made


@pytest.fixture
def far(wire: Wire, sandbox: RunningSandbox) -> Iterator[Senders]:
    """Starts senders at the far end of the wire."""
    with senders(wire.url, sandbox.url) as made:
        yield made


def attempts_of(store: Store, sender: Sender) -> int:
    """How many attempts a process has begun."""
    with store.read() as connection:
        mine = attempt.c.owner.contains(f"|{sender.process.pid}|")
        return connection.execute(select(func.count()).where(mine)).scalar_one()


def late_answers(store: Store) -> int:
    """Answers that came when the lease had ended."""
    with store.read() as connection:
        late = select(func.count()).where(attempt.c.late, attempt.c.answered_at.is_not(None))
        return connection.execute(late).scalar_one()


@pytest.mark.parametrize(
    ("way", "seconds", "lease"),
    [
        pytest.param("cut", 3.0, 30.0, id="cut-short"),
        pytest.param("silent", 3.0, 30.0, id="silent-short", marks=pytest.mark.long),
        pytest.param("cut", 30.0, 6.0, id="cut-long", marks=pytest.mark.long),
        pytest.param("silent", 30.0, 6.0, id="silent-long", marks=pytest.mark.long),
    ],
)
def test_the_wire_of_one_worker(
    now_store: Store,
    sandbox: RunningSandbox,
    sending: Senders,
    far: Senders,
    wire: Wire,
    way: str,
    seconds: float,
    lease: float,
) -> None:
    """It lives on and does the rest alone; its late answers land; nobody twice, nobody lost."""
    fails, heals = _WAYS[way]
    emails = prepare_issue(now_store, 200 + int(150 * seconds))
    set_faults(sandbox, "slow:1:0.1")
    lone = far.start_worker(threads=2, lease=lease)
    near = sending.start_worker(threads=1, lease=lease)
    ringing = sending.start(queue=True, lease=lease)
    wait_until(lambda: attempts_of(now_store, lone) >= 4)

    assert fails(wire)
    Event().wait(seconds)
    near.signal(signal.SIGTERM)
    near.process.join(30)
    begun = attempts_of(now_store, lone)
    heals(wire)
    set_faults(sandbox)

    assert ringing.result()["state"] == "sent"
    assert lone.process.is_alive()
    assert attempts_of(now_store, lone) > begun
    wait_until(lambda: no_answer_is_lost(require_promises(now_store, sandbox, emails)))
    ending = require_promises(now_store, sandbox, emails)
    assert ending.count(_O.ACCEPTED) + ending.count(_O.UNKNOWN) == len(emails)
    assert ending.count(_O.UNKNOWN) <= 2 * 10  # a beginning whose commit nobody heard of
    assert late_answers(now_store) or seconds < lease


def test_a_silent_connection_is_given_up(wire: Wire) -> None:
    """Both ends ask a silent peer after seconds, not hours: the system is told so."""
    store = open_store(wire.url, secret_fingerprint=FINGERPRINT)
    with store.read() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        with socket.socket(fileno=socket.dup(driver.fileno())) as end:
            options = [
                end.getsockopt(socket.IPPROTO_TCP, option)
                for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
            ]
            assert options == [10, 5, 3]
            assert end.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 25_000
    store.close()
