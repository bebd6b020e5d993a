"""What is usual is said with care: never of nothing, never more precisely than is known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsletter.feedback.report import report_of
from newsletter.feedback.usual import Share, beside_usual, percent
from newsletter.model.ledger import Feedback
from newsletter.store import Store
from tests.made_up import NINE, Kind, MadeUp

USUAL = "that is usual for you"


@pytest.mark.parametrize(
    ("value", "whole", "told"),
    [
        (0.5, 4, "50 %"),
        (0.123, 999, "12 %"),
        (0.123, 1_000, "12.3 %"),
        (0.0012, 1_000, "0.1 %"),
        (0.0012, 20_000, "0.12 %"),
        (0.001, 500, "less than 1 %"),
        (0.0, 20_000, "0 %"),
    ],
)
def test_no_false_precision(value: float, whole: int, told: str) -> None:
    """Few readers give whole percents; something is never told as nothing."""
    assert percent(value, whole) == told


@pytest.mark.parametrize(
    ("share", "earlier", "told"),
    [
        (Share(5, 10), [], ""),
        (Share(5, 10), [Share(5, 10), Share(5, 10), None], ""),
        (Share(0, 0), [Share(5, 10)] * 3, ""),
        (Share(500, 1_000), [Share(490, 1_000)] * 3, USUAL),
        (Share(300, 1_000), [Share(490, 1_000)] * 3, "less than usual (49.0 %)"),
        (Share(700, 1_000), [Share(490, 1_000)] * 3, "more than usual (49.0 %)"),
        (Share(7, 10), [Share(490, 1_000)] * 3, USUAL),
        (Share(1, 1_000), [Share(0, 1_000)] * 6, USUAL),
        (Share(9, 1_000), [Share(0, 1_000)] * 6, "more than usual (0 %)"),
        (Share(300, 1_000), [Share(n, 1_000) for n in (280, 500, 700)], USUAL),
    ],
)
def test_what_chance_may_do_is_usual(share: Share, earlier: list[Share | None], told: str) -> None:
    """Few readers differ by chance; what was seen before is usual, and two issues are none."""
    assert beside_usual(share, earlier) == told


def test_earlier_issues_are_seen_at_the_same_age(store: Store) -> None:
    """A day after sending, opens of a month do not make an issue look worse than it is."""
    made_up = MadeUp(store)
    numbers = range(1, 9)
    for number in numbers:
        begun = NINE + timedelta(days=7 * number)
        kinds = [Kind(400, feedback=Feedback.DELIVERED)]
        made_up.issue(number, kinds, base=1_000 * number, start=begun)
        for who in range(40):
            made_up.opened(number, 1_000 * number + who, 60 * who)
        for who in range(40, 200 if number < 8 else 40):
            made_up.opened(number, 1_000 * number + who, 86_400 * 5)
    with store.read() as connection:
        young = report_of(connection, 8, NINE + timedelta(days=57))
        old = report_of(connection, 8, NINE + timedelta(days=90))
    assert young.sentences[0] == "400 of 400 readers got it; that is usual for you."
    assert young.sentences[2] == "40 readers opened it (10 %); that is usual for you."
    assert old.sentences[2] == "40 readers opened it (10 %); less than usual (50 %)."
