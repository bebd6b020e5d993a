"""Signals become a mark."""

from __future__ import annotations

import signal

import pytest

from newsletter.cli.stopping import Stopping


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_only_sets_a_mark(number: signal.Signals) -> None:
    """Nothing is interrupted; whoever asks learns which signal came."""
    with Stopping() as stop:
        assert not stop()
        signal.raise_signal(number)
        assert stop()
        assert stop.asked == number
        stop.wait()


def test_a_second_ctrl_c_interrupts() -> None:
    """Who will not wait for what is on the wire need not."""
    with Stopping() as stop:
        signal.raise_signal(signal.SIGTERM)
        assert stop()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_handlers_come_back() -> None:
    """Outside of the block signals mean what they meant before."""
    before = signal.getsignal(signal.SIGTERM)
    with Stopping():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def test_waiting_ends_with_what_is_waited_for() -> None:
    """`wait` returns when what it watches is no more."""
    answers = iter([True, True, False])
    with Stopping() as stop:
        stop.wait(lambda: next(answers))
    assert not stop.asked
