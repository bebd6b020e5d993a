"""Answers in the vendor's shape: `{"errors": [{"message", "field", "help"}]}`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class Flaw:
    """One entry of the vendor's list of errors.

    Attributes:
        message: what is wrong.
        field: where, such as `personalizations.3.to.0.email`; None for the whole request.
        help: more words or an address to read; None when there are none.
    """

    message: str
    field: str | None = None
    help: str | None = None


def errors(status: int, flaws: Iterable[Flaw], headers: dict[str, str] | None = None) -> Response:
    """Return an error answer of the vendor's shape."""
    listed = [{"message": f.message, "field": f.field, "help": f.help} for f in flaws]
    return json_answer({"errors": listed}, status, headers)


def error(status: int, message: str, field: str | None = None) -> Response:
    """Return an error answer with a single entry."""
    return errors(status, [Flaw(message, field)])


def json_answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return `value` as JSON; it is never cached."""
    return Response(
        orjson.dumps(value),
        status,
        {"Cache-Control": "no-store", **(headers or {})},
        media_type="application/json",
    )
