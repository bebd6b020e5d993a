"""Lists that were handed over to be brought in, a piece of their bytes at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from newsletter.model.list_import import IMPORT_ENDS, ImportStage
from newsletter.store.tables import list_import, list_piece
from newsletter.store.writing import changed

LEASE = timedelta(minutes=1)
"""Without a sign of life for that long, whoever brought it in is taken for dead."""

THE_LIST = 0


@dataclass(frozen=True, slots=True)
class HandedList:
    """A list that this process alone brings in, while it gives signs of life.

    Attributes:
        choices: as they were given to `keep_import`.
    """

    id: int
    name: str
    choices: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ImportStanding:
    """How far it is.

    Attributes:
        read: bytes.
        result: as it was given to `end_import`.
        problem: why it failed, for people.
    """

    stage: ImportStage
    read: int
    result: Mapping[str, Any]
    problem: str

    @property
    def is_over(self) -> bool:
        """Whether nobody works on it any more."""
        return self.stage in IMPORT_ENDS


def keep_import(
    connection: Connection, name: str, choices: Mapping[str, Any], now: datetime
) -> int:
    """Begin to hand a list over; nobody takes it before `release_import`. Returns its id."""
    row = {
        "name": name,
        "choices": dict(choices),
        "stage": ImportStage.COMING,
        "handed_at": now,
    }
    done = connection.execute(insert(list_import).values(row).returning(list_import.c.id))
    return int(done.scalar_one())


def keep_piece(connection: Connection, import_id: int, part: int, number: int, data: bytes) -> None:
    """Keep some bytes of the list, or of a file of bad rows.

    Args:
        part: THE_LIST, or 1, 2 ... for files of bad rows.
        number: 0, 1 ... in each part.
    """
    row = {"import_id": import_id, "part": part, "number": number, "data": data}
    connection.execute(insert(list_piece).values(row))


def read_piece(connection: Connection, import_id: int, part: int, number: int) -> bytes:
    """Some bytes that were kept; empty behind the last."""
    mine = (list_piece.c.import_id == import_id, list_piece.c.part == part)
    found = select(list_piece.c.data).where(*mine, list_piece.c.number == number)
    data: bytes | None = connection.execute(found).scalar()
    return data or b""


def release_import(connection: Connection, import_id: int) -> None:
    """All its bytes are there: it may be brought in."""
    _step(connection, import_id, ImportStage.COMING, stage=ImportStage.WAITING)


def is_import_waiting(connection: Connection, now: datetime) -> bool:
    """Whether there is a list to bring in that nobody alive brings in."""
    found = select(list_import.c.id).where(_is_free(now)).limit(1)
    return connection.execute(found).first() is not None


def claim_import(connection: Connection, now: datetime) -> HandedList | None:
    """Take the oldest list that nobody alive brings in; None when there is none."""
    row = connection.execute(
        select(list_import)
        .where(_is_free(now))
        .order_by(list_import.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    # What a dead one left of bad rows is made anew.
    left = and_(list_piece.c.import_id == row.id, list_piece.c.part != THE_LIST)
    connection.execute(delete(list_piece).where(left))
    _step(connection, row.id, row.stage, stage=ImportStage.BRINGING, seen_at=now)
    return HandedList(row.id, row.name, row.choices)


def note_read(connection: Connection, import_id: int, read: int, now: datetime) -> bool:
    """Give a sign of life, with the bytes read so far; False when somebody wishes a stop."""
    _step(connection, import_id, ImportStage.BRINGING, read=read, seen_at=now)
    found = select(list_import.c.stop).where(list_import.c.id == import_id)
    return not connection.execute(found).scalar_one_or_none()


def let_go(connection: Connection, import_id: int) -> None:
    """Leave it to the next one, at once."""
    _step(connection, import_id, ImportStage.BRINGING, seen_at=None)


def end_import(
    connection: Connection,
    import_id: int,
    stage: ImportStage,
    result: Mapping[str, Any],
    problem: str = "",
) -> None:
    """Write down what came of it; the list's bytes are gone with that."""
    values = {"stage": stage, "result": dict(result), "problem": problem}
    _step(connection, import_id, ImportStage.BRINGING, **values)
    of_the_list = and_(list_piece.c.import_id == import_id, list_piece.c.part == THE_LIST)
    connection.execute(delete(list_piece).where(of_the_list))


def wish_stop(connection: Connection, import_id: int) -> None:
    """Whoever brings it in ends after what is being written; nobody begins it any more."""
    wished = update(list_import).where(list_import.c.id == import_id)
    connection.execute(wished.values(stop=True))
    _step(connection, import_id, ImportStage.WAITING, stage=ImportStage.STOPPED)


def standing_of(connection: Connection, import_id: int) -> ImportStanding | None:
    """How far it is; None when it is gone."""
    row = connection.execute(select(list_import).where(list_import.c.id == import_id)).first()
    return ImportStanding(row.stage, row.read, row.result or {}, row.problem) if row else None


def drop_import(connection: Connection, import_id: int) -> None:
    """Forget it, with all its bytes."""
    connection.execute(delete(list_import).where(list_import.c.id == import_id))


def drop_imports(connection: Connection, before: datetime) -> int:
    """Forget what was handed over before a moment and nobody is at; returns how many."""
    mine = list_import.c
    idle = and_(mine.handed_at < before, or_(mine.seen_at.is_(None), mine.seen_at < before))
    return connection.execute(delete(list_import).where(idle)).rowcount


def drop_bad_rows(connection: Connection) -> None:
    """Forget all bad rows that nobody has fetched."""
    connection.execute(delete(list_piece).where(list_piece.c.part != THE_LIST))


def _is_free(now: datetime) -> ColumnElement[bool]:
    mine = list_import.c
    dead = or_(mine.seen_at.is_(None), mine.seen_at < now - LEASE)
    return or_(mine.stage == ImportStage.WAITING, and_(mine.stage == ImportStage.BRINGING, dead))


def _step(connection: Connection, import_id: int, source: ImportStage, **values: Any) -> bool:
    mine = and_(list_import.c.id == import_id, list_import.c.stage == source)
    return changed(connection.execute(update(list_import).where(mine).values(**values)))
