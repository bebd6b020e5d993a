"""What happens to accepted mail afterwards, how often, and how the provider tells it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from newsletter.errors import UsageError, nearest

Dice = random.Random  # what happens to made-up mail is no secret


class HappeningKind(StrEnum):
    """The name of a happening, as given on the command line and in the API."""

    DEFERRED = "deferred"
    """Put off once by the receiving side; then it goes on."""
    BOUNCE = "bounce"
    """Refused for good: a hard bounce."""
    BLOCKED = "blocked"
    """Refused this time: a soft bounce."""
    LATE_BOUNCE = "late_bounce"
    """Taken and refused later, told without `sg_message_id`."""
    OPEN = "open"
    """A person opens it."""
    MACHINE_OPEN = "machine_open"
    """A mail program fetches the pictures by itself (`sg_machine_open`)."""
    CLICK = "click"
    """A person opens it and follows a link."""
    SCANNER = "scanner"
    """A scanner follows every link within two seconds."""
    SPAMREPORT = "spamreport"
    """Reported as spam."""
    UNSUBSCRIBE = "unsubscribe"
    """Left by the vendor's own means."""
    DOUBLE = "double"
    """The event is told twice."""
    SHUFFLE = "shuffle"
    """The event changes places with others, within SECONDS."""
    LATE = "late"
    """The event is told SECONDS later."""


_K = HappeningKind
DEFAULT_SECONDS: Mapping[HappeningKind, float] = {_K.SHUFFLE: 1.0, _K.LATE: 5.0}
# Of these, one mail has one at most.
ENDS = (_K.BOUNCE, _K.BLOCKED, _K.LATE_BOUNCE)
SYNTAX = "KIND:RATE, or KIND:RATE:SECONDS, such as bounce:0.02 or late:0.1:5"


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happens.

    Attributes:
        rate: the share of mails (of events, for the last three kinds), 0 to 1.
        seconds: how much later, for the kinds in `DEFAULT_SECONDS`; 0 for all others.

    Raises:
        UsageError: a rate or a time out of range.
    """

    kind: HappeningKind
    rate: float
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 1:
            raise UsageError(f"The rate of {self.kind} is {self.rate:g}; it goes from 0 to 1.")
        if not 0 <= self.seconds <= 3_600:
            raise UsageError(f"The seconds of {self.kind} go from 0 to 3600.")
        if not self.seconds:
            object.__setattr__(self, "seconds", DEFAULT_SECONDS.get(self.kind, 0.0))
        elif self.kind not in DEFAULT_SECONDS:
            raise UsageError(f"{self.kind} takes no seconds. Write KIND:RATE.")

    def as_json(self) -> dict[str, str | float]:
        """Return the form the API takes and gives."""
        return {"event": self.kind.value, "rate": self.rate, "seconds": self.seconds}


USUAL = (
    Happening(_K.DEFERRED, 0.02),
    Happening(_K.BOUNCE, 0.01),
    Happening(_K.BLOCKED, 0.005),
    Happening(_K.OPEN, 0.35),
    Happening(_K.MACHINE_OPEN, 0.2),
    Happening(_K.CLICK, 0.06),
    Happening(_K.SCANNER, 0.02),
    Happening(_K.SPAMREPORT, 0.0005),
)
"""What a list that is looked after sees, more or less."""


def parse_happening(text: str) -> Happening:
    """Read a happening as the command line gives it.

    Args:
        text: `KIND:RATE` or `KIND:RATE:SECONDS`.

    Raises:
        UsageError: an unknown kind (with the nearest), or a number that is none.
    """
    kind, *numbers = text.strip().split(":")
    if not 1 <= len(numbers) <= 2:
        raise UsageError(f'"{text}" is no event. An event is {SYNTAX}.')
    rate, seconds = [_number(number, text) for number in [*numbers, "0"][:2]]
    return Happening(_kind(kind), rate, seconds)


def read_happening(value: object) -> Happening:
    """Read a happening as the API gives it: the command line's text, or an object.

    Raises:
        UsageError: as `parse_happening`, and for anything else.
    """
    if isinstance(value, str):
        return parse_happening(value)
    if not isinstance(value, dict) or value.keys() - {"event", "rate", "seconds"}:
        raise UsageError('An event is text or an object such as {"event": "open", "rate": 0.3}.')
    rate, seconds = value.get("rate", 1.0), value.get("seconds", 0.0)
    return Happening(_kind(str(value.get("event"))), _number(rate, value), _number(seconds, value))


def _kind(name: str) -> HappeningKind:
    try:
        return HappeningKind(name.strip().lower())
    except ValueError:
        hint = nearest(name.strip().lower(), [kind.value for kind in HappeningKind])
        raise UsageError(f'There is no event "{name}". {hint}') from None


def _number(value: object, whole: object) -> float:
    try:
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            return float(value)
    except ValueError:
        pass
    raise UsageError(f'"{value}" in the event {whole} is not a number. An event is {SYNTAX}.')


class Chances:
    """Draws what happens, by rates that add up and dice that can be made to fall the same.

    Attributes:
        happenings: as they were given.
    """

    def __init__(self, happenings: Iterable[Happening] = (), seed: int | None = None) -> None:
        self.happenings = tuple(each for each in happenings if each.rate)
        self._of = {each.kind: each for each in self.happenings}
        self._dice = Dice(seed)
        if sum(self.rate(kind) for kind in ENDS) > 1.000001:
            raise UsageError("The rates of bounce, blocked and late_bounce add up to more than 1.")

    def rate(self, kind: HappeningKind) -> float:
        """How often it happens; 0 when it was not given."""
        found = self._of.get(kind)
        return found.rate if found else 0.0

    def happens(self, kind: HappeningKind) -> bool:
        """Whether it does, this time."""
        found = self._of.get(kind)
        return found is not None and self._dice.random() < found.rate

    def end(self) -> HappeningKind | None:
        """Which of the bad ends, if any."""
        point = self._dice.random()
        for kind in ENDS:
            point -= self.rate(kind)
            if point < 0:
                return kind
        return None

    def delay(self, kind: HappeningKind) -> float:
        """Seconds by which an event is late because of this; 0 when it does not happen."""
        if not self.happens(kind):
            return 0.0
        most = self._of[kind].seconds
        return most if kind is HappeningKind.LATE else self._dice.uniform(0, most)

    def between(self, least: int, most: int) -> int:
        """A whole number."""
        return self._dice.randint(least, most)

    def one_of(self, items: list[str]) -> str:
        """One of several."""
        return self._dice.choice(items)

    def as_json(self) -> list[dict[str, Any]]:
        """Return what the API shows."""
        return [each.as_json() for each in self.happenings]
