"""Machine after machine gets the next version, while the others go on."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from newsletter.dispatching.ticking import last_tick
from newsletter.engines.procrastinate import ProcrastinateEngine
from newsletter.store.connecting import conninfo
from newsletter.store.revisions import newest
from tests.acceptance.newsroom import Newsroom, in_utc, make_due, until
from tests.next_version import FIRST, SECOND, NextVersion, make_next_version


def upgraded(version: NextVersion, newsroom: Newsroom) -> tuple[int, str]:
    """`newsletter db upgrade` of another version: its exit code, and its words."""
    words = ("-m", "newsletter", "db", "upgrade")
    return version.run(*words, cwd=newsroom.site, environ=newsroom.environ)


def ticked(newsroom: Newsroom) -> bool:
    """Whether a scheduler has looked."""
    with newsroom.store() as store, store.read() as connection:
        return last_tick(connection) is not None


@pytest.mark.long
@pytest.mark.postgres
def test_the_database_is_contracted_when_no_older_program_is_left(
    postgres_newsroom: Newsroom, tmp_path: Path
) -> None:
    """It says what it did to older ones: they went on, they keep it waiting, they are refused."""
    newsroom, next_version = postgres_newsroom, make_next_version(tmp_path, "expand", "contract")
    newsroom.bring(50)
    newsroom.run("approve", "1", "--by", "Ada")
    newsroom.run("schedule", "1", "--at", in_utc(hours=1), "--timezone", "UTC")
    with newsroom.scheduler():
        code, told = upgraded(next_version, newsroom)
        assert code == 1, told
        assert f"Upgraded from {newest()} to {FIRST}. It was only expanded: older" in told
        assert f"To {SECOND} it can not go yet" in told
        assert f"some are at work: {newest()} on this machine" in told
        make_due(newsroom, hours_ago=0)
        until(lambda: newsroom.status()["state"] == "sent")
    assert set(newsroom.mailed().values()) == {1}
    assert f"a newer program expanded it. This one, made for {newest()}" in newsroom.run(
        "db", "check"
    )

    code, told = upgraded(next_version, newsroom)
    assert (code, f"Programs older than {FIRST} are refused from now on" in told) == (0, True), told
    assert upgraded(next_version, newsroom)[1].strip().endswith(f"of revision {SECOND} already.")
    assert f"programs older than {FIRST} can not work on it" in newsroom.run("status", code=2)


@pytest.mark.postgres
def test_a_worker_that_became_too_old_ends(postgres_newsroom: Newsroom) -> None:
    """It leaves the batches to others, and says in one line why and what to do."""
    newsroom, postgresql = postgres_newsroom, postgres_newsroom.database_url
    newsroom.environ["NEWSLETTER_DISPATCH__ENGINE"] = "procrastinate"
    newsroom.bring(1)
    running = newsroom.begin("worker")
    engine = ProcrastinateEngine(conninfo(postgresql))
    until(lambda: engine.workers() == 1)
    with psycopg.connect(conninfo(postgresql)) as connection:  # by force, as nobody of us would
        connection.execute("UPDATE alembic_version SET oldest_program = '9999'")
    engine.ring([1])
    ended = running.wait().require(2)
    engine.close(10)
    assert "programs older than 9999 may not write to it any more" in ended.err
    assert ended.err.rstrip().endswith("Install the newer version and start again.")


def test_on_one_machine_too(newsroom: Newsroom, tmp_path: Path) -> None:
    """Nobody can see who has the file open: a scheduler that is too old writes nothing more."""
    newsroom.bring(50)
    with newsroom.scheduler() as running:
        until(lambda: ticked(newsroom))
        code, told = upgraded(make_next_version(tmp_path, "expand", "contract"), newsroom)
        assert (code, "also those that still run: end them" in told) == (0, True), told
        said = running.folder / "err"
        until(lambda: f"programs older than {FIRST} may not write" in said.read_text("utf-8"))
    assert f"programs older than {FIRST} can not work on it" in newsroom.run("status", code=2)
