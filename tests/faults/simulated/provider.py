"""A provider that takes mail, refuses it, or leaves everyone in doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from newsletter.dispatching.marks import read_mark
from newsletter.model.ports import Clock
from newsletter.model.transport import Answer, Batch, Outcome, Receipt, Recipient
from tests.faults.simulated.fate import Fate, Killed

_TAKES_ALL = ("accepted", "doubtful_taken", "raised_taken", "odd_taken", "killed_taken")
_MOODS: dict[str, dict[str, float]] = {
    "well": {"accepted": 1},
    "shaky": {
        "accepted": 4,
        "doubtful_taken": 1,
        "doubtful": 1,
        "raised_taken": 0.3,
        "raised": 0.3,
        "odd_taken": 0.2,
        "killed": 0.5,
        "killed_taken": 0.5,
        "killed_taken_later": 0.5,
        "unreachable": 1,
        "rate_limited": 0.7,
        "key_refused": 0.2,
        "content_refused": 0.2,
        "refused": 1,
        "too_large": 0.5,
        "readers_refused": 1,
        "partly": 3,
    },
    "dead": {"doubtful": 3, "doubtful_taken": 1},
    "away": {"unreachable": 1},
}
MOODS = tuple(_MOODS)


@dataclass
class Provider:
    """The other side, seen from outside: what it took is the truth.

    Attributes:
        taken: issue and address -> how often a mail was taken.
        deliveries: delivery id -> how often a mail with its mark was taken.
        on_taken: told of each mail, for rules that hold at that moment.
        later: mails it has in hand and takes after a while, whoever waits for it.
    """

    fate: Fate
    clock: Clock
    mood: str = "well"
    taken: Counter[tuple[int, str]] = field(default_factory=Counter)
    deliveries: Counter[int] = field(default_factory=Counter)
    later: list[tuple[Batch, Sequence[Recipient]]] = field(default_factory=list)
    on_taken: Callable[[int, str, int], None] = lambda issue, email, attempt: None

    def take(self, batch: Batch, recipients: Sequence[Recipient]) -> None:
        """Take these mails for good."""
        issue = int(batch.letter.categories[0].removeprefix("issue-"))
        attempt = read_mark(batch.attempt)
        assert attempt is not None
        for each in recipients:
            found = read_mark(each.delivery)
            assert found is not None
            self.deliveries[found[1]] += 1
            self.taken[issue, each.email] += 1
            self.on_taken(issue, each.email, attempt[1])

    def catch_up(self) -> None:
        """Take what was in hand."""
        while self.later:
            self.take(*self.later.pop())

    def draw(self) -> str:
        """What happens to the next call."""
        kinds = _MOODS[self.mood]
        return self.fate.one_of(list(kinds), list(kinds.values()))


class Line:
    """One process's Transport to the provider."""

    most = 1_000

    def __init__(self, provider: Provider, seam: Callable[[], None]) -> None:
        self._provider = provider
        self._seam = seam

    def close(self) -> None:
        """Nothing is held."""

    def send(self, batch: Batch) -> Receipt:
        """Hand over; before the other side has it and before we hear of it time may pass."""
        self._seam()
        kind = self._provider.draw()
        if kind in _TAKES_ALL:
            self._provider.take(batch, batch.recipients)
        if kind == "killed_taken_later":
            self._provider.later.append((batch, batch.recipients))
        if kind.startswith("killed"):
            raise Killed
        self._seam()
        if kind.startswith("raised"):
            raise ConnectionResetError("the transport broke down")
        if kind == "odd_taken":
            return Receipt(Answer.ACCEPTED, (Outcome.ACCEPTED,))
        return self._answer(kind, batch)

    def _answer(self, kind: str, batch: Batch) -> Receipt:
        if kind == "partly":
            return self._partly(batch)
        if kind == "readers_refused":
            return self._refuse_some(batch)
        answer, outcome = _PLAIN[kind]
        wait = timedelta(seconds=self._provider.fate.chance.randrange(1, 900))
        return Receipt(
            answer,
            (outcome,) * len(batch.recipients),
            reason="" if answer is Answer.ACCEPTED else f"simulated: {kind}",
            not_before=self._provider.clock.now() + wait if kind == "rate_limited" else None,
        )

    def _partly(self, batch: Batch) -> Receipt:
        """As SMTP does: each reader fares differently; of the unknown some were taken."""
        fate = self._provider.fate
        drawn = [fate.one_of(list(Outcome), (6, 1, 1, 2)) for _ in batch.recipients]
        self._provider.take(
            batch,
            [
                each
                for each, outcome in zip(batch.recipients, drawn, strict=True)
                if outcome is Outcome.ACCEPTED or (outcome is Outcome.UNKNOWN and fate.happens(0.5))
            ],
        )
        return Receipt(Answer.PARTLY, tuple(drawn), reason="simulated: partly")

    def _refuse_some(self, batch: Batch) -> Receipt:
        fate = self._provider.fate
        drawn = tuple(
            Outcome.REJECTED if fate.happens(0.3) else Outcome.UNTOUCHED for _ in batch.recipients
        )
        return Receipt(Answer.READERS_REFUSED, drawn, status=400, reason="simulated: bad address")


_PLAIN = {
    "accepted": (Answer.ACCEPTED, Outcome.ACCEPTED),
    "doubtful": (Answer.AMBIGUOUS, Outcome.UNKNOWN),
    "doubtful_taken": (Answer.AMBIGUOUS, Outcome.UNKNOWN),
    "unreachable": (Answer.UNREACHABLE, Outcome.UNTOUCHED),
    "rate_limited": (Answer.RATE_LIMITED, Outcome.UNTOUCHED),
    "key_refused": (Answer.KEY_REFUSED, Outcome.UNTOUCHED),
    "content_refused": (Answer.CONTENT_REFUSED, Outcome.UNTOUCHED),
    "refused": (Answer.REFUSED, Outcome.UNTOUCHED),
    "too_large": (Answer.TOO_LARGE, Outcome.UNTOUCHED),
}
