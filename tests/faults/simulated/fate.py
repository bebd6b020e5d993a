"""What goes wrong, and when: every decision comes from one source of chance."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.exc import OperationalError

T = TypeVar("T")


class Killed(BaseException):
    """The process ends here, between two instructions."""


@dataclass
class Odds:
    """How often something goes wrong at each place where it can.

    Attributes:
        kill: the process ends.
        meanwhile: others do something in between.
        refuse: the database refuses a transaction (locked, or the disk is full).
    """

    kill: float = 0.006
    meanwhile: float = 0.06
    refuse: float = 0.006


CALM = Odds(kill=0.0, meanwhile=0.0, refuse=0.0)


class Fate:
    """Chance, and what it may do at the seams between transactions.

    Attributes:
        meanwhile: what others do when it is their turn; set by the simulation.
    """

    def __init__(self, chance: random.Random, odds: Odds) -> None:
        self.chance = chance
        self.odds = odds
        self.meanwhile: Callable[[], None] = lambda: None
        self._depth = 0
        self._in_transaction = False

    def happens(self, odds: float) -> bool:
        """Whether something of these odds happens now."""
        return odds > 0 and self.chance.random() < odds

    def one_of(self, choices: Sequence[T], weights: Sequence[float] | None = None) -> T:
        """One of the choices."""
        return self.chance.choices(choices, weights)[0]

    def seam(self) -> None:
        """A place outside of transactions: the process may end, others may go first."""
        if self._in_transaction:
            return
        self.maybe_kill()
        while self._depth < 3 and self.happens(self.odds.meanwhile):
            self._depth += 1
            try:
                self.meanwhile()
            finally:
                self._depth -= 1

    def maybe_kill(self) -> None:
        """End the process, perhaps; inside a transaction nothing of it is kept."""
        if self.happens(self.odds.kill):
            raise Killed

    def maybe_refuse(self) -> None:
        """Let the database say no, perhaps."""
        if self.happens(self.odds.refuse):
            words = self.one_of(["database is locked", "database or disk is full"])
            raise OperationalError("", {}, Exception(words))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """While it lasts nobody else gets a turn: SQLite's writers are alone."""
        before, self._in_transaction = self._in_transaction, True
        try:
            yield
        finally:
            self._in_transaction = before
