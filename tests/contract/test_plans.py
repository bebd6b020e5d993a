"""No statement that a site in use says over and over reads the whole of a large table."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy import text

from newsletter.dispatching.rules import Rules
from newsletter.model.site import Site
from newsletter.store import Store
from tests.contract.history import fill
from tests.contract.said import Said
from tests.contract.working_day import WorkingDay
from tests.databases import *  # noqa: F403
from tests.factories import TOML, make_site
from tests.peers_ledger import ScriptedTransport, SettableClock, World
from tests.unit.feedback.posting import Provider

LARGE = frozenset(
    ("delivery", "delivery_event", "engagement", "evidence", "subscriber", "consent", "system_mail")
)
READERS, ISSUES = 50_000, 20  # a million deliveries

ALLOWED: Mapping[tuple[str, str], str] = {
    ("count for metrics", "system_mail"): "how many ever went is a count of all, whatever index",
    ("erase", "system_mail"): "rare, and looks for the address wherever it stands",
}
"""(what is done, table) -> why it may read all of it. Deliveries and events are not in it: status
and report count the whole of one dispatch, which is a range of the primary key."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site's own settings."""
    tips = '[interests.tips]\nlabel = "Tips"\n'
    return make_site(tmp_path_factory.mktemp("site"), {"newsletter.toml": TOML + tips})


def working_day(store: Store, clock: SettableClock, site: Site, rules: Rules) -> WorkingDay:
    """A day on that database; whoever is on its list gets the issue."""
    world = World(store, clock, ScriptedTransport(rules.most), rules=rules)
    with store.read() as connection:
        emails = list(connection.scalars(text("SELECT email FROM subscriber ORDER BY id")))
    return WorkingDay(world, Provider.of(world, site), Said(store), emails)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_on_sqlite(store: Store, clock: SettableClock, site: Site) -> None:
    """A small database is enough: SQLite plans without knowing how many rows there are."""
    World(store, clock).readers(120)
    day = working_day(store, clock, site, Rules(most=4, chunk=10))
    day.run()
    require_only(day.said, ALLOWED)


@pytest.mark.long
@pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
def test_at_a_million_deliveries(store: Store, clock: SettableClock, site: Site) -> None:
    """PostgreSQL plans by what it knows of the tables, so they are as large as they get."""
    fill(store, World(store, clock), READERS, ISSUES)
    with store.read() as connection:
        count = connection.execute(text("SELECT count(*) FROM delivery")).scalar_one()
    assert count == READERS * ISSUES == 1_000_000
    day = working_day(store, clock, site, Rules(chunk=5_000))
    day.run()
    require_only(day.said, ALLOWED)


def require_only(said: Said, allowed: Mapping[tuple[str, str], str]) -> None:
    """No whole table is read except where the list says why."""
    found = said.scans(LARGE)
    assert len({doing for doing, _ in said.heard}) > 15
    assert len(said.heard) > 150
    told = [f"{doing}: {table}\n    {statement}" for (doing, table), statement in found.items()]
    assert not found.keys() - allowed.keys(), "\n".join(told)
