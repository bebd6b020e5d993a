"""Write down every change of state as it is committed, and hold it against the tables.

Triggers stand inside the database, so no code path of ours can go round them, and what is
rolled back leaves no trace. SQLite only: it is where the sending processes can be killed at
any instruction; the statements are the same ones on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

from newsletter.model.ledger import (
    BATCH_STEPS,
    DELIVERY_STEPS,
    DISPATCH_STEPS,
    WAVE_STEPS,
    BatchState,
    DeliveryOutcome,
    DispatchState,
    Steps,
    WaveState,
)
from newsletter.store.tables.deliveries import OUTCOME_CODES

_BORN = {
    "dispatch": {DispatchState.SCHEDULED.value},
    "wave": {WaveState.WAITING.value},
    "batch": {BatchState.READY.value},
    "delivery": {DeliveryOutcome.QUEUED.value, DeliveryOutcome.EXCLUDED.value},
}
_TABLES: dict[str, Steps[object]] = {  # type: ignore[type-var]
    "dispatch": DISPATCH_STEPS,
    "wave": WAVE_STEPS,
    "batch": BATCH_STEPS,
    "delivery": DELIVERY_STEPS,
}
_COLUMN = {"delivery": "outcome"}
_WORDS = {str(code): word.value for word, code in OUTCOME_CODES}


def watch(connection: Connection) -> None:
    """Begin to write down what happens to the four nouns of the ledger."""
    connection.execute(
        text(
            "CREATE TABLE step_taken (at INTEGER PRIMARY KEY AUTOINCREMENT, "
            "noun TEXT, id INTEGER, source TEXT, target TEXT)"
        )
    )
    for noun in _TABLES:
        column = _COLUMN.get(noun, "state")
        into = "INSERT INTO step_taken (noun, id, source, target) VALUES"
        connection.execute(
            text(
                f"CREATE TRIGGER audit_{noun}_born AFTER INSERT ON {noun} BEGIN "
                f"{into} ('{noun}', NEW.id, NULL, NEW.{column}); END"
            )
        )
        connection.execute(
            text(
                f"CREATE TRIGGER audit_{noun}_step AFTER UPDATE OF {column} ON {noun} "
                f"WHEN OLD.{column} <> NEW.{column} BEGIN "
                f"{into} ('{noun}', NEW.id, OLD.{column}, NEW.{column}); END"
            )
        )
        connection.execute(
            text(
                f"CREATE TRIGGER audit_{noun}_gone AFTER DELETE ON {noun} BEGIN "
                f"{into} ('{noun}', OLD.id, OLD.{column}, NULL); END"
            )
        )


def illegal_steps(connection: Connection) -> list[str]:
    """Every change that stands in no table, in words; empties what was written down."""
    found = list(_illegal(connection))
    connection.execute(text("DELETE FROM step_taken"))
    return found


def _illegal(connection: Connection) -> Iterator[str]:
    for noun, number, source, target in connection.execute(
        text("SELECT noun, id, source, target FROM step_taken ORDER BY at")
    ):
        before, after = _word(noun, source), _word(noun, target)
        if not _is_allowed(noun, before, after):
            yield f"{noun} {number} went from {before} to {after}"


def _word(noun: str, value: str | None) -> str | None:
    return _WORDS.get(value, value) if noun == "delivery" and value is not None else value


def _is_allowed(noun: str, source: str | None, target: str | None) -> bool:
    if source is None:
        return target in _BORN[noun]
    return any(step.source == source and step.target == target for step in _TABLES[noun])
