"""Counterparts for ledger tests: a transport that follows a script, a clock, a roster, a world.

They are real implementations of the ports; nothing of our own code is replaced.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from newsletter.dispatching.desk import Desk
from newsletter.dispatching.planning import Plan, schedule
from newsletter.dispatching.rules import Rules
from newsletter.dispatching.sending import send_batch
from newsletter.dispatching.status import DispatchStatus, issue_status
from newsletter.dispatching.ticking import Ticked, run_tick
from newsletter.errors import Place
from newsletter.model.audience import Audience
from newsletter.model.content import Issue
from newsletter.model.ledger import DeliveryOutcome, Dispatch
from newsletter.model.merge import Context, MergeTag, MergeText
from newsletter.model.ports import Work
from newsletter.model.rendition import Rendition, Renditions
from newsletter.model.site import Sender
from newsletter.model.transport import Answer, Batch, Outcome, Receipt
from newsletter.store import Store
from newsletter.store.approvals import Approved, record_approval
from newsletter.store.dispatches import dispatches_of
from newsletter.store.subscribers import NewReader, import_readers

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
SENDER = Sender("Lumen", "letters@lumen.test", postal_address="Linden Row 12")
Answering = Callable[[Batch], Receipt]


class SettableClock:
    """A clock that stands still until it is moved; waiting moves it."""

    def __init__(self, start: datetime = NOON) -> None:
        self._now = start
        self._monotonic = 0.0

    def now(self) -> datetime:
        """The present."""
        return self._now

    def monotonic(self) -> float:
        """Seconds moved so far."""
        return self._monotonic

    def wait(self, seconds: float) -> None:
        """Move on."""
        self.move(timedelta(seconds=seconds))

    def move(self, span: timedelta) -> None:
        """Let time pass."""
        self._now += span
        self._monotonic += span.total_seconds()

    def step(self, span: timedelta) -> None:
        """Set the clock on the wall, while no time passes."""
        self._now += span


@dataclass
class SettableRoster:
    """A roster whose other processes live and die as told; `dead` holds their names."""

    name: str = "host|1|1"
    dead: set[str] = field(default_factory=set)
    foreign: set[str] = field(default_factory=set)

    def is_dead(self, name: str) -> bool:
        """Whether the test said so."""
        return name in self.dead

    def is_alive(self, name: str) -> bool:
        """Known to run unless the test said otherwise."""
        return name not in self.dead and name not in self.foreign


class ScriptedTransport:
    """A Transport that answers as scripted, and accepts when the script has ended.

    `taken` counts what the other side really took, by address: the truth to compare with.
    """

    def __init__(self, most: int = 1_000) -> None:
        self.most = most
        self.script: deque[Answering] = deque()
        self.always: Answering = accept
        self.sent: list[Batch] = []
        self.taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    def send(self, batch: Batch) -> Receipt:
        """Answer with the next of the script."""
        with self._lock:
            self.sent.append(batch)
            answering = self.script.popleft() if self.script else self.always
        receipt = answering(batch)
        with self._lock:
            for recipient, outcome in zip(batch.recipients, receipt.outcomes, strict=True):
                if outcome is Outcome.ACCEPTED:
                    self.taken[recipient.email] += 1
        return receipt

    def close(self) -> None:
        """Nothing is held."""


def accept(batch: Batch) -> Receipt:
    """202."""
    return _all(batch, Answer.ACCEPTED, Outcome.ACCEPTED, 202)


def ambiguous(batch: Batch) -> Receipt:
    """No answer came."""
    return _all(batch, Answer.AMBIGUOUS, Outcome.UNKNOWN, reason="timed out")


def unreachable(batch: Batch) -> Receipt:
    """Nobody listened."""
    return _all(batch, Answer.UNREACHABLE, Outcome.UNTOUCHED, reason="connection refused")


def refused(batch: Batch) -> Receipt:
    """A 400 that names nothing."""
    return _all(batch, Answer.REFUSED, Outcome.UNTOUCHED, 400, "Bad Request")


def too_large(batch: Batch) -> Receipt:
    """413."""
    return _all(batch, Answer.TOO_LARGE, Outcome.UNTOUCHED, 413, "Payload too large")


def key_refused(batch: Batch) -> Receipt:
    """401."""
    return _all(batch, Answer.KEY_REFUSED, Outcome.UNTOUCHED, 401, "authorization required")


def content_refused(batch: Batch) -> Receipt:
    """A 400 that names another field."""
    return _all(batch, Answer.CONTENT_REFUSED, Outcome.UNTOUCHED, 400, "from.email: not verified")


def rate_limited(until: datetime | None = None) -> Answering:
    """429, with the moment after which it may be tried again."""

    def answer(batch: Batch) -> Receipt:
        told = _all(batch, Answer.RATE_LIMITED, Outcome.UNTOUCHED, 429, "too many requests")
        return replace(told, not_before=until)

    return answer


def refuses(*emails: str, words: str = "Bad Request") -> Answering:
    """A 400 that names nothing whenever one of these is in the batch."""

    def answer(batch: Batch) -> Receipt:
        bad = any(recipient.email in emails for recipient in batch.recipients)
        if bad:
            return _all(batch, Answer.REFUSED, Outcome.UNTOUCHED, 400, words)
        return accept(batch)

    return answer


def names(*emails: str) -> Answering:
    """A 400 that names these readers; the others are untouched."""

    def answer(batch: Batch) -> Receipt:
        outcomes = tuple(
            Outcome.REJECTED if recipient.email in emails else Outcome.UNTOUCHED
            for recipient in batch.recipients
        )
        if Outcome.REJECTED not in outcomes:
            return accept(batch)
        return Receipt(Answer.READERS_REFUSED, outcomes, status=400, reason="bad address")

    return answer


def partly(*outcomes: Outcome) -> Answering:
    """Outcomes that differ by reader."""

    def answer(batch: Batch) -> Receipt:
        return Receipt(Answer.PARTLY, outcomes[: len(batch.recipients)], status=250)

    return answer


def _all(
    batch: Batch, answer: Answer, outcome: Outcome, status: int = 0, reason: str = ""
) -> Receipt:
    return Receipt(answer, (outcome,) * len(batch.recipients), status=status, reason=reason)


class HeardEngine:
    """An Engine that remembers who rang and sends when told to, in this thread."""

    def __init__(self) -> None:
        self.rung: list[int] = []
        self.called: list[Work] = []

    def ring(self, batches: Sequence[int], connection: Any = None) -> None:
        """Remember."""
        self.rung += [batch for batch in batches if batch not in self.rung]

    def call(self, work: Work) -> None:
        """Remember."""
        self.called.append(work)

    def close(self, grace: float) -> None:
        """Forget."""
        self.rung.clear()


@dataclass(frozen=True)
class Links:
    """Addresses of links, readable."""

    def of(self, source: str, subscribers: Sequence[int], deliveries: Sequence[int]) -> list[str]:
        """`link.unsubscribe` of reader 7 is https://l.test/u/7."""
        page = source.removeprefix("link.")[0]
        return [f"https://l.test/{page}/{each}" for each in subscribers]


