"""`newsletter.toml`, `.env` and the environment, read into one tree that knows its places."""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dotenv.parser import Binding, parse_stream

from newsletter.config.finding import FILE
from newsletter.config.lines import Keys, key_lines, line_of
from newsletter.errors import ContentError, Place, Problem

ENVIRONMENT = "environment"
_LARGEST = 1_000_000
_SYNTAX = re.compile(r"(.*?) ?\(at (?:line (\d+), column \d+|end of document)\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Variable:
    """A value from outside the file.

    Attributes:
        place: `environment`, or its line in `.env`.
    """

    name: str
    value: str = field(repr=False)
    place: Place


@dataclass(slots=True)
class Sources:
    """Raw values and where each came from.

    Attributes:
        tree: the file's tables, with overrides from variables in their place.
        lines: key -> line in the file.
        variables: name -> variable, the environment's before `.env`'s.
        overrides: key -> the variable its value came from.
    """

    tree: dict[str, Any]
    lines: Mapping[Keys, int]
    variables: Mapping[str, Variable]
    overrides: dict[Keys, Variable] = field(default_factory=dict)

    def variable(self, name: str) -> str:
        """A variable's value without white space around it, or an empty text."""
        return self.variables[name].value.strip() if name in self.variables else ""

    def problem(self, keys: Keys, message: str, hint: str = "") -> Problem:
        """A problem with the setting of that key, at its line or naming its variable."""
        for end in range(len(keys), 0, -1):
            if keys[:end] in self.overrides:
                return _of_variable(self.overrides[keys[:end]], message, hint)
        place = Place(FILE, line_of(keys, self.lines))
        return Problem(place, f"{'.'.join(keys)} {message}", hint)

    def variable_problem(self, name: str, message: str) -> Problem:
        """A problem with a variable's value; never shows the value."""
        return _of_variable(self.variables[name], message)


def _of_variable(variable: Variable, message: str, hint: str = "") -> Problem:
    return Problem(variable.place, f"{variable.name} {message}", hint)


def read_sources(root: Path, environ: Mapping[str, str], settings: bytes | None = None) -> Sources:
    """Read the site's file, its `.env` and the environment.

    Args:
        root: the site's folder.
        environ: the environment's variables; they beat `.env`, which beats the file.
        settings: what `newsletter.toml` would say, to be read in its place.

    Raises:
        ContentError: a file can not be read as such.
    """
    text = _text(root / FILE, FILE) if settings is None else _decoded(settings, FILE)
    variables = _dotenv(root / ".env") | {
        name: Variable(name, value, Place(ENVIRONMENT)) for name, value in environ.items()
    }
    return Sources(_toml(text), key_lines(text), variables)


def _text(path: Path, name: str) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _error(name, 0, f"It can not be read: {error.strerror}.") from None
    return _decoded(data, name)


def _decoded(data: bytes, name: str) -> str:
    if len(data) > _LARGEST:
        raise _error(name, 0, "It is larger than 1 MB. Is it the right file?")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _error(name, line, "It is not UTF-8. Save it as UTF-8.") from None


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = _SYNTAX.fullmatch(str(error))
        message = match[1] if match else str(error)
        line = int(match[2]) if match and match[2] else text.count("\n") + 1
        raise _error(FILE, line, f"This is not TOML: {message}.") from None
    except RecursionError:
        raise _error(FILE, 0, "It is nested too deep.") from None


def _dotenv(path: Path) -> dict[str, Variable]:
    if not path.is_file():
        return {}
    bindings = list(parse_stream(io.StringIO(_text(path, ".env"))))
    wrong = [
        Problem(_dotenv_place(binding), "This is not NAME=value.")
        for binding in bindings
        if binding.error
    ]
    if wrong:
        raise ContentError(wrong)
    return {
        binding.key: Variable(binding.key, binding.value, _dotenv_place(binding))
        for binding in bindings
        if binding.key and binding.value is not None
    }


def _dotenv_place(binding: Binding) -> Place:
    """A binding begins with the blank lines above it."""
    text = binding.original.string
    blank = text[: len(text) - len(text.lstrip())].count("\n")
    return Place(".env", binding.original.line + blank)


def _error(name: str, line: int, message: str) -> ContentError:
    return ContentError([Problem(Place(name, line), message)])
