"""What `newsletter doctor` says about the machine around a site."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import insert

from newsletter.bootstrap import load_app
from newsletter.bootstrap.app import App
from newsletter.engines.queue import make_queue
from newsletter.publishing.examining import Examined, Health
from newsletter.publishing.examining_key import examine_key
from newsletter.safekeeping.fitness import Machine, examine_machine
from newsletter.sandbox import serve
from newsletter.store.tables import tick
from newsletter.transports.sendgrid_scopes import scopes_of
from tests.databases import Postgres, postgres, raw_url  # noqa: F401
from tests.factories import write_site
from tests.peers.http_peer import answering, http_peer

ONE, OTHER = (
    "the-key-of-one-machine-and-not-of-another",
    "the-key-of-another-machine-entirely-it-is",
)


def app_of(site: Path, **environ: str) -> App:
    return load_app(site, environ)


def made(site: Path, **environ: str) -> App:
    """An app whose database is there."""
    app = app_of(site, **{"NEWSLETTER_SECRET_KEYS": ONE, **environ})
    app.open_store().close()
    return app


def look(app: App, ahead: timedelta = timedelta(0)) -> dict[str, Examined]:
    """What is found, as seen from a machine whose clock goes so much ahead."""

    def now() -> datetime:
        return app.clock.now() + ahead

    found = examine_machine(Machine(app.settings, now, app.count_workers))
    return {one.what: one for one in found}


def test_a_site_before_its_first_start(tmp_path: Path) -> None:
    """Nothing is made by looking, and nothing is bad."""
    site = write_site(tmp_path)
    found = look(app_of(site))
    assert "will be made" in found["database"].told
    assert all(one.health is Health.GOOD for one in found.values())
    assert not (site / "var").exists()


def test_one_machine_in_order(tmp_path: Path) -> None:
    """Database, clock and key fit; what is missing is a scheduler and a backup."""
    app = made(write_site(tmp_path))
    found = look(app)
    assert found["database"].told.startswith("SQLite 3.")
    good = {what for what, one in found.items() if one.health is Health.GOOD}
    assert good >= {"database", "clock", "key and database"}
    assert found["scheduler"].health is found["backups"].health is Health.WEAK

    store = app.open_store()
    with store.write() as connection:
        connection.execute(insert(tick).values(id=1, at=app.clock.now(), owner="me"))
    store.close()
    assert look(app)["scheduler"].health is Health.GOOD


def test_a_key_of_another_machine_is_bad(tmp_path: Path) -> None:
    """Its links would be nobody's; a key that stands behind the signing one is fine."""
    site = write_site(tmp_path)
    made(site)
    found = look(app_of(site, NEWSLETTER_SECRET_KEYS=OTHER))["key and database"]
    assert found.health is Health.BAD
    assert "NEWSLETTER_SECRET_KEYS" in found.told
    both = look(app_of(site, NEWSLETTER_SECRET_KEYS=f"{OTHER},{ONE}"))
    assert both["key and database"].health is Health.GOOD
    assert look(app_of(site))["key and database"].health is Health.BAD


@pytest.mark.parametrize(
    ("seconds", "health", "words"),
    [
        (1, Health.GOOD, "within"),
        (-9, Health.WEAK, "9 seconds behind"),
        (600, Health.BAD, "600 seconds ahead of"),
    ],
)
def test_a_clock_that_is_wrong(tmp_path: Path, seconds: int, health: Health, words: str) -> None:
    """Compared with the database's, and said in which direction."""
    clock = look(made(write_site(tmp_path)), timedelta(seconds=seconds))["clock"]
    assert (clock.health, words in clock.told) == (health, True), clock


def test_a_backup_of_last_night_is_good_and_an_older_one_is_not(tmp_path: Path) -> None:
    """By the newest in the folder that `newsletter backup` writes into."""
    app = made(write_site(tmp_path))
    folder = app.settings.var / "backups"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.backup").touch()
    assert look(app)["backups"].health is Health.GOOD
    days_ago = (datetime.now(UTC) - timedelta(days=3)).timestamp()
    for each in folder.iterdir():
        os.utime(each, (days_ago, days_ago))
    assert look(app)["backups"].health is Health.WEAK


def test_a_database_that_does_not_answer(tmp_path: Path) -> None:
    """What, where and what to do; without the password."""
    url = "postgresql://letters:hush@127.0.0.1:1/letters"
    found = look(app_of(write_site(tmp_path), DATABASE_URL=url))
    assert found["database"].health is Health.BAD
    assert "127.0.0.1" in found["database"].told
    assert not any("hush" in one.told for one in found.values())


def test_workers_on_sqlite_are_bad(tmp_path: Path) -> None:
    """They would hear nothing."""
    app = made(write_site(tmp_path))
    dispatch = replace(app.site.dispatch, engine="procrastinate")
    site = replace(app.site, dispatch=dispatch)
    found = look(replace(app, settings=replace(app.settings, site=site)))["workers"]
    assert found.health is Health.BAD
    assert "PostgreSQL" in found.told


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:  # noqa: F811
    """An empty database on a server."""
    name = f"doctor_{uuid4().hex[:12]}"
    postgres.run(f"CREATE DATABASE {name}")
    yield postgres.url(name)
    postgres.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.postgres
def test_many_machines(tmp_path: Path, database: str) -> None:
    """The server and its version, and whether a worker lives."""
    engine = {"NEWSLETTER_DISPATCH__ENGINE": "procrastinate"}
    app = made(write_site(tmp_path), DATABASE_URL=database, **engine)
    found = look(app)
    assert found["database"].told.startswith("PostgreSQL ")
    assert (found["clock"].health, found["workers"].health) == (Health.GOOD, Health.BAD)
    assert "newsletter worker" in found["workers"].told

    make_queue(raw_url(database))
    with psycopg.connect(raw_url(database)) as connection:
        connection.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert look(app)["workers"].health is Health.GOOD


def test_what_the_key_may_do() -> None:
    """The provider's own word: all of it, not to send, not to be asked, not known."""
    with serve() as sandbox:
        assert examine_key(partial(scopes_of, "SG.x", sandbox.url)).health is Health.GOOD
    for scopes, health, words in (
        (["mail.send"], Health.WEAK, "Email Activity"),
        (["email_activity.read"], Health.BAD, "Mail Send"),
    ):
        with http_peer(answering(200, {"scopes": scopes})) as peer:
            found = examine_key(partial(scopes_of, "SG.x", peer.url))
        assert (found.health, words in found.told) == (health, True), found
    with http_peer(answering(401, {"errors": [{"message": "SG.x is revoked"}]})) as peer:
        found = examine_key(partial(scopes_of, "SG.x", peer.url))
    assert found.health is Health.BAD
    assert "401" in found.told
    assert "SG.x" not in found.told
    assert examine_key(lambda: None).health is Health.UNKNOWN