@dataclass
class World:
    """One process with its desk; `other` makes another beside it on the same database."""

    store: Store
    clock: SettableClock
    transport: ScriptedTransport = field(default_factory=ScriptedTransport)
    engine: HeardEngine = field(default_factory=HeardEngine)
    roster: SettableRoster = field(default_factory=SettableRoster)
    rules: Rules = field(default_factory=Rules)
    crash_point: Callable[[str], None] = lambda point: None
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk(
            store=self.store,
            transport=self.transport,
            clock=self.clock,
            addresses=Links(),
            roster=self.roster,
            rules=self.rules,
            crash_point=lambda point: self.crash_point(point),
        )

    def readers(self, count: int, **values: Any) -> list[str]:
        """Bring confirmed readers in; returns their addresses."""
        emails = [f"r{number:05}@reader.test" for number in range(count)]
        self.bring(
            NewReader(email, first_name=f"N{at}", **values) for at, email in enumerate(emails)
        )
        return emails

    def bring(self, readers: Iterable[NewReader]) -> None:
        """Bring these readers in, confirmed."""
        import_readers(self.store, readers, self.clock.now())

    def approve(self, number: int = 12, **values: Any) -> Approved:
        """Approve an issue; see `make_renditions`."""
        return record_approval(
            self.store,
            make_renditions(number, **values),
            by="Ada",
            at=self.clock.now(),
            sender=SENDER,
            list_id="Lumen <lumen.test>",
            findings=(),
            sources={"issues/x.md": "00"},
        )

    def schedule(self, approved: Approved, **plan: Any) -> Dispatch:
        """Schedule it for now, or as the plan says."""
        return schedule(
            self.store, approved.id, Plan(**{"due_at": self.clock.now(), **plan})
        ).dispatch

    def begin(self, readers: int, number: int = 12, **plan: Any) -> Dispatch:
        """Readers, an approval, a dispatch that is due, and one tick."""
        self.readers(readers)
        of = self.schedule(self.approve(number), **plan)
        self.tick()
        return of

    def tick(self) -> Ticked:
        """One tick."""
        return run_tick(self.desk, self.engine)

    def send_rung(self, most: int = 1_000_000) -> int:
        """Send what was rung; how many batches were asked for."""
        rung, self.engine.rung = self.engine.rung[:most], self.engine.rung[most:]
        for batch in rung:
            send_batch(self.desk, batch)
        return len(rung)

    def run(self, ticks: int = 50, every: float = 5.0) -> DispatchStatus:
        """Tick and send until the dispatch of issue 12 rests, at most so often."""
        for _ in range(ticks):
            self.tick()
            self.send_rung()
            if self.state() in ("sent", "cancelled", "paused", "needs_review"):
                break
            self.clock.move(timedelta(seconds=every))
        return self.status()

    def status(self, number: int = 12) -> DispatchStatus:
        """Where the last dispatch of an issue stands."""
        return issue_status(self.store, number).dispatches[-1]

    def state(self, number: int = 12) -> str:
        """The state of the last dispatch of an issue."""
        with self.store.read() as connection:
            return dispatches_of(connection, number)[-1].state.value

    def outcomes(self, number: int = 12) -> dict[str, int]:
        """The last dispatch's deliveries by outcome, without zeros."""
        counted = self.status(number).outcomes
        return {word.value: count for word, count in counted.items() if count}

    def require_promises(self, number: int = 12) -> None:
        """Balance, and nobody taken twice by the other side."""
        status = self.status(number)
        assert sum(status.outcomes.values()) == status.dispatch.frozen
        assert all(count == 1 for count in self.transport.taken.values())
        assert status.outcomes[DeliveryOutcome.SENDING] == 0


