"""What someone asks of a page, as a value: no handler sees the web framework's own types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

LONGEST_VALUE = 2_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed, cleaned: no control characters, nothing endless.

    Attributes:
        pairs: (name, value) in the order in which they came; names may repeat.
    """

    pairs: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, object]]) -> Form:
        """Clean what came; values that are no text (files) are left out."""
        kept = ((name, value) for name, value in pairs if isinstance(value, str))
        return cls(tuple((clean(name), clean(value)) for name, value in kept))

    def one(self, name: str) -> str:
        """The first value of that name without spaces around it, or empty."""
        return next((value.strip() for key, value in self.pairs if key == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of that name."""
        return tuple(value.strip() for key, value in self.pairs if key == name)

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self.pairs)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request.

    Attributes:
        method: `GET`, `HEAD` or `POST`.
        path: its path, for messages.
        named: what stands in the address: `token`, `slug`, `name`.
        form: of a POST; empty when there was none or it could not be read.
        body: of a POST that is no form.
        kind: media type of the body, lower case, without parameters.
        origin: of the page that asks across sites, or empty.
        ip: the person's address; empty when unknown.
        user_agent: as sent.
    """

    method: str
    path: str
    named: Mapping[str, str] = field(default_factory=dict)
    form: Form = field(default_factory=Form)
    body: bytes = b""
    kind: str = ""
    origin: str = ""
    ip: str = ""
    user_agent: str = ""

    @property
    def token(self) -> str:
        """The mark in the address."""
        return self.named.get("token", "")


def clean(text: str) -> str:
    """Text that every database takes: no control characters, not endless."""
    return _CONTROL.sub("", text[:LONGEST_VALUE])
