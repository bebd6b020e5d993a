"""`newsletter backup` and `restore`: the past comes back, and nobody is mailed twice for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from newsletter.model.consent import Channel
from newsletter.store.readers import reader_at
from newsletter.subscribing.leaving import unsubscribe
from newsletter.subscribing.own_data import erase_address
from newsletter.tokens import Purpose
from tests.acceptance.newsroom import Newsroom, back_date, make_due, until
from tests.databases import Postgres

READERS = 2_500
CANARY = 500
LONG_ON_A_SERVER = [pytest.mark.postgres, pytest.mark.long]
PASSES_AT_ONCE = {"NEWSLETTER_BRAKES__CANARY_WAIT_MINUTES": "0"}


Restore = Callable[..., Any]
"""`newsletter restore FILE`, more words after it; gives what it printed as JSON."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=LONG_ON_A_SERVER)])
def newsroom(request: pytest.FixtureRequest) -> Newsroom:
    """A newsroom: once on SQLite, once on PostgreSQL."""
    name = "postgres_newsroom" if request.param == "postgresql" else "sqlite_newsroom"
    made: Newsroom = request.getfixturevalue(name)
    return made


@pytest.fixture
def restore(newsroom: Newsroom, request: pytest.FixtureRequest) -> Iterator[Restore]:
    """Restores as its operator does: on a server into a new database, in the old one's place."""
    made = []

    def on_a_server(saved: Path, *more: str, is_lost: bool = False) -> Any:
        old, name = newsroom.environ["DATABASE_URL"], f"restored_{uuid4().hex[:12]}"
        server: Postgres = request.getfixturevalue("postgres")
        server.run(f"CREATE DATABASE {name}")
        made.append(name)
        newsroom.environ["DATABASE_URL"] = server.url(name)
        place = () if is_lost else ("--instead-of", old)
        return newsroom.ask("restore", str(saved), *place, *more)

    def in_a_file(saved: Path, *more: str, is_lost: bool = False) -> Any:
        return newsroom.ask("restore", str(saved), *more)

    yield on_a_server if "DATABASE_URL" in newsroom.environ else in_a_file
    for name in made:
        request.getfixturevalue("postgres").run(f"DROP DATABASE {name} WITH (FORCE)")


def lose_database(newsroom: Newsroom, request: pytest.FixtureRequest) -> None:
    """The disk it was on is gone."""
    if url := newsroom.environ.get("DATABASE_URL"):
        name = make_url(url).database
        request.getfixturevalue("postgres").run(f"DROP DATABASE {name} WITH (FORCE)")
        request.getfixturevalue("postgres").run(f"CREATE DATABASE {name}")  # empty
        return
    for file in (newsroom.site / "var").glob("newsletter.db*"):
        file.unlink()


def schedule(newsroom: Newsroom) -> None:
    """Plan issue 1, and let its time have come."""
    newsroom.run("schedule", "1", "--at", "2037-12-01 09:00", "--yes", "--by", "Ada")
    make_due(newsroom, hours_ago=0)


def leave(newsroom: Newsroom, email: str) -> None:
    """One click in a letter."""
    with newsroom.store() as store:
        reception = newsroom.app.reception(store)
        with store.read() as connection:
            reader = reader_at(connection, email)
        assert reader is not None
        mark = reception.signer.mark(Purpose.UNSUBSCRIBE, reader.id)
        assert unsubscribe(reception, mark, Channel.ONE_CLICK) is not None


def erase(newsroom: Newsroom, email: str) -> None:
    """A reader asks to be forgotten."""
    with newsroom.store() as store:
        assert erase_address(newsroom.app.reception(store), email, by="Ada")


def test_a_restore_in_the_middle_of_a_dispatch(
    newsroom: Newsroom, restore: Restore, tmp_path: Path
) -> None:
    """The canary was out when the backup was made, everybody was mailed when the disk broke.

    Nobody is mailed again: not by the scheduler that still runs, and not by the restored site,
    which asks the provider before it sends anything. Whoever left since stays away.
    """
    newsroom.bring(READERS)
    newsroom.environ["NEWSLETTER_DISPATCH__CANARY"] = str(CANARY)
    newsroom.run("approve", "1", "--by", "Ada")
    schedule(newsroom)
    saved = tmp_path / "monday.backup"
    with newsroom.scheduler():
        until(lambda: newsroom.status()["accepted"] == CANARY)
        made = newsroom.ask("backup", str(saved))
    assert (made["subscribers"], saved.stat().st_mode & 0o077) == (READERS, 0)

    newsroom.environ |= PASSES_AT_ONCE
    running = newsroom.begin("serve", "--port", "0", "--preview-port", "0")
    until(lambda: newsroom.status()["accepted"] == READERS)
    leave(newsroom, "r00001@reader.example")
    erase(newsroom, "r00002@reader.example")

    done = restore(saved)
    assert (done["noes"], done["erased"], len(done["in_review"])) == (1, 1, 1)
    assert done["unknown"] == READERS - CANARY
    assert done["site_id"]
    status = newsroom.status()
    assert (status["state"], status["accepted"]) == ("needs_review", CANARY)
    mailed = newsroom.mailed()
    assert len(mailed) == READERS
    running.end()

    assert "newsletter reconcile" in newsroom.run("status", "1")
    back_date(newsroom, timedelta(minutes=6))
    assert newsroom.ask("reconcile")["settled"] == READERS - CANARY
    schedule(newsroom)
    assert newsroom.ask("send", "1", "--by", "Ada")["accepted"] == READERS
    assert newsroom.mailed() == mailed
    assert set(mailed.values()) == {1}


