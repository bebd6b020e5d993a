"""Which versions of the tables this program knows, and how each treats older programs.

Read off the migrations' files without loading them: every command opens the database, and hardly
any finds it old.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import takewhile

_MIGRATION = re.compile(r"(\d{4})_\w+\.py", re.ASCII)
_OLDEST = re.compile(r'^oldest_program = "(\d{4})"$', re.ASCII | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Step:
    """One migration.

    Attributes:
        revision: the database's, once it is done.
        oldest_program: the revision of the oldest program that may still work afterwards; empty
            when it only adds, so that whoever worked before goes on.
    """

    revision: str
    oldest_program: str = ""

    @property
    def contracts(self) -> bool:
        """Whether it takes something away that older programs may need."""
        return bool(self.oldest_program)


@cache
def steps() -> tuple[Step, ...]:
    """Every migration this program knows, oldest first: a file's name begins with its revision."""
    found = []
    for entry in (files("newsletter.store") / "migrations" / "versions").iterdir():
        if named := _MIGRATION.fullmatch(entry.name):
            oldest = _OLDEST.search(entry.read_text("utf-8"))
            found.append(Step(named[1], oldest[1] if oldest else ""))
    return tuple(sorted(found, key=lambda step: step.revision))


def revisions() -> tuple[str, ...]:
    """Every revision this program knows, oldest first."""
    return tuple(step.revision for step in steps())


def newest() -> str:
    """The revision this program was made for."""
    return steps()[-1].revision


def steps_after(revision: str | None) -> tuple[Step, ...]:
    """What a database of that revision lacks; None is an empty one."""
    return tuple(step for step in steps() if revision is None or step.revision > revision)


def harmless(ahead: Sequence[Step]) -> tuple[Step, ...]:
    """Those of the steps ahead that no older program minds: up to the first that contracts."""
    return tuple(takewhile(lambda step: not step.contracts, ahead))
