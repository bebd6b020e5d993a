"""What rules must know from outside the files, gathered by the caller so that they stay pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class LinkAnswer:
    """What came back when a link was followed.

    Attributes:
        status: the last HTTP status; 0 when nobody answered.
        hops: how many redirects were followed.
        reason: why it could not be followed; empty when it answered.
        address: where it ended.
    """

    status: int
    hops: int = 0
    reason: str = ""
    address: str = ""


class Standing(StrEnum):
    """What DNS says about the sender's domain."""

    GOOD = "good"
    WEAK = "weak"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class SenderAnswer:
    """What DNS says about mail from the sender's domain.

    Attributes:
        dmarc: `good` with a policy, `weak` with `p=none`.
        told: the records as found, for people.
    """

    dmarc: Standing
    told: str = ""


@dataclass(frozen=True, slots=True)
class StrangeReader:
    """A reader whose values strain the layout; the address is not kept.

    Attributes:
        id: the reader's number.
        why: in which way the values are strange: `longest first_name`, `right to left`.
        values: source -> value.
    """

    id: int
    why: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Facts from outside the files. None means: nobody looked, and the rule is not checked.

    Attributes:
        real_key: a SendGrid key is set and mail would go to the real service.
        now: the present, aware; stale dates are judged by it when an issue has no `send_at`.
        links: address -> what came back when it was followed.
        earlier_subjects: subjects of the last issues that were sent, the newest first.
        readers: those of the list whose values strain the layout most.
        sender: what DNS says about the sender's domain.
        today: the day in the site's zone.
    """

    real_key: bool = False
    now: datetime | None = None
    links: Mapping[str, LinkAnswer] | None = None
    earlier_subjects: tuple[str, ...] | None = None
    readers: tuple[StrangeReader, ...] | None = None
    sender: SenderAnswer | None = None
    today: date | None = None
