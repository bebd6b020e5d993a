"""Every Engine: rung batches are sent, ringing twice is harmless, closing is graceful."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from threading import Event, Lock

import pytest
from structlog.testing import capture_logs

from newsletter.engines import InlineEngine
from newsletter.engines.inline import NO_WORKS
from newsletter.model.ports import Work

SOON = 10.0  # seconds; an upper bound, not a wait
Making = Callable[..., InlineEngine]


@pytest.fixture
def make_engine() -> Iterator[Making]:
    """Makes engines and closes them all."""
    made: list[InlineEngine] = []

    def make(
        send: Callable[[int], None],
        threads: int = 4,
        works: Mapping[Work, Callable[[], None]] = NO_WORKS,
    ) -> InlineEngine:
        made.append(InlineEngine(send, works, threads=threads))
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


def test_a_work_is_done_when_it_is_asked_for(make_engine: Making) -> None:
    """Each kind by what was given for it; one that nobody gave is nothing."""
    done: list[str] = []
    works = {
        Work.SYSTEM_MAILS: lambda: done.append("mails"),
        Work.EVENTS: lambda: done.append("events"),
    }
    engine = make_engine(lambda batch: None, works=works)
    engine.call(Work.EVENTS)
    engine.call(Work.RECONCILE)
    assert engine.wait_idle(SOON)
    assert done == ["events"]


def test_of_a_work_one_is_under_way_and_one_waits(make_engine: Making) -> None:
    """However often it is asked for: what came in meanwhile is seen by the second."""
    begun, go = Event(), Event()
    done: list[int] = []

    def work() -> None:
        begun.set()
        assert go.wait(SOON)
        done.append(1)

    engine = make_engine(lambda batch: None, works={Work.EVENTS: work})
    engine.call(Work.EVENTS)
    assert begun.wait(SOON)
    for _ in range(5):
        engine.call(Work.EVENTS)
    go.set()
    assert engine.wait_idle(SOON)
    assert len(done) == 2


def test_batches_and_works_take_no_places_from_each_other(make_engine: Making) -> None:
    """Work goes on while every thread for batches is on the wire, and the other way round."""
    go, mailed, sent = Event(), Event(), Event()

    def long() -> None:
        assert go.wait(SOON)

    def send(batch: int) -> None:
        if batch:
            assert go.wait(SOON)
        sent.set()

    works = {Work.EVENTS: long, Work.SYSTEM_MAILS: mailed.set}
    engine = make_engine(send, threads=1, works=works)
    engine.call(Work.EVENTS)
    engine.ring([0])
    assert sent.wait(SOON)
    engine.ring([1])
    engine.call(Work.SYSTEM_MAILS)
    assert mailed.wait(SOON)
    go.set()


def test_a_work_that_raises_can_be_asked_for_again(make_engine: Making) -> None:
    """It is logged, and its thread lives on."""
    tries: list[int] = []

    def work() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("disk full")

    with capture_logs() as logs:
        engine = make_engine(lambda batch: None, works={Work.EVENTS: work})
        for _ in range(2):
            engine.call(Work.EVENTS)
            assert engine.wait_idle(SOON)
    assert len(tries) == 2
    assert [each["work"] for each in logs] == [Work.EVENTS]
