"""Small checks that add up to the shape of a JSON document.

A check takes a value and its path and yields what is wrong with it. They run once a
request, on the parts all readers share; `personalizations` has its own, faster rules.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from newsletter.errors import nearest
from newsletter.sandbox.answers import Flaw

Check = Callable[[Any, str], Iterator[Flaw]]


def below(path: str, key: object) -> str:
    """Return the path of `key` inside `path`, as the vendor writes it."""
    return f"{path}.{key}" if path else str(key)


def text(least: int = 0, most: int | None = None) -> Check:
    """Return a check for a string of `least` to `most` characters."""

    def check(value: Any, path: str) -> Iterator[Flaw]:
        if not isinstance(value, str):
            yield Flaw("This must be a string.", path)
        elif len(value) < least:
            yield Flaw(f"This must be a string of at least {least} character(s).", path)
        elif most is not None and len(value) > most:
            yield Flaw(f"This may have {most} characters at most.", path)

    return check


def boolean(value: Any, path: str) -> Iterator[Flaw]:
    """Check for true or false."""
    if not isinstance(value, bool):
        yield Flaw("This must be true or false.", path)


def integer(value: Any, path: str) -> Iterator[Flaw]:
    """Check for a whole number; true and false are none."""
    if not isinstance(value, int) or isinstance(value, bool):
        yield Flaw("This must be an integer.", path)


def one_of(*allowed: str) -> Check:
    """Return a check for one of some strings."""

    def check(value: Any, path: str) -> Iterator[Flaw]:
        if value not in allowed:
            yield Flaw(f"This must be one of: {', '.join(allowed)}.", path)

    return check


def base64_text(value: Any, path: str) -> Iterator[Flaw]:
    """Check for a string of Base64 that is not empty."""
    try:
        if isinstance(value, str) and base64.b64decode(value, validate=True):
            return
    except (binascii.Error, ValueError):
        pass
    yield Flaw("This must be Base64 of at least one byte.", path)


def array(item: Check, most: int | None = None, least: int = 0) -> Check:
    """Return a check for a list of `least` to `most` values that each pass `item`."""

    def check(value: Any, path: str) -> Iterator[Flaw]:
        if not isinstance(value, list):
            yield Flaw("This must be an array.", path)
            return
        if len(value) < least:
            yield Flaw(f"This must have at least {least} element(s).", path)
        if most is not None and len(value) > most:
            yield Flaw(f"This may have {most} elements at most; it has {len(value)}.", path)
        for number, element in enumerate(value):
            yield from item(element, below(path, number))

    return check


def record(keys: Mapping[str, Check], required: Iterable[str] = ()) -> Check:
    """Return a check for an object with these keys and no others."""
    needed = tuple(required)

    def check(value: Any, path: str) -> Iterator[Flaw]:
        if not isinstance(value, dict):
            yield Flaw("This must be an object.", path or None)
            return
        yield from unknown_keys(value, keys, path)
        for key in needed:
            if key not in value:
                yield Flaw(f'"{key}" is required here.', below(path, key))
        for key, inner in keys.items():
            if key in value:
                yield from inner(value[key], below(path, key))

    return check


def unknown_keys(value: Mapping[str, Any], known: Iterable[str], path: str) -> Iterator[Flaw]:
    """Yield a flaw for each key the vendor does not know."""
    names = list(known)
    for key in value:
        if key not in names:
            message = f'Additional property "{key}" is not allowed.'
            yield Flaw(message, below(path, key), nearest(key, names) or None)
