"""What goes wrong on purpose: how it is written, and how it is drawn."""

from __future__ import annotations

import pytest

from newsletter.errors import UsageError
from newsletter.sandbox import Fault, FaultKind, parse_fault
from newsletter.sandbox.faults import FaultPlan, read_fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("reset_after_accept:0.02", Fault(FaultKind.RESET_AFTER_ACCEPT, 0.02)),
        ("429:0.05", Fault(FaultKind.TOO_MANY, 0.05, 1.0)),
        ("slow:0.1:2.5", Fault(FaultKind.SLOW, 0.1, 2.5)),
        ("OUTAGE", Fault(FaultKind.OUTAGE, 1.0, 5.0)),
    ],
)
def test_a_fault_is_read(text: str, fault: Fault) -> None:
    """A fault is KIND:RATE or KIND:RATE:SECONDS, and is written the same way again."""
    assert parse_fault(text) == fault
    assert parse_fault(str(fault)) == fault


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("reset_after_acept:0.02", 'Did you mean "reset_after_accept"?'),
        ("429:often", '"often" in the fault 429:often is not a number'),
        ("429:2", "The rate of fault 429 is 2; it goes from 0 to 1."),
        ("429:nan", "it goes from 0 to 1"),
        ("slow:1:-1", "it may last from 0 to 3600"),
        ("500:0.1:3", "takes no seconds"),
        ("slow:1:1:1", "too many parts"),
        ("", "There is no fault"),
    ],
)
def test_a_wrong_fault_is_explained(text: str, says: str) -> None:
    """A fault that makes no sense is refused with what is wrong and the nearest right name."""
    with pytest.raises(UsageError) as refused:
        parse_fault(text)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    "value", [7, {}, {"fault": "429", "rates": 1}, {"fault": "429", "rate": True}]
)
def test_a_wrong_fault_in_the_api_is_explained(value: object) -> None:
    """The API's form of a fault has no unknown keys and no values of another type."""
    with pytest.raises(UsageError):
        read_fault(value)


def test_rates_add_up_to_one_at_most() -> None:
    """Faults that would fall on more than all requests are refused."""
    with pytest.raises(UsageError, match=r"add up to 1\.2"):
        FaultPlan([parse_fault("429:0.6"), parse_fault("500:0.6")])


def test_a_rate_is_kept() -> None:
    """A fault falls on its share of the requests."""
    plan = FaultPlan([parse_fault("429:0.1"), parse_fault("reset_before:0.3")], seed=4)
    for _ in range(10_000):
        plan.next()
    assert 900 < plan.drawn["429"] < 1_100
    assert 2_800 < plan.drawn["reset_before"] < 3_200


def test_a_seed_repeats_itself() -> None:
    """The same seed lets the same requests fail."""
    runs = [FaultPlan([parse_fault("500:0.5")], seed=7) for _ in range(2)]
    first, second = ([plan.next() for _ in range(50)] for plan in runs)
    assert first == second
    assert len(set(first)) == 2


def test_a_script_goes_first() -> None:
    """Scripted answers come before chance, in their order, and once."""
    plan = FaultPlan([parse_fault("500:1")])
    plan.script([parse_fault("429"), parse_fault("none")])
    assert [plan.next().kind.value for _ in range(3)] == ["429", "none", "500"]
