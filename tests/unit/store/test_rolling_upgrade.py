"""Programs of several versions on one database: what is expanded, contracted, borne, refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, insert, inspect, text, update

from newsletter.errors import DatabaseRefused
from newsletter.safekeeping.backing_up import back_up
from newsletter.store import Store, open_store
from newsletter.store.copying import copy_database
from newsletter.store.inspecting import inspect_database
from newsletter.store.opening import upgrade_database
from newsletter.store.revisions import Step, harmless, newest, revisions, steps
from newsletter.store.tables import tick
from newsletter.store.upgrading import configuration
from tests.databases import FINGERPRINT
from tests.faults.processes import wait_until
from tests.next_version import FIRST, SECOND, NextVersion, make_next_version

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def expanding(tmp_path_factory: pytest.TempPathFactory) -> NextVersion:
    """A next version that only adds."""
    return make_next_version(tmp_path_factory.mktemp("next"), "expand")


@pytest.fixture(scope="module")
def contracting(tmp_path_factory: pytest.TempPathFactory) -> NextVersion:
    """A next version that adds first and takes away then."""
    return make_next_version(tmp_path_factory.mktemp("next"), "expand", "contract")


def opened(url: str) -> Store:
    """The database, as the present program opens it."""
    return open_store(url, secret_fingerprint=FINGERPRINT)


def as_if(store: Store, revision: str, oldest: str) -> None:
    """A newer program was here."""
    with store.engine.begin() as connection:
        names = {"revision": revision, "oldest": oldest}
        connection.execute(
            text("UPDATE alembic_version SET version_num = :revision, oldest_program = :oldest"),
            names,
        )


def write_tick(store: Store) -> None:
    """A write like any other."""
    with store.write() as connection:
        connection.execute(update(tick).values(at=NOW))


def test_this_program_goes_on_with_what_the_next_only_expanded(
    database_url: str, expanding: NextVersion
) -> None:
    """Also when it is opened anew, and it says so."""
    running = opened(database_url)
    assert f"revision='{FIRST}'" in expanding.upgrade(database_url)

    with running.write() as connection:
        connection.execute(insert(tick).values(id=1, at=NOW))
    running.close()
    again = opened(database_url)
    write_tick(again)
    again.close()
    found = inspect_database(database_url)
    assert (found.revision, found.is_ahead, found.is_current) == (FIRST, True, False)
    assert upgrade_database(database_url).revision == FIRST


def test_opening_expands_and_leaves_contracting_to_a_person(
    database_url: str, contracting: NextVersion
) -> None:
    """The next version works on the database before it was contracted; older ones go on."""
    script = (
        "import sys; from newsletter.store import open_store;"
        "print(open_store(sys.argv[1], secret_fingerprint=sys.argv[2]).site_id)"
    )
    code, told = contracting.run("-c", script, database_url, FINGERPRINT)
    assert code == 0, told
    assert inspect_database(database_url).revision == FIRST
    opened(database_url).close()


def test_contracting_refuses_this_program(database_url: str, contracting: NextVersion) -> None:
    """From then on one that is too old is refused in words, and is told what to install."""
    told = contracting.upgrade(database_url)
    assert f"revision='{SECOND}', oldest_program='{FIRST}'" in told
    with pytest.raises(DatabaseRefused) as refused:
        opened(database_url)
    assert f"programs older than {FIRST} can not work on it any more" in str(refused.value)
    assert f"This one is of {newest()}. Install the newer version" in str(refused.value)


def test_a_running_program_that_became_too_old_writes_nothing(store: Store) -> None:
    """Its next write is refused as a whole; what it did before stays."""
    with store.write() as connection:
        connection.execute(insert(tick).values(id=1, at=NOW, owner="before"))
    as_if(store, SECOND, FIRST)
    with pytest.raises(DatabaseRefused, match=f"older than {FIRST} may not write"):
        write_tick(store)
    with store.read() as connection:
        assert connection.execute(text("SELECT owner FROM tick")).scalar_one() == "before"


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_contracting_waits_for_older_programs_that_are_at_work(
    database_url: str, contracting: NextVersion
) -> None:
    """They are named, the database is only expanded, and they go on; without them it is done."""
    running = opened(database_url)
    told = contracting.upgrade(database_url)
    assert f"revision='{FIRST}'" in told
    assert f"kept='{newest()} on this machine (1 connection)'" in told
    write_tick(running)
    running.close()
    assert f"revision='{SECOND}'" in contracting.upgrade(database_url)


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_upgrade_that_meets_a_reader_is_done_again(
    database_url: str, expanding: NextVersion
) -> None:
    """Each waits for a table of the other: the upgrade steps back, and the reader reads on."""
    running = opened(database_url)
    with running.engine.begin() as server:
        name = server.execute(text("SELECT current_database()")).scalar_one()
        # It is the upgrade that notices, after the reader has come to its second table.
        server.execute(text(f"ALTER DATABASE {name} SET deadlock_timeout = '4s'"))
    with ThreadPoolExecutor(1) as aside, running.read() as reader:
        reader.execute(text("SET deadlock_timeout = '1h'"))
        reader.execute(text("SELECT count(*) FROM dispatch"))
        upgrading = aside.submit(expanding.upgrade, database_url)
        wait_until(lambda: _someone_waits_for(running, "dispatch"))
        assert reader.execute(text("SELECT count(*) FROM site")).scalar_one() == 1
    assert f"revision='{FIRST}'" in upgrading.result()
    running.close()


def _someone_waits_for(store: Store, table: str) -> bool:
    """Whether a lock on the table is asked for and not had."""
    with store.read() as connection:
        asked = text(
            "SELECT count(*) FROM pg_locks WHERE relation = CAST(:name AS regclass) AND NOT granted"
        )
        return bool(connection.execute(asked, {"name": table}).scalar_one())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_to_be_contracted_first_is_refused(database_url: str, tmp_path: Path) -> None:
    """Where a later step builds on it, one line says what to run; nothing was changed."""
    late = make_next_version(tmp_path, "contract", "expand")
    script = (
        "import sys; from newsletter.errors import DatabaseRefused;"
        "from newsletter.store import open_store\n"
        "try: open_store(sys.argv[1], secret_fingerprint=sys.argv[2])\n"
        "except DatabaseRefused as problem: print(problem)"
    )
    code, told = late.run("-c", script, database_url, FINGERPRINT)
    assert (code, told.count("\n")) == (0, 1), told
    assert f"of revision {newest()}, this program of {SECOND}" in told
    assert told.endswith("run: newsletter db upgrade\n")
    opened(database_url).close()
    assert f"revision='{SECOND}'" in late.upgrade(database_url)


def test_copies_are_not_made_of_what_is_not_known(database_url: str, tmp_path: Path) -> None:
    """A copy without the columns of a newer program would lose them; a file is copied whole."""
    store, target = opened(database_url), opened("sqlite://")
    as_if(store, FIRST, newest())
    with pytest.raises(DatabaseRefused, match="Do it with the newer program"):
        copy_database(store, target, name="elsewhere", told=lambda *_: None)
    if store.is_sqlite:
        made = back_up(store, database_url, opened, tmp_path / "a.backup", "")
        assert made.revision == FIRST
    else:
        with pytest.raises(DatabaseRefused, match="would leave out"):
            back_up(store, database_url, opened, tmp_path / "a.backup", "")
    write_tick(store)
    store.close()
    target.close()


def test_what_a_step_says_is_what_its_module_means() -> None:
    """Read off the text, it is the same as when Python reads it; each since 0006 says it."""
    scripts = ScriptDirectory.from_config(configuration())
    for step in steps():
        module = scripts.get_revision(step.revision).module
        meant = getattr(module, "oldest_program", None)
        assert step.oldest_program == (meant or "")
        assert hasattr(module, "oldest_program") or step.revision < "0006"


def test_harmless_are_the_steps_before_the_first_that_contracts() -> None:
    """What comes behind it may build on it."""
    ahead = (Step("7"), Step("8"), Step("9", "8"), Step("10"))
    assert harmless(ahead) == ahead[:2]
    assert harmless(ahead[2:]) == ()


@pytest.mark.parametrize("step", [step for step in steps() if not step.contracts][1:])
def test_an_expansion_takes_nothing_away(step: Step) -> None:
    """Tables and columns stay as they are; what comes new to an old table fills itself."""
    with create_engine("sqlite://").begin() as connection:
        bring_to(connection, revisions()[revisions().index(step.revision) - 1])
        before = shape(connection)
        bring_to(connection, step.revision)
        after = shape(connection)
    for table, columns in before.items():
        assert columns.items() <= after[table].items(), table
        for name in after[table].keys() - columns.keys():
            _, nullable, default = after[table][name]
            assert nullable or default is not None, f"{table}.{name}"


def bring_to(connection: Connection, revision: str) -> None:
    """Migrate so far."""
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def shape(connection: Connection) -> dict[str, dict[str, tuple[str, bool, str | None]]]:
    """Table -> column -> type, whether it may be empty, default."""
    found = inspect(connection)
    return {
        table: {
            each["name"]: (str(each["type"]), each["nullable"], each["default"])
            for each in found.get_columns(table)
        }
        for table in found.get_table_names()
    }
