"""How many test mails a person sends."""

from __future__ import annotations

import pytest

from newsletter.errors import TooManyRequests
from newsletter.reviewing.trying import MOST_TESTS, take_test
from tests.unit.reviewing.review import Review

ANN, BO = 1, 2


def test_a_form_counts_once(review: Review) -> None:
    """For whoever sent it; a form without a name is told from no other."""
    assert take_test(review.room, ANN, "a1")
    assert not take_test(review.room, ANN, "a1")
    assert take_test(review.room, ANN, "a2")
    assert take_test(review.room, BO, "a1")
    assert take_test(review.room, ANN, "")
    assert take_test(review.room, ANN, "")


def test_ten_minutes_hold_ten_tests(review: Review) -> None:
    """A second click uses none up, and the one that was refused may be sent later."""
    for form in range(MOST_TESTS):
        assert take_test(review.room, ANN, str(form))
    assert not take_test(review.room, ANN, "0")
    review.wait(minutes=4)
    with pytest.raises(TooManyRequests, match="The next can go in 6 minutes") as refused:
        take_test(review.room, ANN, "more")
    assert refused.value.retry_after == 360
    assert take_test(review.room, BO, "more")
    review.wait(minutes=6)
    assert take_test(review.room, ANN, "more")
