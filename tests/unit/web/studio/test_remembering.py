"""What was counted is not counted again for a while."""

from __future__ import annotations

from datetime import timedelta

from newsletter.web.studio.remembering import LONGER, MOST, Remembered
from tests.peers_ledger import SettableClock


def test_a_value_is_good_for_a_while() -> None:
    """For longer when it took longer to make; each key has its own."""
    clock, made = SettableClock(), []
    kept: Remembered[int] = Remembered(clock, 30)

    def make(lasting: float = 0.0) -> int:
        made.append(lasting)
        clock.move(timedelta(seconds=lasting))
        return len(made)

    assert [kept.get("a", make), kept.get("a", make), kept.get("b", make)] == [1, 1, 2]
    clock.move(timedelta(seconds=31))
    assert kept.get("a", lambda: make(10.0)) == 3
    clock.move(timedelta(seconds=29 + 10 * LONGER))
    assert kept.get("a", make) == 3
    clock.move(timedelta(seconds=2))
    assert kept.get("a", make) == 4


def test_only_so_many_are_kept() -> None:
    """The oldest go."""
    kept: Remembered[int] = Remembered(SettableClock(), 30)
    for key in range(MOST + 1):
        kept.get(key, lambda: 1)
    assert kept.get(MOST, lambda: 2) == 1
    assert kept.get(0, lambda: 2) == 2