@pytest.mark.postgres
def test_a_server_that_was_put_back_by_its_own_means(
    postgres_newsroom: Newsroom, postgres: Postgres
) -> None:
    """An image of the database's disk, say: the same rules hold, and nobody is mailed twice."""
    newsroom = postgres_newsroom
    newsroom.bring(CANARY + 20)
    newsroom.environ["NEWSLETTER_DISPATCH__CANARY"] = str(CANARY)
    newsroom.run("approve", "1", "--by", "Ada")
    schedule(newsroom)
    with newsroom.scheduler():
        until(lambda: newsroom.status()["accepted"] == CANARY)
    real = newsroom.environ["DATABASE_URL"]
    image = f"image_{uuid4().hex[:12]}"
    postgres.run(f"CREATE DATABASE {image} TEMPLATE {make_url(real).database}")
    newsroom.environ |= PASSES_AT_ONCE
    with newsroom.scheduler():
        until(lambda: newsroom.status()["accepted"] == CANARY + 20)
    leave(newsroom, "r00001@reader.example")
    erase(newsroom, "r00002@reader.example")

    newsroom.environ["DATABASE_URL"] = postgres.url(image)
    for words in ((), ("a.backup", "--in-place")):
        assert "Name the FILE" in newsroom.run("restore", *words, code=2)
    done = newsroom.ask("restore", "--in-place")
    assert (done["noes"], done["erased"], done["unknown"]) == (1, 1, 20)
    with newsroom.scheduler():
        assert newsroom.status()["state"] == "needs_review"
    back_date(newsroom, timedelta(minutes=6))
    assert newsroom.ask("reconcile")["settled"] == 20
    assert newsroom.ask("restore", "--in-place")["unknown"] == 0  # again: nothing more
    schedule(newsroom)
    newsroom.run("reconcile")
    assert newsroom.ask("send", "1", "--by", "Ada")["accepted"] == CANARY + 20
    assert set(newsroom.mailed().values()) == {1}

    newsroom.environ["DATABASE_URL"] = real
    newsroom.ask("db", "copy", "--to", f"sqlite:///{newsroom.site}/var/elsewhere.db")
    assert "was moved" in newsroom.run("restore", "--in-place", code=2)


def test_nothing_goes_out_before_the_provider_was_asked(
    newsroom: Newsroom, restore: Restore, tmp_path: Path
) -> None:
    """Another issue waits too, and says for what."""
    newsroom.bring(10)
    saved = tmp_path / "a.backup"
    newsroom.run("backup", str(saved))
    restore(saved)
    newsroom.run("approve", "1", "--by", "Ada")
    schedule(newsroom)
    with newsroom.scheduler():
        until(lambda: newsroom.status()["state"] == "sending")
        assert "a backup was restored" in newsroom.run("status", "1")
        assert newsroom.requests() == 0
        newsroom.run("reconcile")
        until(lambda: newsroom.status()["accepted"] == 10)


