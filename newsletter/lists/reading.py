"""A list looked at, and then its rows, one at a time: a million take no more memory than ten."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, TextIO

from newsletter.errors import UsageError, nearest
from newsletter.lists.columns import Columns, fields_known, guess_columns, read_header
from newsletter.lists.encodings import Encoding, detect, reading
from newsletter.lists.kinds import Kind, heavier
from newsletter.lists.rows import BadRow, ListedReader, ListRules, RowReader
from newsletter.lists.sources import Source
from newsletter.lists.tape import LONGEST_LINE, Tape

_DELIMITERS = (",", ";", "\t")
_SPOKEN = {",": "comma", ";": "semicolon", "\t": "tab"}
_EXCEL = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_TOLD_EVERY = 1_000  # rows
_LONGEST_SHOWN = 80  # letters of a cell in a glimpse

Told = Callable[[int], None]
"""Takes how many bytes of a list were read."""


@dataclass(frozen=True, slots=True)
class ListPlan:
    """How a list will be read; made from all its bytes, before a row is used.

    Attributes:
        first_line: of the first row with a reader.
        kind: what the list is a list of; a row may weigh more.
    """

    source: Source
    encoding: Encoding
    delimiter: str
    columns: Columns
    first_line: int
    kind: Kind

    @property
    def separated_by(self) -> str:
        """The delimiter, for people."""
        return _SPOKEN.get(self.delimiter, self.delimiter)

    @property
    def may_hold(self) -> tuple[bool, bool]:
        """Whether there may be noes in it, and yeses."""
        mixed = self.columns.says_status()
        return self.kind.is_no or mixed, not self.kind.is_no

    def rows(
        self, rules: ListRules, told: Told = lambda read: None
    ) -> Iterator[ListedReader | BadRow]:
        """Good and bad rows, in order; empty ones are none.

        Raises:
            UsageError: while rows are taken, the rest turned out to be unreadable.
        """
        reader = RowReader(self.columns, rules, self.kind)
        with self.source.open() as stream, _text(stream, self.encoding) as file:
            for _ in range(self.first_line - 1):
                file.readline(LONGEST_LINE)
            tape = Tape(file, self.delimiter, self.first_line)
            for number, (line, cells, problem) in enumerate(tape):
                if number % _TOLD_EVERY == 0:
                    told(stream.tell())
                if problem:
                    yield BadRow(line, problem, tuple(cells))
                elif any(cells) and any(each.strip() for each in cells):
                    yield reader.read(line, cells)
        told(self.source.size)


def look_at(
    source: Source,
    rules: ListRules,
    chosen: Mapping[str, str] | None = None,
    kind: Kind | None = None,
    places: Sequence[str] = (),
) -> ListPlan:
    """Find out how to read a list.

    Args:
        chosen: column -> field, by a person.
        places: instead, a field or nothing for each column in order.
        kind: what a person says it is a list of; None goes by its name, and else means
            subscribed. A no, whoever says it, beats a yes.

    Raises:
        UsageError: it is empty, can not be read, or its columns do not say who is meant.
    """
    with source.open() as stream:
        encoding = detect(stream)
    with source.open() as stream, _text(stream, encoding) as file:
        delimiter, cells, first = _head(source.name, file)
    slugs = [attribute.slug for attribute in rules.attributes]
    columns = read_header(source.name, cells, slugs, chosen or {}, places)
    if not columns.named:
        first -= 1
    told = [each for each in (kind, source.kind) if each is not None]
    heaviest = Kind.SUBSCRIBED
    for each in told:
        heaviest = heavier(heaviest, each)
    return ListPlan(source, encoding, delimiter, columns, first, heaviest)


@dataclass(frozen=True, slots=True)
class Glimpse:
    """The beginning of a list, for a person to say what its columns are.

    Attributes:
        header: as the file names the columns; counted where it begins with a reader.
        guessed: a field, or nothing, for each column.
        rows: the first ones, as wide as the header.
    """

    name: str
    header: tuple[str, ...]
    guessed: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kind: Kind | None
    separated_by: str
    encoding: str


def glance_at(source: Source, rules: ListRules, most: int = 5) -> Glimpse:
    """The beginning of a list, whatever its columns mean.

    Raises:
        UsageError: it is empty or can not be read.
    """
    with source.open() as stream:
        encoding = detect(stream)
    with source.open() as stream, _text(stream, encoding) as file:
        delimiter, cells, first = _head(source.name, file)
    slugs = [attribute.slug for attribute in rules.attributes]
    header, guessed, named = guess_columns(cells, slugs)
    with source.open() as stream, _text(stream, encoding) as file:
        for _ in range(first - 1 if named else first - 2):
            file.readline(LONGEST_LINE)
        rows = tuple(_cut(row, len(header)) for row in islice(_rows(file, delimiter), most))
    spoken = _SPOKEN.get(delimiter, delimiter)
    return Glimpse(source.name, header, guessed, rows, source.kind, spoken, encoding.name)


def read_row(said: Mapping[str, str], rules: ListRules) -> ListedReader:
    """Read one reader from field -> cell.

    Raises:
        UsageError: a field nobody knows, or all that is wrong with the cells.
    """
    known = fields_known([attribute.slug for attribute in rules.attributes])
    for name in said:
        if name not in known:
            raise UsageError(f'Readers have no "{name}". {nearest(name, known)}')
    columns = Columns(tuple(said), tuple(said))
    row = RowReader(columns, rules, Kind.SUBSCRIBED).read(1, tuple(said.values()))
    if isinstance(row, BadRow):
        raise UsageError(row.reason)
    return row


def _text(stream: BinaryIO, encoding: Encoding) -> TextIO:
    codec, errors = reading(encoding)
    return io.TextIOWrapper(stream, codec, errors, newline="")


def _head(name: str, file: TextIO) -> tuple[str, list[str], int]:
    """The delimiter, the cells of the first row, and the line behind it."""
    line, text = 1, file.readline(LONGEST_LINE)
    told = _EXCEL.fullmatch(text)  # how Excel is told the delimiter; no row
    if told:
        line, text = 2, file.readline(LONGEST_LINE)
    while text and not text.strip(" \t\r\n,;"):
        line, text = line + 1, file.readline(LONGEST_LINE)
    if not text:
        raise UsageError(f"{name} is empty.")
    delimiter = told[1] if told else max(_DELIMITERS, key=lambda each: _width(text, each))
    rest = [text, *(file.readline(LONGEST_LINE) for _ in range(20))]
    rows = csv.reader(filter(None, rest), delimiter=delimiter)
    try:
        cells = next(rows)
    except csv.Error as problem:
        raise UsageError(f"{name}:{line}: the first line can not be read: {problem}.") from None
    return delimiter, cells, line + rows.line_num


def _rows(file: TextIO, delimiter: str) -> Iterator[list[str]]:
    for _, cells, problem in Tape(file, delimiter, 1):
        if not problem and any(each.strip() for each in cells):
            yield list(cells)


def _cut(row: Sequence[str], width: int) -> tuple[str, ...]:
    cells = [each.strip()[:_LONGEST_SHOWN] for each in row[:width]]
    return (*cells, *[""] * (width - len(cells)))


def _width(text: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([text], delimiter=delimiter)))
    except (csv.Error, StopIteration):
        return 0
