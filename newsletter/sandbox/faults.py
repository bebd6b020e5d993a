"""What can go wrong on purpose, how often, and in which order."""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from newsletter.errors import UsageError, nearest


class FaultKind(StrEnum):
    """The name of a fault, as given on the command line and in the API."""

    NONE = "none"
    """Nothing goes wrong: useful in a script of answers."""
    TOO_MANY = "429"
    """Refused by rate limit; `X-RateLimit-Reset` lies SECONDS ahead."""
    SERVER_ERROR = "500"
    """Answers 500; the mail is not accepted."""
    SERVER_ERROR_AFTER_ACCEPT = "500_after_accept"
    """Accepts the mail and then answers 500."""
    UNAVAILABLE = "503"
    """Answers 503; the mail is not accepted."""
    BAD_REQUEST = "400"
    """Answers 400 without naming a field."""
    BAD_READER = "400_reader"
    """Answers 400 and names one reader's address as the field."""
    BAD_FIELD = "400_field"
    """Answers 400 and names a field of the whole message."""
    UNAUTHORIZED = "401"
    """Answers 401: the key is wrong."""
    FORBIDDEN = "403"
    """Answers 403: the sender is not verified."""
    REDIRECT = "302"
    """Answers 302 to a page that answers 200; the mail is not accepted."""
    ODD_OK = "200"
    """Answers 200 instead of 202; the mail is not accepted."""
    SLOW = "slow"
    """Accepts the mail, but only after SECONDS, even when the client has left."""
    HANG = "hang"
    """Says nothing for SECONDS, then closes; the mail is not accepted."""
    RESET_BEFORE = "reset_before"
    """Resets the connection before reading the body."""
    RESET_AFTER_ACCEPT = "reset_after_accept"
    """Accepts the mail and resets the connection without answering."""
    OUTAGE = "outage"
    """Resets this connection and refuses every other for SECONDS."""