def test_a_database_that_is_gone(
    newsroom: Newsroom, restore: Restore, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Who left and who was erased since stands in a file beside it; nobody's address does."""
    newsroom.bring(10)
    saved = tmp_path / "a.backup"
    newsroom.run("backup", str(saved))
    leave(newsroom, "r00001@reader.example")
    erase(newsroom, "r00002@reader.example")
    journal = newsroom.site / "var" / "noes.journal"
    assert "reader.example" not in journal.read_text("utf-8")
    lose_database(newsroom, request)

    done = restore(saved, is_lost=True)
    assert (done["noes"], done["erased"], done["set_aside"]) == (1, 1, None)
    assert restore(saved)["noes"] == 1  # again: the same
    newsroom.run("reconcile")
    assert newsroom.ask("send", "1", "--by", "Ada")["accepted"] == 8


def test_a_letter_that_was_due_since_is_not_sent_by_itself(
    newsroom: Newsroom, restore: Restore, tmp_path: Path
) -> None:
    """It perhaps went out after the backup; a person looks, and decides."""
    newsroom.bring(10)
    newsroom.run("approve", "1", "--by", "Ada")
    schedule(newsroom)
    saved = tmp_path / "a.backup"
    newsroom.run("backup", str(saved))
    newsroom.run("send", "1", "--by", "Ada")
    restore(saved)
    newsroom.run("reconcile")
    with newsroom.scheduler():
        assert newsroom.status()["state"] == "needs_review"
    assert set(newsroom.mailed().values()) == {1}
    assert "perhaps it went out" in newsroom.run("status", "1")


def test_the_secret_key_comes_back(sqlite_newsroom: Newsroom, tmp_path: Path) -> None:
    """A site that made its own key has it again; one with another key is not touched."""
    newsroom = sqlite_newsroom
    del newsroom.environ["NEWSLETTER_SECRET_KEYS"]
    newsroom.bring(1)
    key = newsroom.site / "var" / "secret.key"
    before = key.read_text("ascii")
    saved = tmp_path / "a.backup"
    newsroom.run("backup", str(saved))
    for file in (newsroom.site / "var").iterdir():
        if file.is_file():
            file.unlink()
    newsroom.run("restore", str(saved))
    assert (key.read_text("ascii"), key.stat().st_mode & 0o077) == (before, 0)

    key.write_text("another-key-that-is-long-enough-for-a-site\n", "ascii")
    assert "another key than the backup's" in newsroom.run("restore", str(saved), code=2)


def test_what_is_no_backup_is_refused(sqlite_newsroom: Newsroom, tmp_path: Path) -> None:
    """Before anything is touched, in one line, whatever it is; and no backup is written over."""
    newsroom = sqlite_newsroom
    newsroom.bring(3)
    saved, damaged, other = (tmp_path / name for name in ("a.backup", "b.backup", "c.backup"))
    newsroom.run("backup", str(saved))
    assert "exists already" in newsroom.run("backup", str(saved), code=2)
    data = bytearray(saved.read_bytes())
    data[len(data) // 2] ^= 0xFF
    damaged.write_bytes(data)
    other.write_bytes(b"not a tar")
    for file, words in (
        (damaged, "damaged"),
        (other, "can not be read as a backup"),
        (tmp_path / "none", "can not be read as a backup"),
    ):
        told = newsroom.run("restore", str(file), code=2)
        assert words in told
        assert "Traceback" not in told
    assert newsroom.ask("subscribers", "stats")
    assert not list((newsroom.site / "var").glob(".*restor*"))


@pytest.mark.postgres
def test_a_server_comes_back_in_an_empty_database(
    postgres_newsroom: Newsroom, tmp_path: Path
) -> None:
    """A backup of PostgreSQL is one file too; it goes into a site on SQLite as well."""
    newsroom = postgres_newsroom
    newsroom.bring(50)
    assert newsroom.ask("send", "1", "--by", "Ada")["accepted"] == 50
    saved = tmp_path / "a.backup"
    newsroom.run("backup", str(saved))
    assert "not empty" in newsroom.run("restore", str(saved), code=2)
    itself = ("--instead-of", newsroom.environ["DATABASE_URL"])
    assert "restored into" in newsroom.run("restore", str(saved), *itself, code=2)
    assert newsroom.status()["state"] == "sent"  # neither of them has touched anything
    del newsroom.environ["DATABASE_URL"]
    newsroom.run("restore", str(saved))
    status = newsroom.status()
    assert (status["state"], status["accepted"]) == ("sent", 50)


@pytest.mark.postgres
def test_what_runs_on_the_old_server_sends_nothing_any_more(
    postgres_newsroom: Newsroom, tmp_path: Path
) -> None:
    """A scheduler that nobody told of the restore refuses, so nothing goes out from both."""
    newsroom = postgres_newsroom
    newsroom.bring(20)
    newsroom.run("approve", "1", "--by", "Ada")
    saved = tmp_path / "a.backup"
    newsroom.run("backup", str(saved))
    old = newsroom.environ["DATABASE_URL"]
    running = newsroom.begin("serve", "--port", "0", "--preview-port", "0")
    log = running.folder / "err"
    until(lambda: "Readers:" in (running.folder / "out").read_text("utf-8"))
    del newsroom.environ["DATABASE_URL"]
    newsroom.run("restore", str(saved), "--instead-of", old)
    until(lambda: "took this database's place" in log.read_text("utf-8"))
    running.end()

    newsroom.environ["DATABASE_URL"] = old
    told = newsroom.run("send", "1", "--by", "Ada", code=2)
    assert "Restored: a backup of" in told
    assert newsroom.requests() == 0
