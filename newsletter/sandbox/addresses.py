"""The rules for one address object, `{"email": ..., "name": ...}`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from newsletter.sandbox.answers import Flaw
from newsletter.sandbox.shapes import below, unknown_keys

MOST_CHARACTERS = 320
KEYS = frozenset({"email", "name"})

# The dot-atom of RFC 5322 and a domain of at least two labels; ASCII only, for the vendor
# does not speak SMTPUTF8 (RFC 6531).
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
is_address = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+").fullmatch
has_separator = re.compile(r"[;,\r\n]").search


def address(value: Any, path: str) -> Iterator[Flaw]:
    """Check an address object; `path` is where it stands."""
    if not isinstance(value, dict):
        yield Flaw('An address is an object: {"email": "reader@example.com"}.', path)
        return
    yield from unknown_keys(value, ("email", "name"), path)
    email = value.get("email")
    if not isinstance(email, str) or len(email) > MOST_CHARACTERS or not is_address(email):
        yield Flaw("Does not contain a valid address.", below(path, "email"))
    name = value.get("name")
    if "name" in value and not isinstance(name, str):
        yield Flaw("This must be a string.", below(path, "name"))


def recipient_name(value: dict[str, Any], path: str) -> Iterator[Flaw]:
    """Check what only recipients' names are held to."""
    name = value.get("name")
    if isinstance(name, str) and has_separator(name):
        message = "A recipient's name may not contain a semicolon, a comma or a line break."
        yield Flaw(message, below(path, "name"))
