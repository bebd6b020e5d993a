"""The simulation: processes, one database, one provider, people, and time.

One thread runs it. Wherever the real thing could be interrupted (before and after every
transaction, while a call is on the wire, at every crash point) others may get a turn or the
process may end, as chance decides; so one number, the seed, tells the whole history.
"""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from newsletter.dispatching.desk import Desk
from newsletter.dispatching.rules import Rules
from newsletter.dispatching.sending import send_batch
from newsletter.dispatching.ticking import run_tick
from newsletter.errors import LedgerError, NotFound
from newsletter.model.ledger import Resolution
from newsletter.model.ports import Work
from tests.faults.simulated import people
from tests.faults.simulated.fate import Fate, Killed, Odds
from tests.faults.simulated.provider import MOODS, Line, Provider
from tests.faults.simulated.shaky import Disk, ShakyStore
from tests.peers_ledger import Links, SettableClock

RULES = Rules(chunk=5, most=4, probe=2, probes=3, unreachable=4)


@dataclass
class Registry:
    """Who lives, as the machine knows; of processes elsewhere nobody knows."""

    dead: set[str] = field(default_factory=set)
    elsewhere: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Seat:
    """One process's name in the registry: a Roster."""

    name: str
    registry: Registry

    def is_dead(self, name: str) -> bool:
        """Known to have ended."""
        return name in self.registry.dead and name not in self.registry.elsewhere

    def is_alive(self, name: str) -> bool:
        """Known to run."""
        return name not in self.registry.dead and name not in self.registry.elsewhere


class Doorbell:
    """An engine that loses, repeats and delays: all processes listen to one queue."""

    def __init__(self, fate: Fate) -> None:
        self.rung: list[int] = []
        self._fate = fate

    def ring(self, batches: Sequence[int], connection: Any = None) -> None:
        """Remember most of them, some twice."""
        for each in batches:
            times = self._fate.one_of([0, 1, 2], [1, 8, 1])
            self.rung += [each] * times

    def call(self, work: Work) -> None:
        """Other work than batches has no part in these histories."""

    def close(self, grace: float) -> None:
        """Nothing is held."""

    def answer(self) -> int:
        """One that rang, most often the oldest; now and then it keeps ringing."""
        if not self.rung or self._fate.happens(0.05):
            return self._fate.chance.randrange(1, 40)
        at = 0 if self._fate.happens(0.7) else self._fate.chance.randrange(len(self.rung))
        return self.rung[at] if self._fate.happens(0.1) else self.rung.pop(at)


@dataclass
class Process:
    """A process: its desk, and whether it has ended."""

    name: str
    store: ShakyStore
    desk: Desk
    ended: bool = False


