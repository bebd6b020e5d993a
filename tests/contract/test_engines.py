"""Every Engine: rung batches are sent, ringing twice is harmless, closing is graceful."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event, Lock

import pytest
from structlog.testing import capture_logs

from newsletter.engines import InlineEngine

SOON = 10.0  # seconds; an upper bound, not a wait
Making = Callable[..., InlineEngine]


@pytest.fixture
def make_engine() -> Iterator[Making]:
    """Makes engines and closes them all."""
    made: list[InlineEngine] = []

    def make(send: Callable[[int], None], threads: int = 4) -> InlineEngine:
        made.append(InlineEngine(send, threads=threads))
        return made[-1]

    yield make
    for each in made:
        each.close(SOON)


def test_all_rung_batches_are_sent(make_engine: Making) -> None:
    """Each once, in no promised order."""
    sent: list[int] = []
    engine = make_engine(sent.append)
    engine.ring(range(100))
    assert engine.wait_idle(SOON)
    assert sorted(sent) == list(range(100))


def test_ringing_for_what_waits_already_costs_nothing(make_engine: Making) -> None:
    """A batch that is queued is queued once; one that is on the wire may be rung again."""
    sent: list[int] = []
    go = Event()

    def send(batch: int) -> None:
        assert go.wait(SOON)
        sent.append(batch)

    engine = make_engine(send, threads=1)
    engine.ring([1])
    for _ in range(5):
        engine.ring([2, 3])
    go.set()
    assert engine.wait_idle(SOON)
    assert sorted(sent) == [1, 2, 3]


def test_never_more_at_once_than_it_has_threads(make_engine: Making) -> None:
    """The bound holds however many are rung."""
    lock, busy, most = Lock(), [0], [0]

    def send(batch: int) -> None:
        with lock:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
        with lock:
            busy[0] -= 1

    engine = make_engine(send, threads=3)
    engine.ring(range(300))
    assert engine.wait_idle(SOON)
    assert 1 <= most[0] <= 3


def test_a_batch_that_raises_does_not_stop_the_others(make_engine: Making) -> None:
    """It is logged; the ledger's lease deals with what it left behind."""
    sent: list[int] = []

    def send(batch: int) -> None:
        if batch == 2:
            raise OSError("disk full")
        sent.append(batch)

    with capture_logs() as logs:
        engine = make_engine(send, threads=1)
        engine.ring([1, 2, 3])
        assert engine.wait_idle(SOON)
    assert sent == [1, 3]
    assert [(each["batch"], each["log_level"]) for each in logs] == [(2, "error")]


def test_closing_finishes_the_wire_and_forgets_the_rest(make_engine: Making) -> None:
    """What is being sent ends; what waits is left to the next process; later rings are nothing."""
    sent: list[int] = []
    begun, go = Event(), Event()

    def send(batch: int) -> None:
        begun.set()
        assert go.wait(SOON)
        sent.append(batch)

    engine = make_engine(send, threads=1)
    engine.ring([1, 2, 3])
    assert begun.wait(SOON)
    engine.close(0)
    go.set()
    engine.close(SOON)
    engine.ring([4])
    assert engine.wait_idle(SOON)
    assert sent == [1]
