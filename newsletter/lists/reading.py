"""A CSV file as readers and bad rows, one at a time: a million rows take no more memory."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from newsletter.errors import UsageError, nearest
from newsletter.model.site import Attribute

EMAIL = "email"
_NAMES = {
    "e-mail": EMAIL,
    "email address": EMAIL,
    "first name": "first_name",
    "firstname": "first_name",
    "timezone": "zone",
    "time zone": "zone",
}
_OWN = (EMAIL, "first_name", "interests", "tags", "zone")
_DELIMITERS = ",;\t"
_SEVERAL = re.compile(r"[,;|]")
_LONGEST_TAG = 64


@dataclass(frozen=True, slots=True)
class ListRules:
    """What a row may say.

    Attributes:
        attributes: those the site declares; each may be a column.
        interests: the site's slugs.
        normalise: an address in the form it is stored in; raises UsageError for none.
    """

    attributes: Sequence[Attribute]
    interests: Sequence[str]
    normalise: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class ListedReader:
    """A good row.

    Attributes:
        line: where it begins in the file, counted from 1.
        email: normalised.
        interests: slugs, or None where the row says nothing.
        zone: as written; one that nobody knows counts as the site's.
    """

    line: int
    email: str
    first_name: str = ""
    interests: tuple[str, ...] | None = None
    tags: tuple[str, ...] = ()
    zone: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that can not be used, with all that is wrong with it.

    Attributes:
        cells: as they stood in the file.
    """

    line: int
    reason: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class List:
    """An open list.

    Attributes:
        header: the columns as the file names them.
        ignored: those that mean nothing here.
        rows: good and bad, in order; consumed as it goes.
    """

    header: tuple[str, ...]
    ignored: tuple[str, ...]
    rows: Iterator[ListedReader | BadRow]


def read_list(path: Path, rules: ListRules) -> List:
    """Open a CSV file (RFC 4180; `;` and tab will do, UTF-8 with or without a mark).

    Raises:
        UsageError: it can not be opened, is no UTF-8, or has no column `email`. While rows are
            taken, too: the rest of the file turned out to be unreadable.
    """
    lines = _lines(path)
    header_line = next(lines, "")
    delimiter = max(_DELIMITERS, key=header_line.count)
    reader = csv.reader(_again(header_line, lines), delimiter=delimiter)
    header = tuple(cell.strip() for cell in next(reader, []))
    columns = tuple(_meaning(name) for name in header)
    if columns.count(EMAIL) != 1:
        raise UsageError(
            f"{path}: the first line must name the columns, one of them `email`. "
            f"It has: {', '.join(header) or 'nothing'}."
        )
    known = (*_OWN, *(attribute.slug for attribute in rules.attributes))
    ignored = tuple(
        name for name, meaning in zip(header, columns, strict=True) if meaning not in known
    )
    return List(header, ignored, _rows(path, reader, columns, rules))


def read_row(said: Mapping[str, str], rules: ListRules) -> ListedReader:
    """Read one reader from column -> cell.

    Raises:
        UsageError: a column nobody knows, or all that is wrong with the cells.
    """
    known = (*_OWN, *(attribute.slug for attribute in rules.attributes))
    for name in said:
        if name not in known:
            raise UsageError(f'Readers have no "{name}". {nearest(name, known)}')
    row = _row(1, tuple(said.values()), tuple(said), rules)
    if isinstance(row, BadRow):
        raise UsageError(row.reason)
    return row


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _decoded(path, file)
    except OSError as problem:
        raise UsageError(f"{path} can not be read: {problem.strerror}.") from problem


def _decoded(path: Path, file: IO[str]) -> Iterator[str]:
    try:
        yield from file
    except UnicodeDecodeError as problem:
        raise UsageError(
            f"{path} is not UTF-8 (byte {problem.start} of what was read last). "
            "Save it as UTF-8 and try again; nothing behind that was read."
        ) from problem


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _meaning(name: str) -> str:
    plain = name.strip().lower()
    return _NAMES.get(plain, plain)


def _rows(
    path: Path, reader: Iterator[list[str]], columns: Sequence[str], rules: ListRules
) -> Iterator[ListedReader | BadRow]:
    line = 2
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _row(line, tuple(cells), columns, rules)
            line = reader.line_num + 1  # type: ignore[attr-defined]  # csv.reader's own
    except csv.Error as problem:
        raise UsageError(f"{path}:{line}: {problem}. Nothing behind that was read.") from problem


def _row(
    line: int, cells: tuple[str, ...], columns: Sequence[str], rules: ListRules
) -> ListedReader | BadRow:
    if len(cells) > len(columns):
        told = f"has {len(cells)} cells for {len(columns)} columns; is a comma not quoted?"
        return BadRow(line, told, cells)
    said = {name: cell.strip() for name, cell in zip(columns, cells, strict=False)}
    problems: list[str] = []
    email = _email(said.get(EMAIL, ""), rules, problems)
    interests = _interests(said.get("interests", ""), rules, problems)
    tags = _tags(said.get("tags", ""), problems)
    attributes = _attributes(said, rules, problems)
    if problems:
        return BadRow(line, "; ".join(problems), cells)
    name = " ".join(said.get("first_name", "").split())
    return ListedReader(line, email, name, interests, tags, said.get("zone", ""), attributes)


def _email(text: str, rules: ListRules, problems: list[str]) -> str:
    try:
        return rules.normalise(text)
    except UsageError as problem:
        problems.append(str(problem) if text else "has no address")
        return ""


def _interests(text: str, rules: ListRules, problems: list[str]) -> tuple[str, ...] | None:
    named = tuple(dict.fromkeys(each.lower() for each in _several(text)))
    problems += [
        f'there is no interest "{each}". {nearest(each, rules.interests)}'
        for each in named
        if each not in rules.interests
    ]
    return named or None


def _tags(text: str, problems: list[str]) -> tuple[str, ...]:
    tags = tuple(dict.fromkeys(_several(text)))
    problems += [f'the tag "{tag[:20]}..." is too long' for tag in tags if len(tag) > _LONGEST_TAG]
    return tags


def _attributes(said: Mapping[str, str], rules: ListRules, problems: list[str]) -> dict[str, str]:
    found = {}
    for attribute in rules.attributes:
        value = said.get(attribute.slug, "")
        if value and attribute.choices and value not in attribute.choices:
            hint = nearest(value, attribute.choices)
            problems.append(f'"{value}" is not a choice of {attribute.slug}. {hint}')
        if value:
            found[attribute.slug] = value
    return found


def _several(text: str) -> list[str]:
    return [each.strip() for each in _SEVERAL.split(text) if each.strip()]
