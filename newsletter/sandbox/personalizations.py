"""The rules for `personalizations`: one object a reader, up to a thousand a request.

This is the hot path. Each rule asks its question of a whole object with set operations
of the interpreter, and looks for the culprit, key by key, only after a no.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from newsletter.sandbox.addresses import KEYS as ADDRESS_KEYS
from newsletter.sandbox.addresses import (
    MOST_CHARACTERS,
    address,
    has_separator,
    is_address,
    recipient_name,
)
from newsletter.sandbox.answers import Flaw
from newsletter.sandbox.shapes import below, unknown_keys

MOST_PERSONALIZATIONS = 1_000
MOST_RECIPIENTS = 1_000
MOST_SUBSTITUTION_BYTES = 10_000
MOST_CUSTOM_ARG_BYTES = 10_000
MOST_SECONDS_AHEAD = 72 * 3_600

KEYS = (
    "to",
    "cc",
    "bcc",
    "from",
    "subject",
    "headers",
    "substitutions",
    "dynamic_template_data",
    "custom_args",
    "send_at",
)
RESERVED_HEADERS = frozenset(
    [
        "x-sg-id",
        "x-sg-eid",
        "received",
        "dkim-signature",
        "content-type",
        "content-transfer-encoding",
        "to",
        "from",
        "subject",
        "reply-to",
        "cc",
        "bcc",
    ]
)

_USUAL = frozenset({"to", "headers", "substitutions", "custom_args"})
_TEXT = frozenset({str})
_is_header_name = re.compile(r"[!-9;-~]+").fullmatch  # RFC 5322, 3.6.8: ASCII without colon


def header_flaws(headers: Any, path: str) -> Iterator[Flaw]:
    """Check an object of headers: names by RFC 5322 and the vendor's reserved list."""
    if not isinstance(headers, dict):
        yield Flaw("This must be an object.", path)
        return
    for name, value in headers.items():
        where = below(path, name)
        if not _is_header_name(name):
            yield Flaw("A header's name is ASCII without spaces or colons.", where)
        elif name.lower() in RESERVED_HEADERS:
            yield Flaw(f'The header "{name}" is reserved by SendGrid.', where)
        if not isinstance(value, str):
            yield Flaw("A header's value must be a string.", where)
        elif not (value.isascii() and value.replace("\t", "").isprintable()):
            yield Flaw("A header's value is printable ASCII on one line; encode the rest.", where)


def strings_flaws(values: Any, path: str) -> Iterator[Flaw]:
    """Check an object whose values must be strings."""
    if not isinstance(values, dict):
        yield Flaw("This must be an object.", path)
        return
    for key, value in values.items():
        if not isinstance(value, str):
            yield Flaw(f"This must be a string, not {_kind(value)}.", below(path, key))


def custom_args_flaws(values: Any, path: str) -> Iterator[Flaw]:
    """Check custom args: strings only, and at least one when the object is there."""
    yield from strings_flaws(values, path)
    if isinstance(values, dict) and not values:
        yield Flaw("If present, custom_args must have at least one key.", path)


def send_at_flaws(value: Any, path: str, now: float) -> Iterator[Flaw]:
    """Check a time to send at, in seconds since 1970: at most 72 hours ahead of `now`."""
    if not isinstance(value, int) or isinstance(value, bool):
        yield Flaw("This must be an integer: seconds since 1970.", path)
    elif value > now + MOST_SECONDS_AHEAD:
        yield Flaw("A mail can be scheduled for 72 hours ahead at most.", path)


def subject_flaws(value: Any, path: str) -> Iterator[Flaw]:
    """Check a subject: a string of one line and at least one character."""
    if not isinstance(value, str) or not value:
        yield Flaw("The subject must be a string of at least one character.", path)
    elif "\r" in value or "\n" in value:
        yield Flaw("The subject may not contain a line break.", path)


def _kind(value: object) -> str:
    names = {bool: "a boolean", int: "a number", float: "a number", list: "an array"}
    return "null" if value is None else names.get(type(value), "an object")


