"""What every use case of accounts works with."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from newsletter.accounts.marks import Marks
from newsletter.accounts.passwords import Passwords
from newsletter.errors import BlockedError
from newsletter.model.person import Person, Role
from newsletter.model.ports import Clock
from newsletter.store import Store
from newsletter.store.audit import write_entry

COMMAND_LINE = "command line"
NETWORKS_KEPT = timedelta(days=90)
_LONGEST = {"agent": 300, "action": 48}


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request came from.

    Attributes:
        ip: empty when unknown.
        user_agent: as sent; kept cut.
    """

    ip: str = ""
    user_agent: str = ""

    @property
    def agent(self) -> str:
        """As much of the user agent as is kept."""
        return self.user_agent[: _LONGEST["agent"]]


@dataclass(frozen=True, slots=True)
class Office:
    """The open store, the time, the keys.

    Attributes:
        site_name: nobody's password is made of it.
    """

    store: Store
    clock: Clock
    marks: Marks
    passwords: Passwords
    site_name: str

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        return self.clock.now()

    def note(
        self,
        connection: Connection,
        who: Person | str,
        action: str,
        on: str = "",
        details: Mapping[str, object] | None = None,
        ip: str = "",
    ) -> None:
        """Add a line to the audit log, in the transaction of what it is about.

        Args:
            who: a person, or the name of someone without an account.
        """
        write_entry(
            connection,
            self.now(),
            person=who.id if isinstance(who, Person) else None,
            name=who.name if isinstance(who, Person) else who,
            action=action[: _LONGEST["action"]],
            on=on,
            details={name: str(value) for name, value in (details or {}).items()},
            ip=ip,
        )


def email_key(email: str) -> str:
    """An address without regard to case and composition: accounts are told apart by it."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def require_admin(by: Person | str) -> None:
    """Only admins look after people; the command line may, too.

    Raises:
        BlockedError: it is not one.
    """
    if isinstance(by, Person) and not by.may(Role.ADMIN):
        raise BlockedError("Only an admin may do this.")
