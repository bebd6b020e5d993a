"""Column types: moments that are never naive, and words stored as small numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Dialect, SmallInteger, String, TypeDecorator
from sqlalchemy.types import TypeEngine


class Moment(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database; a naive one raises ValueError."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """`timestamptz` where there is one, ISO text in UTC elsewhere."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; SQLite's text carries no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"A moment needs a zone: {value!r}.")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To an aware value in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(TypeDecorator[StrEnum]):
    """A word of the ledger, stored as readable text."""

    impl = String
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__(16)
        self.words = words

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        """Only words of the enum get in."""
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        """Back to the enum."""
        return None if value is None else self.words(value)


class Code(TypeDecorator[StrEnum]):
    """A word stored as a small number, for the one table that has millions of rows.

    Numbers begin at 2 because SQLite keeps 0 and 1 in no byte at all: with all codes one
    byte wide a row keeps its size when its outcome changes, and no page has to be split.
    """

    impl = SmallInteger
    cache_ok = True

    def __init__(self, words: type[StrEnum], codes: tuple[tuple[StrEnum, int], ...]) -> None:
        super().__init__()
        self.words = words
        self.codes = codes
        self.numbers: Mapping[StrEnum, int] = dict(codes)
        self.by_number: Mapping[int, StrEnum] = {number: word for word, number in codes}

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> int | None:
        """The word's number; an unknown word raises KeyError."""
        return None if value is None else self.numbers[value]

    def process_result_value(self, value: int | None, dialect: Dialect) -> StrEnum | None:
        """The number's word."""
        return None if value is None else self.by_number[value]
