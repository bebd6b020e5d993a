"""The transition tables: what may follow what."""

from __future__ import annotations

from enum import StrEnum

import pytest
from sqlalchemy.dialects import sqlite

from newsletter.errors import IllegalStep
from newsletter.model.ledger import (
    BATCH_STEPS,
    DELIVERY_STEPS,
    DISPATCH_STEPS,
    HOLDING,
    WAVE_STEPS,
    BatchState,
    DeliveryOutcome,
    DispatchState,
    Feedback,
    Steps,
    WaveState,
    require_step,
)
from newsletter.store.tables.deliveries import FEEDBACK_CODES, OUTCOME_CODES
from newsletter.store.writing import batch_step, delivery_step

TABLES = [
    (DISPATCH_STEPS, DispatchState),
    (WAVE_STEPS, WaveState),
    (BATCH_STEPS, BatchState),
    (DELIVERY_STEPS, DeliveryOutcome),
]


@pytest.mark.parametrize(("table", "words"), TABLES)
def test_every_pair_is_either_allowed_or_raises(
    table: Steps[StrEnum], words: type[StrEnum]
) -> None:
    """A step that is not in the table raises, and says what may come instead."""
    allowed = {(step.source, step.target) for step in table}
    for source in words:
        for target in words:
            if (source, target) in allowed:
                require_step(table, source, target)
            else:
                with pytest.raises(IllegalStep, match=f"from {source} to {target}"):
                    require_step(table, source, target)


@pytest.mark.parametrize(("table", "words"), TABLES)
def test_no_step_stands_twice_and_every_state_is_reached(
    table: Steps[StrEnum], words: type[StrEnum]
) -> None:
    """Each state but the first can be reached, and each step is said once."""
    pairs = [(step.source, step.target) for step in table]
    assert len(pairs) == len(set(pairs))
    assert {target for _, target in pairs} >= set(words) - {next(iter(words))}


@pytest.mark.parametrize(
    ("table", "dead_ends"),
    [
        (DISPATCH_STEPS, {"cancelled"}),
        (WAVE_STEPS, {"cancelled"}),
        (BATCH_STEPS, {"accepted", "rejected", "split", "cancelled"}),
        (DELIVERY_STEPS, {"accepted", "rejected", "excluded"}),
    ],
)
def test_nothing_leads_out_of_an_end(table: Steps[StrEnum], dead_ends: set[str]) -> None:
    """What was accepted, rejected or excluded stays so; what was cancelled too."""
    sources = {step.source.value for step in table}
    targets = {step.target.value for step in table}
    assert targets - sources == dead_ends


def test_nobody_is_mailed_again_from_a_holding_outcome_by_itself() -> None:
    """From unknown back to queued leads one step only, and a person takes it."""
    again = [step for step in DELIVERY_STEPS if step.target == DeliveryOutcome.QUEUED]
    assert {step.source.value: step.note for step in again} == {
        "sending": "nothing left us",
        "unknown": "a person's send-again",
    }
    assert DeliveryOutcome.UNKNOWN in HOLDING


def test_an_update_names_the_states_it_may_leave() -> None:
    """Set-based updates carry the table's from-states in their WHERE."""
    sql = str(
        batch_step(BatchState.READY).compile(
            dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
        )
    )
    assert "batch.state IN ('claimed', 'sending')" in sql


def test_an_update_for_a_step_that_is_not_there_can_not_be_written() -> None:
    """Asking for a step from a state that does not allow it raises before any SQL."""
    with pytest.raises(IllegalStep):
        delivery_step(DeliveryOutcome.SENDING, DeliveryOutcome.UNKNOWN)


@pytest.mark.parametrize(
    ("codes", "words"), [(OUTCOME_CODES, DeliveryOutcome), (FEEDBACK_CODES, Feedback)]
)
def test_every_word_has_a_number_of_its_own(
    codes: tuple[tuple[StrEnum, int], ...], words: type[StrEnum]
) -> None:
    """Numbers are part of the database: complete, unique, one byte, never 0 or 1."""
    assert {word for word, _ in codes} == set(words)
    numbers = [number for _, number in codes]
    assert len(set(numbers)) == len(numbers)
    assert all(2 <= number < 128 for number in numbers)


def test_the_holding_outcomes_are_the_numbers_the_check_names() -> None:
    """The table's CHECK says 2 to 5; those are the outcomes that hold a reader."""
    assert {word for word, number in OUTCOME_CODES if 2 <= number <= 5} == set(HOLDING)
