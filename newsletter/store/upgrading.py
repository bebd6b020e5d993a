"""Bring a database to this program's version, or refuse it.

Alembic is loaded only where there is something to upgrade: every command opens the database, and
hardly any finds it old.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, inspect, text

from newsletter.errors import DatabaseRefused
from newsletter.store.connecting import database_file
from newsletter.store.store import Store

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATION = re.compile(r"(\d{4})_\w+\.py", re.ASCII)
_LOCK = 0x6E65_7773  # PostgreSQL's advisory lock for upgrading; any number of our own


def configuration() -> Config:
    """Alembic's configuration, made from the package itself: there is no ini file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("newsletter.store") / "migrations"))
    return config


def revisions() -> tuple[str, ...]:
    """Every revision this program knows, oldest first: a migration's file begins with its own."""
    folder = files("newsletter.store") / "migrations" / "versions"
    named = (_MIGRATION.fullmatch(entry.name) for entry in folder.iterdir())
    return tuple(sorted(found[1] for found in named if found))


def newest() -> str:
    """The revision this program was made for."""
    return revisions()[-1]


def revision_of(connection: Connection) -> str | None:
    """The database's revision; None for an empty one.

    Raises DatabaseRefused for one that is not ours or newer than this program.
    """
    if not inspect(connection).has_table("alembic_version"):
        _require_empty(connection)
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found is None:
        return None
    if found not in revisions():
        raise DatabaseRefused(
            f"The database is of revision {found}, which this program does not know: it was "
            "upgraded by a newer one. Install that version, or restore an older backup."
        )
    return found


def upgrade(store: Store, url: URL) -> str | None:
    """Upgrade where needed, with a backup beside an older SQLite file.

    Returns the revision it had before; None when it was empty.
    """
    with store.read() as connection:
        before = revision_of(connection)
    if before == newest():
        return before
    if before is not None and (file := database_file(url)) is not None:
        back_up(file, before)
    with store.write() as connection:
        _upgrade_alone(connection)
    return before


def back_up(file: Path, revision: str) -> Path:
    """Copy a SQLite database that may be in use; returns the copy's path."""
    target = file.with_name(f"{file.stem}.{revision}.backup{file.suffix}")
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    return target


def _upgrade_alone(connection: Connection) -> None:
    """One process upgrades, others wait and find it done."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    if revision_of(connection) == newest():
        return
    from alembic import command

    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _require_empty(connection: Connection) -> None:
    if tables := sorted(inspect(connection).get_table_names()):
        raise DatabaseRefused(
            f"The database holds tables that are not ours ({', '.join(tables[:3])}). "
            "Point DATABASE_URL at an empty one."
        )
