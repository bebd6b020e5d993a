"""Make a backup while everything runs."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from newsletter import __version__
from newsletter.safekeeping.archive import Manifest, digest, write_archive
from newsletter.store import Store
from newsletter.store.backing_up import copy_file, copy_rows
from newsletter.store.connecting import database_file, parse_url
from newsletter.store.tables import delivery, subscriber

OpenStore = Callable[[str], Store]


def back_up(store: Store, url: str, open_store: OpenStore, target: Path, key: str) -> Manifest:
    """Write everything the database holds into one file, as of one moment.

    Args:
        store: the site's, open.
        url: its address.
        open_store: makes and opens another database, by its address.
        target: the backup; must not exist.
        key: the text of the site's own key file; empty when keys come from outside.

    Raises:
        UsageError: the file can not be written.
        LedgerError: the database is damaged.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        copy = Path(folder) / "newsletter.db"
        with store.read() as connection:
            made_at = store.now(connection)
        file = database_file(parse_url(url))
        if file is not None:
            copy_file(file, copy)
        else:
            _copy_rows(store, copy, open_store)
        manifest = _describe(store, copy, made_at)
        write_archive(target, manifest, copy, key)
    return manifest


def _copy_rows(store: Store, copy: Path, open_store: OpenStore) -> None:
    with closing(open_store(f"sqlite:///{copy}")) as fresh:
        copy_rows(store, fresh)
    copy_file(copy, copy.with_suffix(".whole"))  # without what SQLite keeps beside it
    copy.with_suffix(".whole").replace(copy)


def _describe(store: Store, copy: Path, made_at: datetime) -> Manifest:
    """What is in the copy itself: the site goes on meanwhile."""
    with closing(sqlite3.connect(copy)) as connection:
        subscribers, deliveries = (
            int(connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0])  # noqa: S608
            for name in (subscriber.name, delivery.name)
        )
        # Not the program's own: a newer one may have expanded the database meanwhile.
        revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    return Manifest(
        made_at, __version__, revision, store.site_id, subscribers, deliveries, digest(copy)
    )
