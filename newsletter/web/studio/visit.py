"""What someone asks of a studio page, as a value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from newsletter.errors import UsageError
from newsletter.model.person import Person, Seat

_DIGITS = 18  # what every database takes as a number
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form; open as long as the request is answered.

    Attributes:
        name: as the browser gave it; not to be trusted.
        kind: media type as the browser guessed it; not to be trusted.
        size: bytes.
        file: at its beginning; on disk when it is large.
    """

    name: str
    kind: str
    size: int
    file: BinaryIO

    def read(self) -> bytes:
        """All of it; only for what is small by its address's limit."""
        self.file.seek(0)
        return self.file.read()


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed and chosen, without control characters.

    Attributes:
        pairs: (name, value) in the order in which they came; names may repeat.
        files: (name, upload); fields left empty are left out.
    """

    pairs: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, Upload], ...] = ()

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]], files: Iterable[tuple[str, Upload]] = ()) -> Form:
        """Clean what came. Line ends become plain: browsers send CR LF (HTML 4.10.22.4)."""
        kept = tuple((name, _clean(value)) for name, value in pairs)
        return cls(kept, tuple((name, file) for name, file in files if file.name or file.size))

    def one(self, name: str) -> str:
        """The first value of that name without spaces around it, or empty."""
        return self.raw(name).strip()

    def raw(self, name: str) -> str:
        """The first value of that name as it was typed, or empty."""
        return next((value for key, value in self.pairs if key == name), "")

    def many(self, name: str) -> tuple[str, ...]:
        """Every value of that name without spaces around it."""
        return tuple(value.strip() for key, value in self.pairs if key == name)

    def has(self, name: str) -> bool:
        """Whether the field came at all, as a ticked box does."""
        return any(key == name for key, _ in self.pairs)

    def uploads(self, name: str) -> tuple[Upload, ...]:
        """Every file of that name."""
        return tuple(file for key, file in self.files if key == name)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request.

    Attributes:
        method: `GET`, `HEAD` or `POST`.
        path: whole, as it stands in the browser.
        named: what stands in the address: `slug`, `token`.
        query: behind the `?`; of a repeated name the last.
        form: of a POST.
        body: of a POST to an address that takes no form.
        seat: who asks; None when nobody is signed in.
        ip: the browser's address; empty when unknown.
        user_agent: as sent, cut.
        part: whether a script of ours asks, which can read JSON and swap parts of a page.
        told: a message that the page before left, once.
    """

    method: str
    path: str
    named: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    form: Form = field(default_factory=Form)
    body: bytes = b""
    seat: Seat | None = None
    ip: str = ""
    user_agent: str = ""
    part: bool = False
    told: str = ""

    @property
    def person(self) -> Person:
        """Who is signed in; only for addresses that need a role."""
        if self.seat is None:
            raise UsageError("Nobody is signed in.")
        return self.seat.person

    @property
    def token(self) -> str:
        """The mark in the address."""
        return self.named.get("token", "")

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            UsageError: it is none.
        """
        try:
            return json.loads(self.body)
        except ValueError as problem:
            raise UsageError(f"That is no JSON: {problem}.") from problem


def whole_number(text: str) -> int | None:
    """A number that a row or a count can be, 1 to 18 digits; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None


def _clean(text: str) -> str:
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