def make_renditions(
    number: int = 12,
    *,
    audience: Audience | None = None,
    variants: Sequence[tuple[str, ...]] = ((),),
    words: str = "Hello",
) -> Renditions:
    """What rendering makes of an issue, one rendition for each set of interests."""
    return Renditions(
        make_issue(number, audience or Audience()),
        tuple(
            make_rendition(interests, words, is_all=at == 0)
            for at, interests in enumerate(variants)
        ),
        (),
        (),
    )


def make_rendition(interests: tuple[str, ...], words: str, *, is_all: bool) -> Rendition:
    """One rendition with a first name and an unsubscribe link."""
    tags = (
        MergeTag("nl0123456789x01x", "subscriber.first_name", "there", Context.HTML),
        MergeTag("nl0123456789x02x", "link.unsubscribe", "", Context.URL),
    )
    name = "all" if is_all else "+".join(interests) or "none"
    return Rendition(
        variant=name,
        interests=interests,
        sections=(),
        subject=f"{words} {name}",
        preheader="",
        html=f"<p>{words} {tags[0].token}</p><a href='{tags[1].token}'>{name}</a>",
        text=f"{words} {tags[0].token}\n{tags[1].token}",
        nonce="0123456789",
        merge_tags=tags,
    )


def make_issue(number: int, audience: Audience) -> Issue:
    """An issue as authored."""
    return Issue(
        number=number,
        slug=f"2026-12-01-issue-{number}",
        subject=MergeText((f"Issue {number}",)),
        preheader=MergeText(),
        send_at=None,
        timezone="",
        layout="classic",
        audience=audience,
        sections=(),
        body=MergeText(),
        topics=(),
        sources=("issues/x.md",),
        place=Place("issues/x.md", 1),
    )
