"""Readers whose values strain a letter, found by the database: it never reads the list out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, String, case, func, or_, select

from newsletter.store.tables import subscriber
from newsletter.store.tables.subscribers import Status

FEW = 3
_HOSTILE = ("%<%", "%>%", "%{{%", "%{\\%%", '%"%', "%&%", "%\\\\%", "%://%")
# Hebrew, Arabic, Syriac, Thaana, N'Ko, and the presentation forms of the first two.
_RIGHT_TO_LEFT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_BREAKS = ("%\n%", "%\r%", "%\u202e%", "%\u2066%", "%\u2067%")


@dataclass(frozen=True, slots=True)
class Strained:
    """A reader with a value worth a look, and in which way: `longest first_name`."""

    reader: int
    why: str


@dataclass(frozen=True, slots=True)
class Straining:
    """What was found among the confirmed readers.

    Attributes:
        readers: how many there are.
        empty: of them without a first name.
    """

    readers: int
    empty: int
    found: tuple[Strained, ...]


def straining(connection: Connection, fields: Sequence[str]) -> Straining:
    """Look through all confirmed readers, a few statements a field.

    Args:
        fields: names as in merge fields, without `subscriber.`.
    """
    confirmed = subscriber.c.status == Status.CONFIRMED
    without = func.sum(_is_empty(subscriber.c.first_name))
    row = connection.execute(select(func.count(), without).where(confirmed)).one()
    found = [each for name in fields for each in _of_field(connection, name)]
    return Straining(int(row[0]), int(row[1] or 0), tuple(found))


def values_of(
    connection: Connection, readers: Sequence[int], fields: Sequence[str]
) -> dict[int, dict[str, str]]:
    """Reader -> field -> value."""
    columns = [_value(name).label(f"f{n}") for n, name in enumerate(fields)]
    query = select(subscriber.c.id, *columns).where(subscriber.c.id.in_(readers))
    return {
        row[0]: {name: row[n + 1] or "" for n, name in enumerate(fields)}
        for row in connection.execute(query)
    }


def _is_empty(column: ColumnElement[str]) -> ColumnElement[int]:
    return case((func.coalesce(column, "") == "", 1), else_=0)


def _of_field(connection: Connection, name: str) -> Iterator[Strained]:
    value = _value(name)
    confirmed = subscriber.c.status == Status.CONFIRMED
    longest = func.length(value).desc()
    ways = {
        f"longest {name}": (value != "",),
        f"no blank in {name}": (func.length(value) > 20, value.not_like("% %")),
        f"right to left in {name}": (_reads_leftwards(connection, value),),
        f"signs in {name}": (or_(*(value.like(each, escape="\\") for each in _HOSTILE)),),
        f"line breaks in {name}": (or_(*(value.like(each) for each in _BREAKS)),),
    }
    for why, conditions in ways.items():
        if name == "email" and not why.startswith("longest"):
            continue  # addresses were judged when they came in
        query = select(subscriber.c.id).where(confirmed, *conditions)
        for row in connection.execute(query.order_by(longest, subscriber.c.id).limit(FEW)):
            yield Strained(row[0], why)
    query = select(subscriber.c.id).where(confirmed, func.coalesce(value, "") == "")
    for row in connection.execute(query.order_by(subscriber.c.id).limit(1)):
        yield Strained(row[0], f"no {name}")


def _value(name: str) -> ColumnElement[str]:
    if name in ("email", "first_name"):
        return subscriber.c[name]
    own: ColumnElement[str] = subscriber.c.attributes[name].as_string()
    return own


def _reads_leftwards(connection: Connection, value: ColumnElement[str]) -> ColumnElement[bool]:
    if connection.dialect.name == "sqlite":
        return value.op("GLOB")(f"*[{_RIGHT_TO_LEFT}]*")
    return value.cast(String).regexp_match(f"[{_RIGHT_TO_LEFT}]")
