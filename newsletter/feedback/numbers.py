"""The numbers of a report, and what each of them means.

Nothing here is estimated. Where a number can not be known, it is a `Band`: at least so many,
at most so many; where nothing was heard, it is not there at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.model.ledger import DeliveryOutcome, ExclusionReason, Feedback


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of everyone the issue was frozen for, as far as handing over goes.

    Attributes:
        outcomes: deliveries by outcome, over all dispatches of the issue. Together they are
            `frozen`: a reader whom a follow-up took up again counts in both dispatches.
        excluded: those excluded, by reason.
        readers: people the issue was meant for: each one once who was accepted, is unknown or
            still waits, or was rejected and not mailed since.
    """

    outcomes: Mapping[DeliveryOutcome, int]
    excluded: Mapping[ExclusionReason, int]
    readers: int

    @property
    def frozen(self) -> int:
        """Deliveries in all."""
        return sum(self.outcomes.values())

    @property
    def accepted(self) -> int:
        """Mails the provider took. Each reader once: the ledger allows no second."""
        return self.outcomes[DeliveryOutcome.ACCEPTED]

    @property
    def unknown(self) -> int:
        """Readers of whom nobody knows whether they got it."""
        return self.outcomes[DeliveryOutcome.UNKNOWN]


@dataclass(frozen=True, slots=True)
class Heard:
    """What the receiving side said about the mails the provider took.

    Attributes:
        feedback: accepted deliveries by the last word about them; together they are `accepted`.
            DELIVERED: the receiving server took it, which is not yet the inbox. DEFERRED: it
            said later, and the provider still tries. BOUNCED: refused, for good or this time.
            DROPPED: the provider itself did not try. NONE: no word yet.
        complaints: readers who reported it as spam, where their provider tells; Gmail never
            tells it reader by reader.
        unsubscribes: readers who left by a link or button of this very issue, also those who
            came back.
        anything: whether any word came at all. Without one, the zeros mean nothing.
    """

    feedback: Mapping[Feedback, int]
    complaints: int
    unsubscribes: int
    anything: bool

    @property
    def delivered(self) -> int:
        """Mails a receiving server took."""
        return self.feedback[Feedback.DELIVERED]

    @property
    def returned(self) -> int:
        """Mails that came back or were not tried: bounced and dropped."""
        return self.feedback[Feedback.BOUNCED] + self.feedback[Feedback.DROPPED]


@dataclass(frozen=True, slots=True)
class Band:
    """How many readers did something: the truth lies between.

    Attributes:
        surely: readers of whom at least one open or click bears no sign of a machine.
        possible: readers of whom there is any open or click, a machine's too: behind one there
            may be a person.
    """

    surely: int = 0
    possible: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a link stands in a letter.

    Attributes:
        section: `masthead`, `opening`, `footer`, or a snippet's key.
        title: for people; may be empty.
    """

    section: str
    title: str

    @property
    def name(self) -> str:
        """What people call it."""
        return self.title or _FRAME.get(self.section, self.section)


_FRAME = {"masthead": "Masthead", "opening": "Opening", "footer": "Footer"}


@dataclass(frozen=True, slots=True)
class LinkClicks:
    """Readers who clicked one link, each once.

    Attributes:
        url: without tracking parameters; `*` stands for readers' own values.
        places: everywhere it stands; empty when the letter does not hold it.
    """

    url: str
    places: tuple[Place, ...]
    readers: Band


@dataclass(frozen=True, slots=True)
class SnippetClicks:
    """Readers who clicked a link of one section, each once.

    Attributes:
        shared: links that stand elsewhere too: a click does not say where it was made, so it
            counts in each of its sections.
    """

    place: Place
    readers: Band
    shared: bool


@dataclass(frozen=True, slots=True)
class Hour:
    """Readers whose first open, or first click, fell into one hour after the first mail.

    Attributes:
        hour: 0 is the first; None is everything after the last that is told apart.
    """

    hour: int | None
    opened: Band
    clicked: Band


@dataclass(frozen=True, slots=True)
class Engaged:
    """Opens and clicks, people and machines apart.

    Attributes:
        opened: readers who saw it. A click proves that too, when pictures are switched off;
            an open without a click is a picture that was loaded, by whomever.
        clicked: readers who followed any link but their own pages (unsubscribe, preferences).
        hours: by the hour of each reader's first; together they are `opened` and `clicked`.
        links, snippets: most surely clicked first.
    """

    opened: Band
    clicked: Band
    hours: Sequence[Hour]
    links: Sequence[LinkClicks]
    snippets: Sequence[SnippetClicks]


@dataclass(frozen=True, slots=True)
class Report:
    """What is known about an issue, at one moment.

    Attributes:
        at: of that moment; aware, UTC.
        state: of the last dispatch.
        first_sent_at: when the first dispatch began; None before.
        engaged: None where the site does not count opens and clicks.
        sentences: the same in plain words, beside what is usual for the site.
    """

    issue_number: int
    subject: str
    at: datetime
    state: str
    first_sent_at: datetime | None
    handed: Handed
    heard: Heard
    engaged: Engaged | None
    sentences: tuple[str, ...]
