"""Make, upgrade, check and refuse databases."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError, StatementError

from newsletter.errors import DatabaseRefused, UsageError
from newsletter.model.ledger import DeliveryOutcome, ExclusionReason, Feedback
from newsletter.store import Store, open_store
from newsletter.store.connecting import connect, parse_url
from newsletter.store.revisions import newest, revisions
from newsletter.store.subscribers import NewReader, import_readers
from newsletter.store.tables import delivery, metadata, tick
from newsletter.store.upgrading import configuration
from tests.databases import FINGERPRINT

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def test_migrations_make_the_tables_that_the_code_knows(store: Store) -> None:
    """After all migrations nothing differs from the tables, on either database."""
    with store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_every_migration_is_known_by_its_files_name() -> None:
    """What the program reads off the folder is what Alembic makes of the files themselves."""
    scripts = ScriptDirectory.from_config(configuration())
    written = [script.revision for script in scripts.walk_revisions()]
    assert list(revisions()) == written[::-1]
    assert newest() == scripts.get_current_head()


def test_opening_again_keeps_the_site_id(open_database: Callable[[], Store]) -> None:
    """The random site id is drawn once."""
    first, second = open_database(), open_database()
    assert first.site_id == second.site_id
    assert first.known_site_ids() == {first.site_id}


def test_another_secret_key_is_refused(database_url: str) -> None:
    """Links in mails already sent would stop working; the words say what to do."""
    with pytest.raises(DatabaseRefused, match="Put the old key into NEWSLETTER_SECRET_KEYS"):
        open_store(database_url, secret_fingerprint="f" * 16)


def test_a_database_moves_on_to_the_key_that_signs(database_url: str) -> None:
    """With the old key behind a new one it opens, and from then on belongs to the new one."""
    old, new = FINGERPRINT, "f" * 16
    open_store(database_url, secret_fingerprint=new, retired_fingerprints=["e" * 16, old]).close()
    open_store(database_url, secret_fingerprint=new).close()
    with pytest.raises(DatabaseRefused, match="another secret key"):
        open_store(database_url, secret_fingerprint=old, retired_fingerprints=["e" * 16])
    open_store(database_url, secret_fingerprint=old, retired_fingerprints=[new]).close()


def test_a_newer_database_is_refused_and_left_alone(database_url: str, store: Store) -> None:
    """A database that a newer program upgraded is not touched."""
    with store.write() as connection:
        connection.execute(
            text("UPDATE alembic_version SET version_num = '9999', oldest_program = '9998'")
        )
    with pytest.raises(DatabaseRefused, match="revision 9999: a newer program upgraded it"):
        open_store(database_url, secret_fingerprint=FINGERPRINT)


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    """Tables that are not ours stay alone in their database."""
    file = tmp_path / "other.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE invoices (id)")
    with pytest.raises(DatabaseRefused, match=r"not ours \(invoices\)"):
        open_store(f"sqlite:///{file}", secret_fingerprint=FINGERPRINT)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("invoices",)]


def test_an_older_sqlite_database_is_backed_up_and_upgraded(tmp_path: Path) -> None:
    """Beside the upgraded file lies a copy of what it was."""
    file = tmp_path / "newsletter.db"
    url = f"sqlite:///{file}"
    with connect(parse_url(url), 1).begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")

    open_store(url, secret_fingerprint=FINGERPRINT).close()

    assert _revision(file) == newest()
    assert _revision(tmp_path / "newsletter.0001.backup.db") == "0001"


def _revision(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://root@localhost/x", "names mysql, which is not supported"),
        ("not a url", "can not be read"),
    ],
)
def test_other_databases_are_refused_in_words(url: str, words: str) -> None:
    """DATABASE_URL is told how to be written."""
    with pytest.raises(UsageError, match=words):
        open_store(url, secret_fingerprint=FINGERPRINT)


def test_a_database_in_memory_is_the_real_thing() -> None:
    """`sqlite://` holds its data as long as the store is open, over many transactions."""
    store = open_store("sqlite://", secret_fingerprint=FINGERPRINT)
    import_readers(store, [NewReader("ada@reader.test")], NOW)
    with store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM subscriber")).scalar() == 1
    store.close()


def test_sqlite_is_durable_and_checks_foreign_keys(tmp_path: Path) -> None:
    """WAL, every commit synced, foreign keys on; a relaxed commit is relaxed only for itself."""
    store = open_store(f"sqlite:///{tmp_path / 'x.db'}", secret_fingerprint=FINGERPRINT)
    full, normal = 2, 1
    for durable, level in ((True, full), (False, normal), (True, full)):
        with store.write(durable=durable) as connection:
            assert connection.execute(text("PRAGMA synchronous")).scalar() == level
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    store.close()


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    """All or nothing, on both databases."""

    class OopsError(Exception):
        pass

    def fail() -> None:
        with store.write() as connection:
            connection.execute(insert(tick).values(id=1, at=NOW))
            raise OopsError

    with pytest.raises(OopsError):
        fail()
    with store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM tick")).scalar() == 0


def test_a_naive_moment_is_refused(store: Store) -> None:
    """Time without a zone never reaches the database."""
    with (
        pytest.raises(StatementError, match="needs a zone"),
        store.write() as connection,
    ):
        connection.execute(insert(tick).values(id=1, at=NOW.replace(tzinfo=None)))


def test_the_database_itself_forbids_a_second_mail(store: Store) -> None:
    """Two deliveries of one issue may not hold the same reader, whatever the code does."""
    row = {"dispatch_id": 1, "issue_number": 12, "subscriber_id": 7, "holds": True}
    row |= {"outcome": DeliveryOutcome.ACCEPTED, "feedback": Feedback.NONE}
    freed = row | {"outcome": DeliveryOutcome.REJECTED, "holds": False}
    with store.write() as connection:
        connection.execute(insert(delivery).values(id=1, **row))
        connection.execute(insert(delivery).values(id=2, **freed))
    with pytest.raises(IntegrityError), store.write() as connection:
        connection.execute(
            insert(delivery).values(id=3, **(row | {"outcome": DeliveryOutcome.QUEUED}))
        )
    for wrong in (
        {"holds": False},
        {"outcome": DeliveryOutcome.EXCLUDED, "holds": False},
        {"reason": ExclusionReason.PAUSED},
    ):
        with pytest.raises(IntegrityError), store.write() as connection:
            connection.execute(
                insert(delivery).values(id=4, **(row | {"subscriber_id": 8} | wrong))
            )
