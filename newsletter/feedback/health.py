"""How healthy the list is: who comes, who goes, and how near a receiver's limits it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

WEEKS = 12


@dataclass(frozen=True, slots=True)
class Week:
    """What happened to the list in one week.

    Attributes:
        begins: the Monday it begins on, UTC.
        joined: readers who came onto the list: confirmed, or brought in with a yes.
        left: readers who took back their yes.
        erased: readers who had themselves forgotten.
        suppressed: addresses that are mailed no more, because they bounced or complained.
        accepted: mails the provider took in that week.
        bounced: of these, those that came back for good.
        complaints: of these, those reported as spam.
    """

    begins: date
    joined: int = 0
    left: int = 0
    erased: int = 0
    suppressed: int = 0
    accepted: int = 0
    bounced: int = 0
    complaints: int = 0


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """The same for one group of mailbox providers, over all weeks.

    Attributes:
        name: `Gmail`, `Outlook`, `Yahoo and AOL`, `iCloud`, `GMX and WEB.DE` or `others`.
        readers: confirmed readers there now.
    """

    name: str
    readers: int = 0
    accepted: int = 0
    bounced: int = 0
    complaints: int = 0


@dataclass(frozen=True, slots=True)
class Health:
    """The list at one moment and over some weeks before it.

    Attributes:
        at: of that moment; aware, UTC.
        readers: confirmed readers then.
        weeks: oldest first; the last is the one that is not over yet.
        mailboxes: largest first.
    """

    at: datetime
    readers: int
    weeks: Sequence[Week]
    mailboxes: Sequence[Mailboxes]


def list_health(connection: Connection, now: datetime, weeks: int = WEEKS) -> Health:
    """Count how readers came and went, and how their mail fared.

    Args:
        connection: reads only.
        now: aware.
        weeks: how many to look back, the present one included.
    """
    raise NotImplementedError


def health_warnings(health: Health) -> tuple[str, ...]:
    """What to act upon before a receiver does, in plain words; empty when all is well."""
    return ()
