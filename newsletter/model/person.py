"""Who works in the studio, and what each may do there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may do; each may what those before it may.

    An editor writes, previews and tests, and sees no reader's address. A publisher approves,
    schedules and stops. An admin looks after people, readers, exports and settings.
    """

    EDITOR = "editor"
    PUBLISHER = "publisher"
    ADMIN = "admin"

    def covers(self, needed: Role) -> bool:
        """Whether this role may what `needed` may."""
        ranks = tuple(Role)
        return ranks.index(self) >= ranks.index(needed)


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with an account.

    Attributes:
        email: as typed; compared without regard to case.
        is_active: whether this person may sign in.
    """

    id: int
    name: str
    email: str
    role: Role
    is_active: bool = True

    def may(self, needed: Role) -> bool:
        """Whether this person may what a role may."""
        return self.is_active and self.role.covers(needed)


@dataclass(frozen=True, slots=True)
class Seat:
    """A person at a browser, signed in.

    Attributes:
        session: id of the session.
        csrf: what every form of this session carries, so that no other site can post for it.
    """

    person: Person
    session: int
    csrf: str
