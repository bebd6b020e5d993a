"""What rules must know from outside the files, gathered by the caller so that they stay pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from newsletter.model.rendition import Mail


@dataclass(frozen=True, slots=True)
class LinkAnswer:
    """What came back when a link was followed.

    Attributes:
        status: the last HTTP status; 0 when nobody answered.
        hops: how many redirects were followed.
        reason: why it could not be followed; empty when it answered.
        address: where it ended.
        asked: whether there was time to ask.
    """

    status: int
    hops: int = 0
    reason: str = ""
    address: str = ""
    asked: bool = True


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
class FilledMail:
    """One reader's mail, to be looked at by itself.

    Attributes:
        who: in words: `a reader without values`, `reader 4711 (longest first_name)`.
        longest: the longest unbroken run of characters among the values.
    """

    who: str
    mail: Mail
    longest: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Facts from outside the files. None means: nobody looked, and the rule is not checked.

    Attributes:
        real_key: a SendGrid key is set and mail would go to the real service.
        links: address -> what came back when it was followed.
        earlier_subjects: subjects of the last issues that were sent, the newest first.
        headers: those of a mail of this issue, with a sample address to unsubscribe.
        filled: variant -> mails of readers with difficult values, made up or of the list.
        asked_list: the list was looked through for such readers, too.
        sender: what DNS says about the sender's domain.
    """

    real_key: bool = False
    links: Mapping[str, LinkAnswer] | None = None
    earlier_subjects: tuple[str, ...] | None = None
    headers: Mapping[str, str] | None = None
    filled: Mapping[str, tuple[FilledMail, ...]] | None = None
    asked_list: bool | None = None
    sender: SenderAnswer | None = None
    clients: Mapping[str, float] | None = None
