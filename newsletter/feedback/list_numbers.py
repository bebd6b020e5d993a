"""The numbers of a list's health, and what each of them means.

Weeks begin on Monday, UTC. Mails count in the week in which the provider took them, bounces and
complaints in the week in which they were told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

MAILBOX_WEEKS = 4
"""Mailbox providers are compared over the last weeks only: a limit is about now."""


@dataclass(frozen=True, slots=True)
class Week:
    """What happened to the list in one week; a reader counts once a day for each of it.

    Attributes:
        begins: the Monday it begins on, UTC.
        joined: people who typed their address into a form, or were brought in with a list.
        confirmed: readers who confirmed, or took back a no.
        left: readers who took back their yes, complaints apart.
        erased: readers who had themselves forgotten.
        suppressed: addresses given up, because they bounced or complained.
        accepted: mails of issues that the provider took.
        bounced: mails that came back for good.
        complaints: mails reported as spam.
    """

    begins: date
    joined: int = 0
    confirmed: int = 0
    left: int = 0
    erased: int = 0
    suppressed: int = 0
    accepted: int = 0
    bounced: int = 0
    complaints: int = 0


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """The same for one group of mailbox providers, over the last `MAILBOX_WEEKS` weeks.

    Attributes:
        name: `Gmail`, `Outlook`, `Yahoo and AOL`, `iCloud`, `GMX and WEB.DE` or `others`.
        readers: confirmed readers there now.
        accepted: mails of dispatches that began in these weeks.
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
        mailboxes: most readers first; `others` last.
    """

    at: datetime
    readers: int
    weeks: Sequence[Week]
    mailboxes: Sequence[Mailboxes]
