"""Readers whose values strain a letter, found by both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from newsletter.store import Store
from newsletter.store.straining import straining, values_of
from newsletter.store.tables import subscriber
from newsletter.store.tables.subscribers import Status

NOW = datetime(2026, 11, 1, tzinfo=UTC)
NAMES = {
    1: "Ada",
    2: "",
    3: "Maria-Theresia Alexandrine von und zu Hohenlohe",
    4: "Donaudampfschifffahrtsgesellschaft",
    5: "שלומית",
    6: "<script>",
    7: "O'Neill",
    8: "Zoë",
}


@pytest.fixture
def filled(store: Store) -> Store:
    """A list of eight, and one who left with a stranger name than all."""
    rows = [
        {
            "id": number,
            "email": f"r{number}@example.com",
            "first_name": name,
            "status": Status.CONFIRMED,
            "attributes": {"clinic": "x" * number},
            "created_at": NOW,
        }
        for number, name in NAMES.items()
    ]
    gone = {**rows[0], "id": 9, "email": "gone@example.com", "first_name": "<" * 300}
    with store.write() as connection:
        connection.execute(insert(subscriber), [*rows, {**gone, "status": Status.UNSUBSCRIBED}])
    return store


def ways(store: Store, *fields: str) -> dict[str, list[int]]:
    """In which way, and who."""
    with store.read() as connection:
        found = straining(connection, fields).found
    told: dict[str, list[int]] = {}
    for one in found:
        told.setdefault(one.why, []).append(one.reader)
    return told


def test_each_way_of_being_strange_is_found(filled: Store) -> None:
    """The longest first; an apostrophe and an accent are nothing strange."""
    told = ways(filled, "first_name")
    assert told["longest first_name"][:2] == [3, 4]
    assert told["no blank in first_name"] == [4]
    assert told["right to left in first_name"] == [5]
    assert told["signs in first_name"] == [6]
    assert told["no first_name"] == [2]
    assert "line breaks in first_name" not in told


def test_attributes_are_fields_too(filled: Store) -> None:
    """They are looked at as the letter shows them; an address is only measured."""
    assert ways(filled, "clinic")["longest clinic"] == [8, 7, 6]
    assert set(ways(filled, "email")) == {"longest email"}


def test_who_left_is_not_looked_at(filled: Store) -> None:
    """Nobody mails them."""
    assert all(9 not in readers for readers in ways(filled, "first_name", "clinic").values())


def test_readers_are_counted_with_those_without_a_name(filled: Store) -> None:
    """Of the eight, one."""
    with filled.read() as connection:
        found = straining(connection, ["first_name"])
        assert (found.readers, found.empty) == (8, 1)
        values = values_of(connection, [3, 5], ["first_name", "clinic"])
    assert values[5] == {"first_name": "שלומית", "clinic": "xxxxx"}
    assert set(values) == {3, 5}
