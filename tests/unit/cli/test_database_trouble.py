"""A database that can not do its work ends a command with one line, and no traceback."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Pool, event

from newsletter.cli.program import program
from tests.factories import write_site

KEY = "a-secret-of-this-test-and-of-no-other-one"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site with a database; the environment says nothing else."""
    root = write_site(tmp_path / "site")
    monkeypatch.chdir(root)
    monkeypatch.setenv("NEWSLETTER_SECRET_KEYS", KEY)
    for name in ("DATABASE_URL", "SENDGRID_API_KEY", "SENDGRID_URL"):
        monkeypatch.delenv(name, raising=False)
    return root


@contextmanager
def every_connection(pragma: str) -> Iterator[None]:
    """Each connection that is taken from a pool meanwhile obeys this."""

    def obey(connection: Any, *rest: object) -> None:
        connection.execute(f"PRAGMA {pragma}").close()

    event.listen(Pool, "checkout", obey)
    try:
        yield
    finally:
        event.remove(Pool, "checkout", obey)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """One command in this process: its exit code, and what it says on standard error."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        program(args=list(words))
    return int(ended.value.code or 0), capsys.readouterr().err


def bring_in(site: Path) -> tuple[str, ...]:
    """A command that writes much: a list of five thousand readers."""
    rows = [f"{number}@reader.test" for number in range(5_000)]
    (site / "list.csv").write_text("email\n" + "\n".join(rows) + "\n")
    return ("subscribers", "import", "list.csv", "--yes")


def test_a_full_disk(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says that the disk is full, which database it is, and what to do."""
    assert run(capsys, "db", "upgrade")[0] == 0
    with every_connection("max_page_count=1"):  # SQLite takes what is used already
        code, told = run(capsys, *bring_in(site))
    assert (code, told.count("error:"), "Traceback" in told) == (1, 1, False), told
    assert f"error: The database {site}/var/newsletter.db can not do it" in told
    assert "full. Make room on its disk, then do it again." in told


def test_another_program_keeps_it_locked(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A lock that does not end is told; afterwards the same command does its work."""
    assert run(capsys, "db", "upgrade")[0] == 0
    words = bring_in(site)
    with closing(sqlite3.connect(site / "var" / "newsletter.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with every_connection("busy_timeout=20"):
            code, told = run(capsys, *words)
        other.execute("ROLLBACK")
    assert (code, told.count("error:"), "Traceback" in told) == (1, 1, False), told
    assert "locked. Another program keeps it to itself" in told
    assert run(capsys, *words)[0] == 0


def test_a_server_that_is_not_there(
    site: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What, where without the password, and what to do; 2, because it can not be opened."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://ada:hush@127.0.0.1:1/letters")
    for words in (("status",), ("db", "check"), ("db", "upgrade")):
        code, told = run(capsys, *words)
        assert (code, told.count("\n")) == (2, 1), told
        assert "postgresql://ada@127.0.0.1:1/letters" in told
        assert "See that PostgreSQL runs there" in told
        assert "hush" not in told


def test_a_folder_that_can_not_be_made(
    site: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same for a file in a place where none can be."""
    (site / "file").write_text("")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{site}/file/newsletter.db")
    code, told = run(capsys, "status")
    assert (code, told.count("\n")) == (2, 1), told
    assert "can not be made" in told


def test_a_file_that_is_no_database(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Words, not a traceback."""
    (site / "var").mkdir(exist_ok=True)
    (site / "var" / "newsletter.db").write_text("Dear readers, " * 200)
    code, told = run(capsys, "status")
    assert (code, told.count("\n")) == (2, 1), told
    assert "not a database. Point DATABASE_URL at the right file" in told
