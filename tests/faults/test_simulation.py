"""Any history, however bad: the promises hold, and one number tells it again.

The manner of FoundationDB and TigerBeetle, small: real ledger code and a real SQLite database;
clock, provider, engine and fate are simulated. A failure names its seed and the history; the
same seed makes the same history:

    SEED=4711 python -m pytest tests/faults/test_simulation.py -k seed

The long form tells a thousand histories (half an hour on one core); a night tells more:

    HISTORIES=20000 python -m pytest -n 8 tests/faults/test_simulation.py
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.faults.simulated.judging import bring_to_rest, require_promises
from tests.faults.simulated.pristine import pristine_world
from tests.faults.simulated.shaky import Disk
from tests.faults.simulated.world import ACTIONS, Pristine, Simulation

ACTS = 60  # a history
HISTORIES = 5  # in the short form
MANY = int(os.environ.get("HISTORIES", "1000"))  # in the long one
BLOCK = 100

Beginning = tuple[Disk, Pristine]


@pytest.fixture(scope="module")
def beginning() -> Iterator[Beginning]:
    """The database every history begins with."""
    with pristine_world() as made:
        yield made


def live(beginning: Beginning, seed: int) -> Simulation:
    """One whole history, judged after every act and at its end."""
    world = Simulation(*beginning, seed)
    world.act("schedule")
    try:
        for _ in range(ACTS):
            world.act_any()
            if world.fate.happens(0.02):
                world.cut_power()
            require_promises(world)
        bring_to_rest(world)
    except Exception as problem:
        history = "\n".join(world.told)
        raise AssertionError(
            f"{history}\n{problem}\nAgain: SEED={seed} "
            "python -m pytest tests/faults/test_simulation.py -k seed"
        ) from problem
    return world


def test_histories_from_a_seed_keep_every_promise(beginning: Beginning) -> None:
    """After any history the sums are right, no forbidden step was taken, nobody got it twice."""
    asked = os.environ.get("SEED")
    for seed in [int(asked)] if asked else range(HISTORIES):
        live(beginning, seed)


def test_a_seed_tells_the_same_history_again(beginning: Beginning) -> None:
    """The same seed: the same acts, refusals and mails, in the same order."""
    first, second = live(beginning, 7), live(beginning, 7)

    assert first.told == second.told
    assert first.provider.taken == second.provider.taken


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 1_000 + MANY, BLOCK))
def test_many_more_histories(beginning: Beginning, start: int) -> None:
    """The same for many more seeds."""
    for seed in range(start, start + BLOCK):
        live(beginning, seed)


class Histories(RuleBasedStateMachine):
    """The same world, with hypothesis choosing the acts: it looks for the shortest bad history."""

    beginning: Beginning

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        """A new world; the seed decides what happens inside of an act."""
        self.world = Simulation(*self.beginning, seed)
        self.world.act("schedule")

    @rule(name=st.sampled_from(["tick", "send", "pass_time"]))
    def work(self, name: str) -> None:
        """What machines do."""
        self._act(name)

    @rule(name=st.sampled_from(ACTIONS))
    def anything(self, name: str) -> None:
        """What anyone does."""
        self._act(name)

    @rule()
    def cut_power(self) -> None:
        """All that was not durable is gone."""
        self.world.cut_power()
        require_promises(self.world)

    def teardown(self) -> None:
        """Everything comes to its end."""
        if hasattr(self, "world"):
            bring_to_rest(self.world)
            note("\n".join(self.world.told))

    def _act(self, name: str) -> None:
        self.world.act(name)
        require_promises(self.world)


@pytest.mark.parametrize(
    "examples",
    [pytest.param(6, id="short"), pytest.param(300, id="long", marks=pytest.mark.long)],
)
def test_no_history_that_hypothesis_finds_breaks_a_promise(
    beginning: Beginning, examples: int
) -> None:
    """The same promises, searched for the shortest history that would break them."""
    run_state_machine_as_test(
        type("Machine", (Histories,), {"beginning": beginning}),
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
