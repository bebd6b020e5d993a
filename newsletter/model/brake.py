"""What a dispatch stops itself for: shares of its mails that went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class BrakeKind(StrEnum):
    """What is counted; 16 characters at most."""

    BOUNCED = "bounced"
    COMPLAINED = "complained"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the mails of a dispatch, or of its canary, so far.

    Attributes:
        bounced: of those accepted, refused by the receiving side or dropped by the provider.
        complained: of those accepted, reported as spam.
        lost: calls to the provider that left readers unknown.
    """

    accepted: int = 0
    rejected: int = 0
    unknown: int = 0
    bounced: int = 0
    complained: int = 0
    lost: int = 0

    @property
    def attempted(self) -> int:
        """Everyone whose mail was handed over, or perhaps was."""
        return self.accepted + self.rejected + self.unknown

    def count(self, kind: BrakeKind) -> int:
        """How many went wrong that way."""
        return int(getattr(self, kind.value))

    def base(self, kind: BrakeKind) -> int:
        """Among how many: only what was accepted can bounce or be complained about."""
        later = kind in (BrakeKind.BOUNCED, BrakeKind.COMPLAINED)
        return self.accepted if later else self.attempted

    def share(self, kind: BrakeKind) -> float:
        """The part that went wrong that way, 0 to 1."""
        base = self.base(kind)
        return self.count(kind) / base if base else 0.0


@dataclass(frozen=True, slots=True)
class Excess:
    """A share that passed its limit.

    Attributes:
        limit: 0 to 1; what a person accepted before is in it.
    """

    kind: BrakeKind
    count: int
    base: int
    limit: float

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.count / self.base


@dataclass(frozen=True, slots=True)
class BrakeLimits:
    """From where on a dispatch stops itself.

    Attributes:
        bounced, complained, rejected, unknown: shares, 0 to 1; 1 is never passed.
        start: looked at from so many mails on.
        canary_wait_minutes: how long a canary waits for word of its mails.
    """

    bounced: float = 0.05
    complained: float = 0.002
    rejected: float = 0.02
    unknown: float = 0.02
    start: int = 200
    canary_wait_minutes: float = 20.0

    def share(self, kind: BrakeKind) -> float:
        """The limit of one kind."""
        return float(getattr(self, kind.value))


# One or two readers of a small number are chance, and one lost call is a thousand readers.
FEWEST = 5
FEWEST_OF_CANARY = 2
FEWEST_LOST = 3
_ACCEPTED_GROWS = 2.0  # what a person went on with may double before they are asked again


def excesses(
    tally: Tally, limits: BrakeLimits, gone_on: Mapping[BrakeKind, float]
) -> tuple[Excess, ...]:
    """Shares of a dispatch that are over their limits, none before `limits.start` mails.

    Args:
        gone_on: shares with which a person went on before.
    """
    return tuple(
        each
        for each in _over(tally, limits, gone_on)
        if each.base >= limits.start
        and (tally.lost >= FEWEST_LOST if each.kind is BrakeKind.UNKNOWN else each.count >= FEWEST)
    )


def excesses_of_canary(
    tally: Tally, limits: BrakeLimits, gone_on: Mapping[BrakeKind, float]
) -> tuple[Excess, ...]:
    """The same for a canary, which is small: two readers are enough."""
    return tuple(each for each in _over(tally, limits, gone_on) if each.count >= FEWEST_OF_CANARY)


def _over(
    tally: Tally, limits: BrakeLimits, gone_on: Mapping[BrakeKind, float]
) -> tuple[Excess, ...]:
    found = (
        Excess(kind, tally.count(kind), tally.base(kind), _limit(kind, limits, gone_on))
        for kind in BrakeKind
    )
    return tuple(each for each in found if each.base and each.share > each.limit)


def _limit(kind: BrakeKind, limits: BrakeLimits, gone_on: Mapping[BrakeKind, float]) -> float:
    return max(limits.share(kind), gone_on.get(kind, 0.0) * _ACCEPTED_GROWS)