DEFAULT_SECONDS: Mapping[FaultKind, float] = {
    FaultKind.TOO_MANY: 1.0,
    FaultKind.SLOW: 2.0,
    FaultKind.HANG: 60.0,
    FaultKind.OUTAGE: 5.0,
}
SYNTAX = "KIND:RATE, or KIND:RATE:SECONDS, such as 429:0.05 or slow:0.1:2.5"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Attributes:
        kind: what goes wrong.
        rate: the share of requests it falls on, 0 to 1.
        seconds: how long, for the kinds in `DEFAULT_SECONDS`; 0 for all others.

    Raises:
        UsageError: a rate or a time out of range.
    """

    kind: FaultKind
    rate: float = 1.0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 1:
            raise UsageError(
                f"The rate of fault {self.kind} is {self.rate:g}; it goes from 0 to 1."
            )
        if not 0 <= self.seconds <= 3_600:
            raise UsageError(
                f"Fault {self.kind} lasts {self.seconds:g} seconds; it may last from 0 to 3600."
            )
        if not self.seconds:
            object.__setattr__(self, "seconds", DEFAULT_SECONDS.get(self.kind, 0.0))
        elif self.kind not in DEFAULT_SECONDS:
            raise UsageError(f"Fault {self.kind} takes no seconds. Write KIND:RATE.")

    def __str__(self) -> str:
        text = f"{self.kind.value}:{self.rate:g}"
        return f"{text}:{self.seconds:g}" if self.kind in DEFAULT_SECONDS else text

    def as_json(self) -> dict[str, str | float]:
        """Return the form the API takes and gives."""
        return {"fault": self.kind.value, "rate": self.rate, "seconds": self.seconds}


NO_FAULT = Fault(FaultKind.NONE)


def parse_fault(text: str) -> Fault:
    """Read a fault as the command line gives it.

    Args:
        text: `KIND:RATE` or `KIND:RATE:SECONDS`; a missing rate means always.

    Raises:
        UsageError: an unknown kind (with the nearest), or a number that is none.
    """
    kind, *numbers = text.strip().split(":")
    if len(numbers) > 2:
        raise UsageError(f'"{text}" has too many parts. A fault is {SYNTAX}.')
    rate, seconds = [_number(number, text) for number in numbers] + [1.0, 0.0][len(numbers) :]
    return Fault(_kind(kind), rate, seconds)


def read_fault(value: object) -> Fault:
    """Read a fault as the API gives it: the command line's text, or an object.

    Args:
        value: `"429:0.1"` or `{"fault": "429", "rate": 0.1, "seconds": 2}`.

    Raises:
        UsageError: as `parse_fault`, and for unknown keys.
    """
    if isinstance(value, str):
        return parse_fault(value)
    if not isinstance(value, dict) or not isinstance(value.get("fault"), str):
        raise UsageError('A fault is text or an object with "fault", such as {"fault": "429"}.')
    unknown = sorted(value.keys() - {"fault", "rate", "seconds"})
    if unknown:
        hint = nearest(unknown[0], ("fault", "rate", "seconds"))
        raise UsageError(f'A fault has no "{unknown[0]}". {hint}')
    rate, seconds = value.get("rate", 1.0), value.get("seconds", 0.0)
    return Fault(_kind(value["fault"]), _number(rate, value), _number(seconds, value))


def _kind(name: str) -> FaultKind:
    try:
        return FaultKind(name.strip().lower())
    except ValueError:
        known = [kind.value for kind in FaultKind]
        hint = nearest(name.strip().lower(), known)
        raise UsageError(f'There is no fault "{name}". {hint}') from None


def _number(value: object, whole: object) -> float:
    try:
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            return float(value)
    except ValueError:
        pass
    raise UsageError(f'"{value}" in the fault {whole} is not a number. A fault is {SYNTAX}.')


class FaultPlan:
    """Decides request by request what goes wrong: first the script, then chance.

    Attributes:
        faults: what chance draws from.
        drawn: how often each fault has happened.
    """

    def __init__(self, faults: Iterable[Fault] = (), seed: int | None = None) -> None:
        self._script: deque[Fault] = deque()
        self.drawn: Counter[str] = Counter()
        self.set(faults, seed)

    def set(self, faults: Iterable[Fault], seed: int | None = None) -> None:
        """Replace the faults and start the dice again.

        Raises:
            UsageError: rates that add up to more than 1.
        """
        chosen = tuple(fault for fault in faults if fault.rate)
        total = sum(fault.rate for fault in chosen)
        if total > 1.000001:
            raise UsageError(f"The rates of the faults add up to {total:g}; they may add up to 1.")
        self.faults = chosen
        self._dice = random.Random(seed)  # noqa: S311 - faults, not secrets

    def script(self, faults: Iterable[Fault]) -> int:
        """Queue the very next answers; return how many now wait."""
        self._script.extend(faults)
        return len(self._script)

    def clear(self) -> None:
        """Forget faults and script: everything goes well from here."""
        self._script.clear()
        self.set(())

    def next(self) -> Fault:
        """Return what happens to the next request, `NO_FAULT` when nothing does."""
        fault = self._script.popleft() if self._script else self._draw()
        if fault.kind is not FaultKind.NONE:
            self.drawn[fault.kind.value] += 1
        return fault

    def _draw(self) -> Fault:
        if not self.faults:
            return NO_FAULT
        point = self._dice.random()
        for fault in self.faults:
            point -= fault.rate
            if point < 0:
                return fault
        return NO_FAULT

    def pick(self, count: int) -> int:
        """Return a number below `count` from the same dice."""
        return self._dice.randrange(count)

    def as_json(self) -> dict[str, Any]:
        """Return the plan as the API shows it."""
        return {
            "faults": [fault.as_json() for fault in self.faults],
            "script": [fault.as_json() for fault in self._script],
            "drawn": dict(self.drawn),
        }