class Simulation:
    """A history from a pristine database on."""

    def __init__(self, disk: Disk, pristine: Pristine, seed: int, odds: Odds | None = None) -> None:
        disk.load(pristine.content)
        self.fate = Fate(random.Random(seed), odds or Odds())
        self.fate.meanwhile = self._meanwhile
        self.clock = SettableClock()
        self.provider = Provider(self.fate, self.clock, on_taken=self._taken)
        self.doorbell = Doorbell(self.fate)
        self.registry = Registry()
        self.disk = disk
        self.site_id = pristine.site_id
        self.approvals = pristine.approvals
        self.emails = list(pristine.emails)
        self.broken: list[str] = []
        self.told: list[str] = []
        self.again: Counter[tuple[int, str]] = Counter()
        self.decided: set[int] = set()
        self._no_after: dict[str, int] = {}
        self._born = 0
        self.processes = [self._birth(), self._birth()]
        self.provider.mood = self.fate.one_of(MOODS, [1, 4, 0, 0])

    def act(self, name: str) -> None:
        """Let one process do one thing, whatever becomes of it."""
        process = self.fate.one_of(self.processes)
        self.told.append(f"{process.name}: {name}")
        try:
            _ACTIONS[name][0](self, process)
        except Killed:
            self.told.append(f"{process.name}: ended")
            self.bury(process)
        except OperationalError as problem:
            self.told.append(f"{process.name}: {problem.orig}")
        except (LedgerError, NotFound) as problem:
            self._require_expected(problem)

    def act_any(self) -> None:
        """Any action."""
        self.act(self.fate.one_of(list(_ACTIONS), [odds for _, odds in _ACTIONS.values()]))

    def bury(self, process: Process) -> None:
        """A process has ended; another takes its place."""
        if process.ended:
            return
        process.ended = True
        self.registry.dead.add(process.name)
        self.processes[self.processes.index(process)] = self._birth()

    def cut_power(self) -> None:
        """Every process ends, and what was not durable is gone."""
        self.told.append("power cut")
        self.disk.cut_power()
        for process in tuple(self.processes):
            self.bury(process)
        self.doorbell.rung.clear()

    def said_no(self, connection: Connection, email: str) -> None:
        """From the next attempt on this reader must not be mailed."""
        self._no_after[email] = people.newest_attempt(connection)

    def said_yes(self, email: str) -> None:
        """They may be mailed again."""
        self._no_after.pop(email, None)

    @contextmanager
    def noting(self, decision: Resolution, connection: Connection) -> Iterator[None]:
        """Remember whom a person decides on, unless it is refused; they may get it again then."""
        unknown = people.unknown(connection)
        yield
        for number, issue, email in unknown:
            self.decided.add(number)
            if decision is Resolution.SEND_AGAIN:
                self.again[issue, email] += 1

    def _birth(self) -> Process:
        self._born += 1
        name = f"host|{self._born}|1"
        if self.fate.happens(0.2):
            self.registry.elsewhere.add(name)
        process: Process

        def seam() -> None:
            self.fate.seam()
            if process.ended:
                raise Killed

        def crash_point(point: str) -> None:
            seam()
            self.fate.maybe_kill()

        store = ShakyStore(self.disk, self.clock, self.site_id, seam, self.fate)
        desk = Desk(
            store=store,
            transport=Line(self.provider, seam),
            clock=self.clock,
            addresses=Links(),
            roster=Seat(name, self.registry),
            rules=RULES,
            crash_point=crash_point,
        )
        process = Process(name, store, desk)
        return process

    def _meanwhile(self) -> None:
        self.told.append("meanwhile")
        self.act_any()

    def _taken(self, issue: int, email: str, attempt: int) -> None:
        """Hold what the provider took against the promises."""
        allowed = 1 + self.again[issue, email]
        if self.provider.taken[issue, email] > allowed:
            self.broken.append(f"{email} got issue {issue} more than {allowed} times")
        after = self._no_after.get(email)
        if after is None or attempt <= after:
            return
        with self.disk.engine.begin() as connection:
            if people.is_no(connection, email):
                self.broken.append(f"{email} said no and was mailed by attempt {attempt}")

    def _require_expected(self, problem: Exception) -> None:
        """A refusal is an answer; a step that no table has is a bug."""
        if type(problem) not in (LedgerError, NotFound):
            raise problem
        self.told.append(f"refused: {problem}")


@dataclass(frozen=True)
class Pristine:
    """A database with readers and approvals in which nothing has happened yet."""

    content: sqlite3.Connection
    site_id: str
    approvals: tuple[int, ...]
    emails: tuple[str, ...]


def _tick(world: Simulation, process: Process) -> None:
    ticked = run_tick(process.desk, world.doorbell)
    world.broken += ticked.problems


def _send(world: Simulation, process: Process) -> None:
    for _ in range(world.fate.one_of([1, 2, 5])):
        send_batch(process.desk, world.doorbell.answer())


def _pass_time(world: Simulation, process: Process) -> None:
    minutes = world.fate.one_of([0.2, 1, 5, 70, 7 * 60, 26 * 60], [6, 5, 4, 2, 0.5, 0.3])
    if minutes > 20:
        world.provider.catch_up()
    world.clock.move(timedelta(minutes=minutes))


def _step_clock(world: Simulation, process: Process) -> None:
    world.clock.step(timedelta(hours=world.fate.one_of([-1, 1])))


def _change_mood(world: Simulation, process: Process) -> None:
    world.provider.mood = world.fate.one_of(MOODS, [1, 5, 1, 0.5])


def _catch_up(world: Simulation, process: Process) -> None:
    world.provider.catch_up()


def _be_killed(world: Simulation, process: Process) -> None:
    raise Killed


def _lose_rings(world: Simulation, process: Process) -> None:
    world.doorbell.rung.clear()


_ACTIONS: Mapping[str, tuple[Callable[[Simulation, Process], None], float]] = {
    "tick": (_tick, 10),
    "send": (_send, 16),
    "pass_time": (_pass_time, 8),
    "step_clock": (_step_clock, 0.4),
    "change_mood": (_change_mood, 2),
    "catch_up": (_catch_up, 1),
    "be_killed": (_be_killed, 0.7),
    "lose_rings": (_lose_rings, 0.7),
    **people.ACTIONS,
}
ACTIONS = tuple(_ACTIONS)
