"""What belongs to an account in the studio: where it is signed in, its links, what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from newsletter.model.person import Person, Role


class LinkKind(StrEnum):
    """What a one-time link is for; 16 characters at most."""

    FIRST = "first"  # the first admin of a site
    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105  a new password for someone who forgot theirs


@dataclass(frozen=True, slots=True)
class OneTimeLink:
    """A link that makes an account or sets a password, once, for a while.

    Attributes:
        person: whose password it sets; None when it makes an account.
        email: of whom it is for; empty for the first admin, who types it.
        role: that the account will have, or has.
        made_by: a name.
        made_at, expires_at: aware, UTC.
    """

    id: int
    kind: LinkKind
    person: Person | None
    email: str
    role: Role
    made_by: str
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """An account as the list of people shows it.

    Attributes:
        made_at: aware, UTC.
        signed_in_at: the last time; None for never.
        sessions: browsers that are signed in now.
    """

    person: Person
    made_at: datetime
    signed_in_at: datetime | None
    sessions: int


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in.

    Attributes:
        made_at, seen_at, expires_at: aware, UTC; `seen_at` is behind by a minute at most.
        ip, user_agent: at signing in; empty when unknown.
    """

    id: int
    made_at: datetime
    seen_at: datetime
    expires_at: datetime
    ip: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the audit log.

    Attributes:
        person: id; None for the command line, or someone who came by a personal link.
        name: of who did it, as it was then.
        action: a few words in the past tense, such as `approved`.
        on: what it was done to, such as `issue 12`.
        details: more about it, in the order it is told.
        ip: empty when unknown, or cut out since.
    """

    id: int
    at: datetime
    person: int | None
    name: str
    action: str
    on: str
    details: Mapping[str, str]
    ip: str


@dataclass(frozen=True, slots=True)
class Sought:
    """Which lines of the audit log are looked for; empty means any.

    Attributes:
        name: of who did it, exactly.
        action: exactly.
        on: part of what it was done to, without regard to case.
        since, until: from the first until just before the second; aware.
    """

    name: str = ""
    action: str = ""
    on: str = ""
    since: datetime | None = None
    until: datetime | None = None