class Personalizations:
    """The rules over all personalizations of one message.

    Args:
        message: the whole message, already known to be an object.
        now: seconds since 1970.
    """

    def __init__(self, message: Mapping[str, Any], now: float) -> None:
        self._message = message
        self._now = now
        shared = message.get("custom_args")
        self._shared_args: dict[str, Any] = shared if isinstance(shared, dict) else {}
        self._shared_size = len(orjson.dumps(self._shared_args))
        self._seen: set[str] = set()
        self._good_headers: set[str] = set()
        self._dynamic = str(message.get("template_id", "")).startswith("d-")
        self._flaws: list[Flaw] = []

    def check(self) -> list[Flaw]:
        """Return all that is wrong, in the order of the personalizations."""
        everyone = self._message.get("personalizations")
        if not isinstance(everyone, list) or not everyone:
            message = "The personalizations field is required and needs at least one element."
            return [Flaw(message, "personalizations")]
        if len(everyone) > MOST_PERSONALIZATIONS:
            message = f"There may be {MOST_PERSONALIZATIONS} personalizations a request at most."
            return [Flaw(message, "personalizations")]
        for number, one in enumerate(everyone):
            self._one(number, one)
        if len(self._seen) > MOST_RECIPIENTS:
            message = f"A request may have {MOST_RECIPIENTS} recipients in to, cc and bcc at most."
            self._flaws.append(Flaw(message, "personalizations"))
        return self._flaws

    def _one(self, number: int, one: Any) -> None:
        if type(one) is not dict:
            self._flaws.append(Flaw("This must be an object.", f"personalizations.{number}"))
            return
        self._people(number, "to", one.get("to"))
        if "substitutions" in one:
            self._substitutions(number, one["substitutions"])
        if "headers" in one:
            self._headers(number, one["headers"])
        if "custom_args" in one:
            self._custom_args(number, one["custom_args"])
        if not _USUAL.issuperset(one):
            self._unusual(number, one)

    def _people(self, number: int, field: str, people: Any) -> None:
        if type(people) is not list or not people:
            message = f"The {field} array needs at least one address."
            self._flaws.append(Flaw(message, f"personalizations.{number}.{field}"))
            return
        for index, person in enumerate(people):
            if _plainly_good(person) and (email := person["email"].lower()) not in self._seen:
                self._seen.add(email)
            else:
                self._person(person, f"personalizations.{number}.{field}.{index}")

    def _person(self, person: Any, path: str) -> None:
        self._flaws.extend(address(person, path))
        if not isinstance(person, dict):
            return
        self._flaws.extend(recipient_name(person, path))
        email = str(person.get("email")).lower()
        if email in self._seen:
            message = f"An address may stand in a request once; {email} is here again."
            self._flaws.append(Flaw(message, below(path, "email")))
        self._seen.add(email)

    def _substitutions(self, number: int, values: Any) -> None:
        path = f"personalizations.{number}.substitutions"
        if type(values) is not dict or not _TEXT.issuperset(map(type, values.values())):
            self._flaws.extend(strings_flaws(values, path))
        # JSON is longer than keys and values alone, so most are cleared without counting.
        elif len(orjson.dumps(values)) > MOST_SUBSTITUTION_BYTES:
            size = sum(len(key.encode()) + len(value.encode()) for key, value in values.items())
            if size > MOST_SUBSTITUTION_BYTES:
                message = (
                    f"Substitutions may have {MOST_SUBSTITUTION_BYTES} bytes; here are {size}."
                )
                self._flaws.append(Flaw(message, path))
        if type(values) is dict and "" in values:
            self._flaws.append(Flaw("The tag to be replaced may not be empty.", path))
        if self._dynamic:
            message = "Substitutions may not be used with a dynamic template."
            self._flaws.append(Flaw(message, path))

    def _headers(self, number: int, headers: Any) -> None:
        if type(headers) is dict and _TEXT.issuperset(map(type, headers.values())):
            joined = "".join(headers.values())
            if self._good_headers.issuperset(headers) and joined.isascii() and joined.isprintable():
                return
        flaws = list(header_flaws(headers, f"personalizations.{number}.headers"))
        self._flaws.extend(flaws)
        if not flaws:
            self._good_headers.update(headers)

    def _custom_args(self, number: int, values: Any) -> None:
        path = f"personalizations.{number}.custom_args"
        if (
            type(values) is not dict
            or not values
            or not _TEXT.issuperset(map(type, values.values()))
        ):
            self._flaws.extend(custom_args_flaws(values, path))
        elif len(orjson.dumps(values)) + self._shared_size > MOST_CUSTOM_ARG_BYTES:
            size = len(orjson.dumps({**self._shared_args, **values}))
            if size > MOST_CUSTOM_ARG_BYTES:
                message = (
                    f"Custom args, those of the message and of the personalization merged, "
                    f"may have {MOST_CUSTOM_ARG_BYTES} bytes; here are {size}."
                )
                self._flaws.append(Flaw(message, path))

    def _unusual(self, number: int, one: dict[str, Any]) -> None:
        path = f"personalizations.{number}"
        self._flaws.extend(unknown_keys(one, KEYS, path))
        for field in ("cc", "bcc"):
            if field in one:
                self._people(number, field, one[field])
        if "subject" in one:
            self._flaws.extend(subject_flaws(one["subject"], f"{path}.subject"))
        if "from" in one:
            self._flaws.extend(address(one["from"], f"{path}.from"))
        if "send_at" in one:
            self._flaws.extend(send_at_flaws(one["send_at"], f"{path}.send_at", self._now))
        if "dynamic_template_data" in one:
            self._flaws.extend(self._dynamic_data(one, f"{path}.dynamic_template_data"))

    def _dynamic_data(self, one: dict[str, Any], path: str) -> Iterator[Flaw]:
        if not isinstance(one["dynamic_template_data"], dict):
            yield Flaw("This must be an object.", path)
        if "substitutions" in one:
            yield Flaw("Use substitutions or dynamic_template_data, not both.", path)
        elif not self._dynamic:
            yield Flaw('This needs a dynamic template: a template_id that begins "d-".', path)


def _plainly_good(person: Any) -> bool:
    if type(person) is not dict or not ADDRESS_KEYS.issuperset(person):
        return False
    email = person.get("email")
    if type(email) is not str or len(email) > MOST_CHARACTERS or is_address(email) is None:
        return False
    name = person.get("name", "")
    return type(name) is str and has_separator(name) is None
